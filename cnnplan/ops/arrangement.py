"""The same elements in another arrangement: nothing is computed."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from cnnplan.cost import Cost
from cnnplan.ops.base import Limits, Operator, Requirement, broken, show
from cnnplan.ops.dims import outside, position
from cnnplan.ops.elementwise import meeting, unequal_ranks
from cnnplan.ops.fields import Dim, Dims, Extents, Positive, Whole
from cnnplan.ops.links import Link
from cnnplan.sizes import Count, ceil_div, divides, eq, exact_div, ge, prod, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.sizes import Extent, Shape

__all__ = ["Concat", "Flatten", "Permute", "Rearrangement", "Reshape", "Slice"]


class Rearrangement(Operator):
    """What only moves elements, or takes some of them."""

    ranks: ClassVar[Limits] = (1, None)
    saves = "nothing"

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Nothing: copies are not arithmetic."""
        del shapes, output
        return Cost()


class Flatten(Rearrangement):
    """Neighbouring axes are merged into one.

    Output   the axes from start_dim to end_dim become their product
    Weights  none
    Cost     nothing
    Source   torch.nn.Flatten

    >>> Flatten().output((2, 16, 5, 4))
    (2, 320)
    """

    is_view = True

    start_dim: Dim = Field(default=1, description="The first axis that is merged.")
    end_dim: Dim = Field(default=-1, description="The last axis that is merged.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Two axes that there are, in order."""
        rank = len(shapes[0])
        yield from outside("start_dim", self.start_dim, rank)
        yield from outside("end_dim", self.end_dim, rank)
        if position(self.start_dim, rank) > position(self.end_dim, rank):
            values = {"start": self.start_dim, "end": self.end_dim}
            yield broken("CNN107", "start_dim (={start}) comes after end_dim (={end})", values, "", "start_dim")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Other axes keep their order; what is merged is one whole."""
        del operand
        rank = len(shapes[0])
        first, last = position(self.start_dim, rank), position(self.end_dim, rank)
        if first <= dim <= last:
            return Link(dim) if first == last else None
        return Link(dim if dim < first else dim - (last - first))

    def output(self, *shapes: Shape) -> Shape:
        """A product in the place of axes."""
        (x,) = shapes
        first, last = position(self.start_dim, len(x)), position(self.end_dim, len(x))
        return (*x[:first], prod(x[first : last + 1]), *x[last + 1 :])


class Reshape(Rearrangement):
    """The same elements, in the same order, counted otherwise.

    Output   shape, its -1 replaced by what is left
    Weights  none
    Cost     nothing
    Source   torch.reshape

    >>> Reshape(shape=(2, 4, -1)).output((2, 16, 5, 7))
    (2, 4, 140)
    """

    is_view = True

    shape: Extents = Field(description="All extents, the batch included; one may be -1, for whatever is left.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """As many elements as there are."""
        (x,) = shapes
        elements, known = self._uncommon(x)
        asked = prod(n for n in self.shape if n != -1)
        values = {"wanted": show(self.shape), "shape": show(x), "elements": prod(x), "asked": asked}
        if -1 in self.shape:
            message = "shape (={wanted}) leaves a fraction: {asked} does not divide the {elements} elements of {shape}"
            yield Requirement(divides(known, elements), "CNN106", message, values, "", "shape")
        else:
            message = "shape (={wanted}) has {asked} elements, and the input {shape} has {elements}"
            yield Requirement(eq(known, elements), "CNN106", message, values, "give one extent as -1", "shape")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Axes in front of and behind those that change stay as they are."""
        del operand
        x, y = shapes[0], self.output(*shapes)
        if x[: dim + 1] == y[: dim + 1]:
            return Link(dim)
        return Link(dim - len(x) + len(y)) if x[dim:] == y[dim - len(x) :] else None

    def output(self, *shapes: Shape) -> Shape:
        """The shape that was asked for."""
        if -1 not in self.shape:
            return self.shape
        elements, known = self._uncommon(shapes[0])
        rest = exact_div(elements, known)
        return tuple(rest if n == -1 else n for n in self.shape)

    def _uncommon(self, x: Shape) -> tuple[Extent, Extent]:
        """The elements there are and those asked for, both without the extents that are the same."""
        there, wanted = list(x), []
        for n in self.shape:
            if n in there:
                there.remove(n)
            elif n != -1:
                wanted.append(n)
        return prod(there), prod(wanted)


class Permute(Rearrangement):
    """The axes in another order.

    Output   axis i is axis dims[i] of the input
    Weights  none
    Cost     nothing
    Source   torch.permute

    >>> Permute(dims=(0, 2, 3, 1)).output((2, 16, 5, 7))
    (2, 5, 7, 16)
    """

    dims: Dims = Field(description="The axes of the input in their new order, the batch included.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Every axis once."""
        rank = len(shapes[0])
        for dim in self.dims:
            yield from outside("dims", dim, rank)
        if sorted(position(dim, rank) for dim in self.dims) != list(range(rank)):
            values = {"dims": show(self.dims), "rank": rank}
            yield broken("CNN107", "dims (={dims}) must name each of the {rank} axes once", values, "", "dims")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The same axis at its new place."""
        del operand
        rank = len(shapes[0])
        return Link([position(d, rank) for d in self.dims].index(dim))

    def output(self, *shapes: Shape) -> Shape:
        """The extents in their new order."""
        (x,) = shapes
        return tuple(x[dim] for dim in self.dims)


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

    dim: Dim = Field(default=1, description="The axis along which the inputs are lined up.")

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
        """Element by element; along the axis, whichever input it is."""
        del operand
        return None if dim == position(self.dim, len(shapes[0])) else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """A sum along one axis."""
        along = position(self.dim, len(shapes[0]))
        joined: Extent = total(shape[along] for shape in shapes)
        return (*shapes[0][:along], joined, *shapes[0][along + 1 :])


class Slice(Rearrangement):
    """A part of an axis: every `step`-th element from `start` to before `end`.

    Output   ceil((end - start) / step) along `dim`; negative numbers count from the end
    Weights  none
    Cost     nothing
    Source   x[:, start:end:step]; unlike there, nothing may lie outside

    >>> Slice(start=-4).output((2, 16, 5, 7))
    (2, 4, 5, 7)
    """

    dim: Dim = Field(default=1, description="The axis.")
    start: Whole = Field(default=0, description="The first element.")
    end: Whole | None = Field(default=None, description="The element behind the last; left out, the end of the axis.")
    step: Positive = Field(default=1, description="Distance between elements.")

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

    def _part(self, n: Extent) -> tuple[Extent, Extent]:
        return from_front(self.start, n), n if self.end is None else from_front(self.end, n)


def from_front(index: Extent, n: Extent) -> Extent:
    """An index counted from the front; a symbolic one is so already."""
    return index if isinstance(index, Count) or index >= 0 else n + index
