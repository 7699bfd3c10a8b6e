"""The same elements counted along other axes: what an axis becomes when neighbours are merged or one is split."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnplan.ops.links import Link
from cnnplan.sizes import divides, exact_div, prod

if TYPE_CHECKING:
    from cnnplan.sizes import Extent, Shape

__all__ = ["recounted"]


class _Group(NamedTuple):
    """Axes of an input and axes of an output that hold the same elements in the same order.

    Args:
        before, axes: of the input: how many are in front of them, and they themselves.
        start, others: the same of the output.
    """

    before: int
    axes: Shape
    start: int
    others: Shape


def recounted(dim: int, x: Shape, y: Shape) -> Link | None:
    """What an index of the output looks at on an axis of the input; None where there is no axis for it.

    An axis that is alone stays. Where neighbours are merged, or one is split, the first of them moves on with the first
    of what they become: element i of a row of `n` lies in row floor(i / n).
    """
    if x[dim:] == y[dim - len(x) :]:
        return Link(dim - len(x) + len(y))
    group = _group(dim, x, y)
    taken, given = _first(group.axes), _first(group.others)
    if group.before + taken != dim or given == len(group.others):
        return None
    return _rows(group.start + given, prod(group.axes[taken + 1 :]), prod(group.others[given + 1 :]))


def _rows(axis: int, there: Extent, here: Extent) -> Link:
    """Rows of `there` elements become rows of `here`."""
    if there == here:
        return Link(axis)
    if divides(there, here).verdict:
        ratio = exact_div(here, there)
        return Link(axis, ratio, 0, ratio - 1)
    if divides(here, there).verdict:
        return Link(axis, block=exact_div(there, here))
    return Link(axis, here, 1 - there, here - 1, there)


def _group(dim: int, x: Shape, y: Shape) -> _Group:
    """The smallest group that has an axis."""
    before = start = 0
    while True:
        axes, others = _head(x[before:], y[start:])
        if dim < before + axes:
            return _Group(before, x[before : before + axes], start, y[start : start + others])
        before, start = before + axes, start + others


def _head(x: Shape, y: Shape) -> tuple[int, int]:
    """How many axes in front hold the same elements, as few as can be; all of them if no fewer do."""
    for axes in range(1, len(x)):
        elements = prod(x[:axes])
        for others in range(1, len(y)):
            if prod(y[:others]) == elements:
                return axes, others
    return len(x), len(y)


def _first(shape: Shape) -> int:
    """The first axis that has more than one element; how many there are if none has."""
    return next((dim for dim, n in enumerate(shape) if n != 1), len(shape))
