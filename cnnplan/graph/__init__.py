"""A spec as a graph of layers: blocks unrolled, branches joined, names given, shapes known.

`build` calls `requires` and `output` of every operator as it goes, since `in_channels` and `when` need shapes. What
was unrolled once, a block with the same arguments on the same shapes, is used again wherever it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.collector import uncollected
from cnnplan.findings import Place
from cnnplan.graph.environment import Environment, Frame, Symbols, Unjudged
from cnnplan.graph.fragments import Fragment
from cnnplan.graph.keeping import kept_of
from cnnplan.graph.network import Graph
from cnnplan.graph.parts import MOST_LAYERS, Facts, Fault, Node, Tensor, TooMany
from cnnplan.graph.scope import Scope
from cnnplan.graph.unrolling import Builder
from cnnplan.graph.values import bindings
from cnnplan.graph.workshop import Workshop
from cnnplan.ops.elements import NUMBERS, Elements
from cnnplan.sizes import Count, ge, is_whole
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.spec import Expression, Input, Spec

__all__ = ["Facts", "Graph", "Node", "bindings", "build"]


@uncollected
def build(
    spec: Spec,
    values: Mapping[str, Any] | None = None,
    *,
    symbolic: bool | frozenset[str] = True,
    lenient: bool = False,
    previous: Graph | None = None,
) -> Graph:
    """Unroll a spec.

    Args:
        spec: the validated document.
        values: bindings that override the defaults of its symbols.
        symbolic: False to build with the values in place of the letters; or the symbols that stay letters.
        lenient: True to keep every condition that fails for some sizes only, whatever the values and claims are.
        previous: a graph of this spec, or of the spec before an edit: what it has in common is not made again. Both
            are then for one thread.

    Raises:
        UsageError: a binding is of no symbol, or outside its declared domain.
    """
    handed = spec.judged.pop() if spec.judged else None
    if previous is None and handed is not None:
        handed.hand(spec)
    kept = kept_of(spec, previous.kept if previous else handed)
    symbols = Symbols(spec, bindings(spec, values or {}), kept, symbolic=symbolic, lenient=lenient)
    builder = Builder(spec, symbols, Workshop(symbols))
    inputs, fragment = _inputs(spec, builder)
    readymade, kept.readymade = kept.readymade, None
    known = readymade.fragment(spec, symbols, inputs) if readymade else None
    if known is not None:
        return Graph(spec, symbols, inputs, known)
    try:
        fragment = fragment if fragment.faults else builder.network(inputs)
    except (TooMany, RecursionError):
        message = f"the network has more than {MOST_LAYERS:,} layers"
        fragment = Fragment()
        fragment.faults.append(Fault("CNN019", message, Place(spec.file, ("layers",)), ""))
    return Graph(spec, symbols, inputs, fragment)


def _inputs(spec: Spec, builder: Builder) -> tuple[dict[str, Tensor], Fragment]:
    """The inputs with their shapes, and a fragment with the faults of shapes that have none."""
    env = Environment(Frame(builder.symbols, builder.verbs, {}, sees_symbols=True), Scope())
    tensors: dict[str, Tensor] = {}
    fragment = Fragment()
    for number, (name, declared) in enumerate(spec.inputs.items()):
        shape: list[Any] = []
        for extent in declared.shape:
            try:
                shape.append(_extent(extent, env))
            except (EvaluationError, Unjudged) as error:
                rule = getattr(error, "rule", "CNN021")
                fragment.faults.append(Fault(rule, str(error), extent.place, name))
        tensors[name] = Tensor(
            -1 - number, builder.workshop.form(tuple(shape), _elements(declared, env, name, fragment))
        )
    return tensors, fragment


def _elements(declared: Input, env: Environment, name: str, fragment: Fragment) -> Elements:
    """What an input holds: numbers, unless it says that they are integers."""
    if declared.dtype.startswith(("float", "bfloat")):
        return NUMBERS
    try:
        below = None if declared.below is None else _extent(declared.below, env)
    except (EvaluationError, Unjudged) as error:
        assert declared.below is not None  # noqa: S101 - nothing else is evaluated here
        fragment.faults.append(Fault(getattr(error, "rule", "CNN021"), str(error), declared.below.place, name))
        below = None
    return Elements(declared.dtype, below)


def _whole(value: int | Count, symbols: Symbols) -> bool:
    """Whether it is a whole number, for all values of the symbols or at those of today."""
    condition = is_whole(value)
    if condition.verdict is not None:
        return condition.verdict
    return not condition.symbols <= symbols.values.keys() or condition.holds(symbols.values)


def _extent(extent: Expression, env: Environment) -> int | Count:
    value = extent.evaluate(env)
    is_size = isinstance(value, int | Count) and not isinstance(value, bool)
    if not is_size or not _whole(value, env.frame.symbols) or ge(value, 1).verdict is False:
        raise EvaluationError(f"an extent (={value}) must be a whole number, 1 or more")
    return value  # type: ignore[no-any-return]
