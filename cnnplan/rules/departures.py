"""Where a size parts from the one that is promised: which axis, by how much, and at which layer first.

A stack of strides keeps sizes in proportion: every extent on the way divides what is promised, or is a multiple of it.
The first layer that leaves the proportion is the one to look at. Where 6,400 samples are promised and 32 become 256,
1,281 and 6,406, the second step is off, for 1,281 is no divisor of 6,400. Where all are in proportion it is the last
layer that changed a size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Count, Number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import NodePlan
    from cnnplan.rules.terms import Terms
    from cnnplan.sizes import Shape
    from cnnplan.spec import Expression

__all__ = ["departure"]

SPATIAL = 2


def departure(that: Expression, terms: Terms, left: Any, right: Any) -> str:
    """What to say of a promise about one layer's size: the axis, both numbers, the first layer that is off.

    Args:
        that: the promise.
        terms: the network, with a number for every symbol that the sizes depend on.
        left: the value of its left side, an extent or a shape.
        right: the value of its right side.

    Returns:
        a sentence, "" where the promise is about something else, or there are no numbers.
    """
    if len(that.layers) != 1:
        return ""
    layer = terms.ending(next(iter(that.layers)))
    shape = layer and _numbers(layer.shape, terms)
    if not layer or not shape:
        return ""
    at, found, wanted = _axis(shape, _numbers(left, terms), _numbers(right, terms))
    if wanted is None:
        return ""
    where = _where(layer.shape if at is None else layer.shape[at : at + 1], terms)
    text = f"{where}{'the shape' if at is None else f'axis {at}'} is {_text(found)} where {_text(wanted)} is promised"
    culprit = "" if at is None else _culprit(layer, at, wanted, terms)
    return f"{text}; {culprit}" if culprit else text


def _axis(shape: tuple[int, ...], left: Any, right: Any) -> tuple[int | None, Any, Any]:
    """The axis that is off, what it is and what it should be; no axis where the ranks differ."""
    if isinstance(left, int) and isinstance(right, int):
        return (shape.index(left), left, right) if shape.count(left) == 1 and left != right else (None, left, None)
    if not isinstance(left, tuple) or not isinstance(right, tuple) or left != shape:
        return None, left, None
    if len(left) != len(right):
        return None, list(left), list(right)
    off = [axis for axis, (one, other) in enumerate(zip(left, right, strict=True)) if one != other]
    return (off[0], left[off[0]], right[off[0]]) if off else (None, left, None)


def _culprit(layer: NodePlan, axis: int, wanted: int, terms: Terms) -> str:
    """The layer to look at, and what it makes of which size; "" where none stands out."""
    rank, last = len(layer.shape), ""
    for name, shape, sources in _before(layer, terms):
        source = sources[0]
        changed = len(shape) == len(source) and (shape[1:2] if axis == 1 else shape[SPATIAL:])
        if changed and changed != (source[1:2] if axis == 1 else source[SPATIAL:]):
            last = f"{name} makes {_size(changed)} of {_size(source[1:2] if axis == 1 else source[SPATIAL:])}"
        if axis < SPATIAL or not wanted or any(len(each) != rank for each in (shape, *sources)):
            continue
        if not _in_proportion(shape[axis], wanted) and all(_in_proportion(each[axis], wanted) for each in sources):
            return f"the first out of proportion is {name}, which makes {shape[axis]:,} of {source[axis]:,}"
    return last and f"the last to change {'the channels' if axis == 1 else 'a size'}: {last}"


def _before(layer: NodePlan, terms: Terms) -> Iterator[tuple[str, tuple[int, ...], list[tuple[int, ...]]]]:
    """The layers that lead to one, and it, in the order of the spec: name, shape, shapes of the inputs."""
    nodes = layer.plan.nodes
    needed, waiting = set[str](), [layer.name]
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in needed:
            needed.add(name)
            waiting += nodes[name].node.inputs
    for node in layer.plan:
        shape, sources = _numbers(node.shape, terms), [_numbers(each, terms) for each in node.node.facts.shapes]
        if node.name in needed and shape and sources and all(sources):
            yield node.name, shape, sources


def _in_proportion(extent: int, wanted: int) -> bool:
    return extent > 0 and (wanted % extent == 0 or extent % wanted == 0)


def _size(extents: tuple[int, ...]) -> str:
    return "x".join(f"{extent:,}" for extent in extents)


def _text(value: int | list[int]) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _where(shape: Shape, terms: Terms) -> str:
    """The values of the symbols that extents depend on."""
    symbols = set[str]().union(*(getattr(extent, "symbols", ()) for extent in shape))
    shown = [f"{name} = {terms.values[name]}" for name in terms.plan.spec.symbols if name in symbols]
    return f"at {', '.join(shown)} " if shown else ""


def _numbers(value: Any, terms: Terms) -> Any:
    """An extent, or a shape, as numbers; None where a symbol has none."""
    if isinstance(value, tuple | list):
        numbers = tuple(terms.number(each) for each in value)
        return None if None in numbers else numbers
    return terms.number(value) if isinstance(value, Number | Count) else None
