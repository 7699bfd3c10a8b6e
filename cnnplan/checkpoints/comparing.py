"""Weights of a file held against a design: what is missing, what is unexpected, what has another shape, and why."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.findings import Finding, Place, Severity
from cnnplan.ops.base import show
from cnnplan.sizes import Count, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.checkpoints.base import Checkpoint, Stored
    from cnnplan.graph import Graph, Node
    from cnnplan.ops import Operator

__all__ = ["IGNORED", "Wanted", "compare", "wanted"]

MISSING, UNEXPECTED, MISSHAPEN, TIED = "CNN401", "CNN402", "CNN403", "CNN404"

IGNORED: Final = ("num_batches_tracked",)
"""What PyTorch counts in training and no layer computes with."""


NONE: Final[Mapping[str, str]] = MappingProxyType({})
"""No proposals."""

WAYS: Final = "--match takes names so, --match -o names.json writes them"


class Wanted(NamedTuple):
    """A weight that a design asks for.

    Args:
        node: the layer that owns it.
        weight: as the layer calls it.
        shape: at the values of the symbols; None where a symbol has none.
        names: what a file may call it, its own name first.
    """

    node: Node
    weight: str
    shape: tuple[int, ...] | None
    names: tuple[str, ...]


def wanted(graph: Graph) -> list[Wanted]:
    """The weights of a design, in the order of its layers."""
    found = []
    for node in graph.nodes.values():
        if node.owner != node.name:
            continue
        weights = node.op.weights(*node.facts.shapes)
        for name, weight in weights.items():
            shape = _numbers(weight.shape, graph.values)
            found.append(Wanted(node, name, shape, _names(node, name, alone=len(weights) == 1)))
    return found


def _names(node: Node, weight: str, *, alone: bool) -> tuple[str, ...]:
    """What a weight may be called: after its origin, as far as it has one, or after its layer."""
    origin = getattr(node, "origin", "")
    known = [f"{origin}.{weight}", *([origin] if alone else [])] if origin else []
    return (*known, f"{node.name}.{weight}")


def _numbers(shape: tuple[Any, ...], values: Mapping[str, Any]) -> tuple[int, ...] | None:
    if any(isinstance(extent, Count) and not extent.symbols <= values.keys() for extent in shape):
        return None
    return tuple(int(evaluate(extent, values)) for extent in shape)


@dataclass
class _Pairs:
    """Which tensor of a file is which weight."""

    found: list[tuple[Wanted, str]]
    missing: list[Wanted]
    unexpected: list[str]


def paired(graph: Graph, tensors: Mapping[str, Stored], names: Mapping[str, str] | None = None) -> _Pairs:
    """Weights and tensors of the same name, and those that are left.

    Args:
        graph: the design.
        tensors: those of a file by name.
        names: the tensors of weights that the file calls otherwise, by the name of the weight.
    """
    left = dict.fromkeys(name for name in tensors if name.rpartition(".")[2] not in IGNORED)
    pairs = _Pairs([], [], [])
    for weight in wanted(graph):
        told = (names or {}).get(weight.names[-1])
        called = next((name for name in ((told,) if told else weight.names) if name in left), None)
        if called is None:
            pairs.missing.append(weight)
        else:
            pairs.found.append((weight, called))
            del left[called]
    pairs.unexpected = [*left]
    return pairs


def compare(
    graph: Graph, checkpoint: Checkpoint, names: Mapping[str, str] | None = None, alike: Mapping[str, str] = NONE
) -> Iterator[Finding]:
    """What does not fit: weights that are missing, that no layer asks for, that have another shape, that are tied.

    Args:
        graph: the design; shapes are judged at the values of its symbols.
        checkpoint: the file.
        names: the tensors of weights that the file calls otherwise.
        alike: the tensors that weights without one may be, as `match` proposes them; these are told with the weight.
    """
    pairs = paired(graph, checkpoint.tensors, names)
    ties = {name: group for group in checkpoint.ties for name in group}
    owners = {called: weight for weight, called in pairs.found}
    yield from _misshapen(graph, checkpoint, pairs)
    for weight in pairs.missing:
        message = f"{weight.weight} {_shown(weight.shape)} is not in {checkpoint.file}"
        other = alike.get(weight.names[-1])
        yield _finding(graph, MISSING, weight, message, f"it may be {other}: {WAYS}" if other else "")
    told = {*alike.values()}
    for name in (name for name in pairs.unexpected if name not in told):
        if not any(other in owners for other in ties.get(name, ())) or not _alias(graph, name):
            stored = checkpoint.tensors[name]
            same = [other for other in ties.get(name, ()) if other in owners]
            more = f", and is the same tensor as {same[0]}" if same else ""
            message = f"{name} {show(stored.shape)} belongs to no layer of {graph.spec.name}{more}"
            yield Finding(UNEXPECTED, Severity.ERROR, message, Place(str(checkpoint.file)))
    for group in checkpoint.ties:
        known = [owners[name] for name in group if name in owners]
        if len(known) > 1:
            first, *others = known
            message = f"{', '.join(group)} are one tensor in {checkpoint.file}, and the design has {len(known)}"
            hint = f"write share: {first.node.name} at {', '.join(other.node.name for other in others)}"
            yield _finding(graph, TIED, others[0], message, hint, Severity.WARNING)


def _alias(graph: Graph, name: str) -> bool:
    """Whether it is the name of a layer that has the weights of another."""
    layer = name.rpartition(".")[0]
    return any(layer in (node.name, getattr(node, "origin", "")) for node in graph.nodes.values())


def _misshapen(graph: Graph, checkpoint: Checkpoint, pairs: _Pairs) -> Iterator[Finding]:
    """A finding for each layer with weights of other shapes, with the one change that would make them fit."""
    wrong: dict[str, list[tuple[Wanted, str]]] = {}
    layers: dict[str, dict[str, tuple[int, ...]]] = {}
    for weight, called in pairs.found:
        shape = checkpoint.tensors[called].shape
        layers.setdefault(weight.node.name, {})[weight.weight] = shape
        if weight.shape is not None and shape != weight.shape:
            wrong.setdefault(weight.node.name, []).append((weight, called))
    for name, weights in wrong.items():
        told = (
            f"{weight.weight} is {_shown(weight.shape)}, and {called} {show(checkpoint.tensors[called].shape)}"
            for weight, called in weights
        )
        hint = way_out(graph, weights[0][0].node, layers[name])
        yield _finding(graph, MISSHAPEN, weights[0][0], f"{'; '.join(told)} in {checkpoint.file}", hint)


def way_out(graph: Graph, node: Node, found: Mapping[str, tuple[int, ...]]) -> str:
    """The one argument, or the one extent of the input, that would make a layer have weights of these shapes."""
    op = node.op.at(graph.values)
    shapes = [_numbers(shape, graph.values) for shape in node.facts.shapes]
    if None in shapes:
        return ""
    for name, value in _changes(op, found):
        changed = op.model_copy(update={name: value})
        if _fits(changed, shapes, found):
            return f"{name} {show(getattr(op, name))} -> {show(value)}"
    extents = dict.fromkeys(extent for shape in found.values() for extent in shape)
    for (i, shape), extent in product(enumerate(shapes), extents):
        for axis in range(1, len(shape or ())):
            other = [*shapes]
            other[i] = (*shape[:axis], extent, *shape[axis + 1 :])
            if _fits(op, other, found):
                source = node.inputs[i]
                return f"{source} would have {extent} instead of {shape[axis]} on axis {axis}"
    return ""


def _changes(op: Operator, found: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[str, Any]]:
    """Other values of arguments, made of the extents of the weights."""
    extents = dict.fromkeys(extent for shape in found.values() for extent in shape)
    kernels = dict.fromkeys(shape[2:] for shape in found.values() if len(shape) > 2)  # noqa: PLR2004 - filters, channels
    for name in type(op).model_fields:
        value = getattr(op, name)
        if isinstance(value, bool):
            yield name, not value
        elif isinstance(value, int):
            yield from ((name, extent) for extent in extents)
        if isinstance(value, int | tuple) and not isinstance(value, bool):
            yield from ((name, kernel[0] if len({*kernel}) == 1 else kernel) for kernel in kernels)


def _fits(op: Operator, shapes: list[Any], found: Mapping[str, tuple[int, ...]]) -> bool:
    try:
        if not all(requirement.condition for requirement in op.requires(*shapes)):
            return False
        weights = {name: tuple(weight.shape) for name, weight in op.weights(*shapes).items()}
    except (ArithmeticError, TypeError, ValueError, IndexError):
        return False
    return weights == dict(found)


def _shown(shape: tuple[int, ...] | None) -> str:
    return "of a shape that is not known" if shape is None else show(shape)


def _finding(  # noqa: PLR0913, PLR0917 - what a finding has
    graph: Graph, rule: str, weight: Wanted, message: str, hint: str = "", severity: Severity = Severity.ERROR
) -> Finding:
    node, locate = weight.node, graph.spec.locate
    called_from = tuple(map(locate, node.called_from))
    return Finding(rule, severity, message, node.place, locate(node.place), node.name, hint, called_from)
