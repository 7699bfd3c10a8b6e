"""Inputs put together along an axis, and parts taken out of one."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrangement import Rearrangement
from cnnplan.ops.arrays import along
from cnnplan.ops.base import Requirement
from cnnplan.ops.dims import outside, position
from cnnplan.ops.elementwise import meeting, unequal_ranks
from cnnplan.ops.fields import Dim, Positive, Whole
from cnnplan.ops.links import Link
from cnnplan.sizes import Count, ceil_div, ge, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Concat", "Slice"]


class Concat(Rearrangement):
    """The inputs one after the other along an axis.

    Output   the sum of the extents along `dim`; the other extents are equal
    Weights  none
    Cost     nothing
    Source   torch.cat

    >>> Concat().output((2, 16, 5, 7), (2, 24, 5, 7))
    (2, 40, 5, 7)
    """

    arity = (1, None)

    dim: Dim = field(default=1, description="The axis along which the inputs are lined up.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Equal extents on all other axes."""
        rank = len(shapes[0])
        fault = next(chain(unequal_ranks(shapes), outside("dim", self.dim, rank)), None)
        if fault is not None:
            yield fault
            return
        along = position(self.dim, rank)
        for shape in shapes[1:]:
            for dim, (left, right) in enumerate(zip(shapes[0], shape, strict=True)):
                if dim != along and left is not right:
                    yield meeting(left, right, dim)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element; along the axis, those of the inputs before it come first."""
        if dim != position(self.dim, len(shapes[0])):
            return Link(dim)
        _, start = self.lies(operand, *shapes)
        return Link(dim, 1, -start, -start)

    def lies(self, operand: int, *shapes: Shape) -> tuple[int, Extent]:
        """Behind the inputs before it."""
        along = position(self.dim, len(shapes[0]))
        return along, total(shape[along] for shape in shapes[:operand])

    def output(self, *shapes: Shape) -> Shape:
        """A sum along one axis."""
        along = position(self.dim, len(shapes[0]))
        joined: Extent = total(shape[along] for shape in shapes)
        return (*shapes[0][:along], joined, *shapes[0][along + 1 :])

    def run(self, *arrays: Array) -> Array:
        """A copy."""
        return np.concatenate(arrays, axis=self.dim)


class Slice(Rearrangement):
    """A part of an axis: every `step`-th element from `start` to before `end`.

    Output   ceil((end - start) / step) along `dim`; negative numbers count from the end
    Weights  none
    Cost     nothing
    Source   x[:, start:end:step]; unlike there, nothing may lie outside

    >>> Slice(start=-4).output((2, 16, 5, 7))
    (2, 4, 5, 7)
    """

    picks = True

    dim: Dim = field(default=1, description="The axis.")
    start: Whole = field(default=0, description="The first element.")
    end: Whole | None = field(default=None, description="The element behind the last; left out, the end of the axis.")
    step: Positive = field(default=1, description="Distance between elements.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A part that is there, and not empty."""
        (x,) = shapes
        fault = next(outside("dim", self.dim, len(x)), None)
        if fault is not None:
            yield fault
            return
        n = x[self.dim]
        start, end = self._part(n)
        values = {"start": self.start, "end": self.end, "size": n, "dim": position(self.dim, len(x))}
        message = "start (={start}) lies outside the {size} elements of axis {dim}"
        yield Requirement(ge(start, 0), "CNN107", message, values, "", "start")
        yield Requirement(ge(n, start + 1), "CNN107", message, values, "", "start")
        if self.end is not None:
            message = "end (={end}) lies outside the {size} elements of axis {dim}"
            yield Requirement(ge(n, end), "CNN107", message, values, "", "end")
            message = "end (={end}) does not come after start (={start}) on axis {dim} of {size} elements"
            yield Requirement(ge(end, start + 1), "CNN107", message, values, "", "end")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Every step-th element."""
        del operand
        (x,) = shapes
        if dim != position(self.dim, len(x)):
            return Link(dim)
        start, _ = self._part(x[self.dim])
        return Link(dim, self.step, start, start)

    def output(self, *shapes: Shape) -> Shape:
        """A shorter axis."""
        (x,) = shapes
        start, end = self._part(x[self.dim])
        along = position(self.dim, len(x))
        return (*x[:along], ceil_div(end - start, self.step), *x[along + 1 :])

    def run(self, x: Array) -> Array:
        """A view, of elements that must be there."""
        (axis,) = along(self.dim, x.ndim)
        n = x.shape[axis]
        wanted = range(*((n if place is None else place + n * (place < 0)) for place in (self.start, self.end)))
        if not wanted or wanted[0] < 0 or wanted[-1] >= n:
            raise IndexError(f"no elements {wanted} on axis {axis} of {n}")
        return x[(*(slice(None) for _ in range(axis)), slice(wanted[0], wanted[-1] + 1, self.step))]

    @property
    def shares(self) -> bool:
        """It is a view."""
        return True

    def gaps(self, *shapes: Shape) -> bool:
        """Not where it is one piece: every element, of the first axis that has several."""
        (x,) = shapes
        return self.step != 1 or any(n != 1 for n in x[: position(self.dim, len(x))])

    def _part(self, n: Extent) -> tuple[Extent, Extent]:
        return from_front(self.start, n), n if self.end is None else from_front(self.end, n)


def from_front(index: Extent, n: Extent) -> Extent:
    """An index counted from the front; a symbolic one is so already."""
    return index if isinstance(index, Count) or index >= 0 else n + index
