"""How the elements of a tensor lie in memory, as PyTorch lays them out, and which reshapes are copies for that reason.

A tensor that is permuted looks at the same memory in another order. To merge axes that are no neighbours there, PyTorch
makes a copy: the heads of attention, put behind the places again, are no view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.ops.dims import position
from cnnplan.ops.selection import Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnplan.graph import Graph, Node
    from cnnplan.sizes import Extent, Shape

__all__ = ["copied"]

MERGING: Final = frozenset({"flatten", "reshape", "squeeze", "unsqueeze"})
"""Operators that give the same elements in the same order."""

FOLLOWING: Final = ("Pointwise", "Broadcasting")
"""Families of operators whose output lies as their first input of the same shape does."""


class Layout(NamedTuple):
    """Where the elements of a tensor are.

    Args:
        strides: how far the next element of each axis is, in elements.
        order: the axes from the outermost in memory to the innermost.
    """

    strides: tuple[Extent, ...]
    order: tuple[int, ...]


def copied(graph: Graph, number: Callable[[Any], Any]) -> frozenset[str]:
    """The layers that reshape by a copy, since they merge axes that are no neighbours in memory.

    Args:
        graph: the network.
        number: what an extent is: itself, or with numbers in it.
    """
    shapes = {name: tuple(map(number, shape)) for name, shape in graph.inputs.items()}
    layouts = {name: packed(shape) for name, shape in shapes.items()}
    found: set[str] = set()
    for name, node in graph.nodes.items():
        shapes[name] = tuple(map(number, node.shape))
        made = _layout(node, shapes, layouts)
        if made is None:
            found.add(name)
        layouts[name] = packed(shapes[name]) if made is None else made
    return frozenset(found)


def packed(shape: Shape, order: Sequence[int] = ()) -> Layout:
    """A tensor without gaps, its axes in this order in memory, or as they come."""
    order = tuple(order) or tuple(range(len(shape)))
    strides: list[Extent] = [1] * len(shape)
    step: Extent = 1
    for axis in reversed(order):
        strides[axis] = step
        step *= shape[axis]
    return Layout(tuple(strides), order)


def _layout(node: Node, shapes: dict[str, Shape], layouts: dict[str, Layout]) -> Layout | None:
    """How the output of a layer lies; None where it is a copy that would be a view."""
    op: Any = node.op
    shape = shapes[node.name]
    before = layouts[node.inputs[0]] if node.inputs else packed(shape)
    if node.op.shares and op.verb in MERGING:
        return viewed(shapes[node.inputs[0]], before, shape)
    if op.verb in {"permute", "transpose"}:
        rank = len(shape)
        dims = [position(dim, rank) for dim in op.dims] if op.verb == "permute" else _exchanged(op.dim0, op.dim1, rank)
        return Layout(tuple(before.strides[dim] for dim in dims), tuple(dims.index(axis) for axis in before.order))
    if isinstance(node.op, Slice):
        dim = position(op.dim, len(shape))
        return Layout((*before.strides[:dim], before.strides[dim] * op.step, *before.strides[dim + 1 :]), before.order)
    if op.verb == "expand":
        return _expanded(shapes[node.inputs[0]], before, shape)
    if node.op.shares:
        return before
    if op.verb == "scaled_dot_product_attention":
        return packed(shape, before.order)
    return packed(shape, _followed(node, shapes, layouts))


def _exchanged(one: int, other: int, rank: int) -> list[int]:
    dims = [*range(rank)]
    dims[one], dims[other] = dims[other], dims[one]
    return dims


def _expanded(old: Shape, before: Layout, new: Shape) -> Layout:
    """Nothing moves along an axis that is repeated, or added in front."""
    more = len(new) - len(old)
    kept = (step if n == m else 0 for n, m, step in zip(old, new[more:], before.strides, strict=True))
    return Layout((*(0,) * more, *kept), (*range(more), *(axis + more for axis in before.order)))


def _followed(node: Node, shapes: dict[str, Shape], layouts: dict[str, Layout]) -> tuple[int, ...]:
    """The order of axes of the input that the output lies like; nothing where it lies as its axes come."""
    if node.op.verb == "matmul" or not any(base.__name__ in FOLLOWING for base in type(node.op).__mro__):
        return ()
    whole = (name for name in node.inputs if shapes[name] == shapes[node.name] and 0 not in layouts[name].strides)
    return next((layouts[name].order for name in whole), ())


def viewed(old: Shape, before: Layout, new: Shape) -> Layout | None:
    """The same memory in another shape; None where there is no such view.

    Axes that are neighbours in memory are one run of elements; extents of the new shape have to make up each of them.
    """
    runs = _runs(old, before)
    if len(runs) == 1 and runs[0].step:
        strides, order = packed(new)
        return Layout(tuple(step * runs[0].step for step in strides), order)
    found: list[Extent] = [0] * len(new)
    places: dict[int, int] = {}
    axis = len(new) - 1
    for run in reversed(runs):
        made: Extent = 1
        while axis >= 0 and (made != run.elements or new[axis] == 1):
            found[axis], places[axis] = run.step * made, before.order.index(run.axis)
            made *= new[axis]
            axis -= 1
        if made != run.elements:
            return None
    return Layout(tuple(found), tuple(sorted(range(len(new)), key=lambda each: places.get(each, -1))))


class _Run(NamedTuple):
    """Neighbouring axes: how many elements, how far the next one is, and which axis is the last of them."""

    elements: Extent
    step: Extent
    axis: int


def _runs(shape: Shape, layout: Layout) -> list[_Run]:
    """Runs of neighbouring axes, as they come; axes of one element aside."""
    found: list[_Run] = []
    for axis, (n, step) in enumerate(zip(shape, layout.strides, strict=True)):
        if n == 1:
            continue
        before = found.pop() if found and found[-1].step == n * step else _Run(1, step, axis)
        found.append(_Run(before.elements * n, step, axis))
    return found or [_Run(1, 1, 0)]
