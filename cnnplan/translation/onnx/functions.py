"""Functions of a model written out: a node that calls one becomes the nodes of its body."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cnnplan.translation.onnx.messages import Attribute
from cnnplan.translation.onnx.reading import read_function
from cnnplan.translation.onnx.wire import Damaged
from cnnplan.translation.onnx.writing.adaptive import defined, sizes_of
from cnnplan.translation.onnx.writing.protos import DOMAIN, WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.translation.onnx.messages import Function, Model, Node

__all__ = ["inlined"]

OWN: Final = "cnnplan"
"""The domain of nodes that are a layer as it is; no file has them."""

DEEPEST: Final = 16
"""How many functions may call each other."""

MOST: Final = 200_000
"""The most nodes that functions are written out to."""


def inlined(model: Model, nodes: Iterable[Node]) -> list[Node]:
    """The nodes with every call of a function of the model written out.

    Raises:
        Damaged: functions call each other without end, or make more nodes than a network has.
    """
    nodes = [replace(node, domain=f"{OWN}?") if node.domain == OWN else node for node in nodes]
    if not model.functions:
        return nodes
    found: list[Node] = []
    for node in _written(model, nodes, 0):
        found.append(node)
        if len(found) > MOST:
            raise Damaged(f"its functions make more than {MOST:,} nodes")
    return found


def _written(model: Model, nodes: Iterable[Node], depth: int) -> Iterator[Node]:
    for node in nodes:
        function = model.functions.get((node.domain, node.op))
        known = function and _known(function)
        if known:
            yield replace(node, op=known[0], domain=OWN, attributes=known[1])
        elif function is None:
            yield node
        elif depth == DEEPEST:
            raise Damaged(f"{node.called}: functions call each other more than {DEEPEST} deep")
        else:
            yield from _written(model, _body(function, node), depth + 1)


def _known(function: Function) -> tuple[str, dict[str, Attribute]] | None:
    """The layer that a function is, where its body is what is written for that layer; None for any other function."""
    sizes = sizes_of(function.name) if function.domain == DOMAIN else None
    if sizes is None or function not in [read_function(defined(sizes, dtype)) for dtype in WRITTEN]:
        return None
    return "adaptive_avg_pool", {"output_size": Attribute([0 if size is None else size for size in sizes], "ints")}


def _body(function: Function, call: Node) -> Iterator[Node]:
    """The nodes of a function, its values called after the node that calls it."""
    names = dict(zip(function.inputs, [*call.inputs, *[""] * len(function.inputs)], strict=False))
    names |= {inner: outer for inner, outer in zip(function.outputs, call.outputs, strict=False) if outer}
    prefix = call.name or call.outputs[0]

    def called(name: str) -> str:
        return names.setdefault(name, f"{prefix}/{name}") if name else ""

    given = {**function.defaults, **call.attributes}
    for node in function.nodes:
        yield replace(
            node,
            domain=f"{OWN}?" if node.domain == OWN else node.domain,
            name=f"{prefix}/{node.name or node.op}",
            inputs=[*map(called, node.inputs)],
            outputs=[*map(called, node.outputs)],
            attributes=_filled(node.attributes, given),
        )


def _filled(attributes: Mapping[str, Attribute], given: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """The attributes, those that are the function's own at the values of the call; left out where it has none."""
    filled = {name: given.get(each.refers) if each.refers else each for name, each in attributes.items()}
    return {name: each for name, each in filled.items() if each is not None}
