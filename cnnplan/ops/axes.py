"""Axes of extent 1 put in or taken out, two axes that change places, inputs that become the elements of a new axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrangement import Rearrangement
from cnnplan.ops.arrays import along
from cnnplan.ops.base import Requirement, broken, show
from cnnplan.ops.dims import outside, position
from cnnplan.ops.elementwise import meeting, unequal_ranks
from cnnplan.ops.fields import Dim, DimOrDims
from cnnplan.ops.links import Link
from cnnplan.sizes import eq

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Squeeze", "Stack", "Transpose", "Unsqueeze"]


class Unsqueeze(Rearrangement):
    """A new axis of extent 1.

    Output   the input with an axis more, which is axis `dim` of the output
    Weights  none
    Cost     nothing
    Source   torch.unsqueeze

    >>> Unsqueeze(dim=1).output((2, 16, 5))
    (2, 1, 16, 5)
    """

    ranks = (0, None)
    is_view = True

    dim: Dim = field(description="Where the new axis stands in the output; -1 is the end.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A place for it."""
        yield from outside("dim", self.dim, len(shapes[0]) + 1)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The same axis, behind the new one or before it."""
        del operand
        return Link(dim + (dim >= position(self.dim, len(shapes[0]) + 1)))

    def output(self, *shapes: Shape) -> Shape:
        """An extent more."""
        (x,) = shapes
        dim = position(self.dim, len(x) + 1)
        return (*x[:dim], 1, *x[dim:])

    def run(self, x: Array) -> Array:
        """Another shape of the same memory."""
        (axis,) = along(self.dim, x.ndim + 1)
        return np.expand_dims(x, axis)


class Squeeze(Rearrangement):
    """Axes of extent 1 are taken out.

    Output   the input without those axes
    Weights  none
    Cost     nothing
    Source   torch.squeeze; unlike there, the axes are named and must have extent 1

    >>> Squeeze(dim=(2, 3)).output((2, 16, 1, 1))
    (2, 16)
    """

    is_view = True

    dim: DimOrDims = field(description="The axis or axes, of extent 1.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Axes that there are, of extent 1."""
        (x,) = shapes
        dims = self._named()
        fault = next((fault for dim in dims for fault in outside("dim", dim, len(x))), None)
        if fault is not None:
            yield fault
            return
        if len({position(dim, len(x)) for dim in dims}) < len(dims):
            yield broken("CNN107", "dim (={dims}) names an axis twice", {"dims": show(self.dim)}, "", "dim")
        for dim in dims:
            values = {"dim": position(dim, len(x)), "size": x[dim]}
            hint = "flatten merges axes; slice or mean makes one of extent 1"
            yield Requirement(eq(x[dim], 1), "CNN106", "axis {dim} has {size} elements, not 1", values, hint, "dim")

    def _named(self) -> tuple[int, ...]:
        return self.dim if isinstance(self.dim, tuple) else (self.dim,)

    def _gone(self, rank: int) -> set[int]:
        return {position(dim, rank) for dim in self._named()}

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The same axis; of one that is gone there is one element."""
        del operand
        gone = self._gone(len(shapes[0]))
        return None if dim in gone else Link(dim - sum(other < dim for other in gone))

    def output(self, *shapes: Shape) -> Shape:
        """Fewer extents."""
        (x,) = shapes
        gone = self._gone(len(x))
        return tuple(n for dim, n in enumerate(x) if dim not in gone)

    def run(self, x: Array) -> Array:
        """Another shape of the same memory."""
        axes = along(self.dim, x.ndim)
        if len(set(axes)) < len(axes):
            raise ValueError(f"{axes} names an axis twice")
        return np.squeeze(x, axis=axes)


class Transpose(Rearrangement):
    """Two axes change places.

    Output   the input with the extents of the two exchanged
    Weights  none
    Cost     nothing
    Source   torch.transpose

    >>> Transpose(dim0=1, dim1=-1).output((2, 16, 5, 7))
    (2, 7, 5, 16)
    """

    dim0: Dim = field(description="One axis.")
    dim1: Dim = field(description="The other.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Axes that there are."""
        yield from outside("dim0", self.dim0, len(shapes[0]))
        yield from outside("dim1", self.dim1, len(shapes[0]))

    def _order(self, rank: int) -> list[int]:
        order = [*range(rank)]
        order[self.dim0], order[self.dim1] = order[self.dim1], order[self.dim0]
        return order

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The same axis at its new place."""
        del operand
        return Link(self._order(len(shapes[0]))[dim])

    def output(self, *shapes: Shape) -> Shape:
        """Two extents exchanged."""
        (x,) = shapes
        return tuple(x[dim] for dim in self._order(len(x)))

    def run(self, x: Array) -> Array:
        """A view."""
        return np.swapaxes(x, self.dim0, self.dim1)

    @property
    def shares(self) -> bool:
        """It is a view."""
        return True


class Stack(Rearrangement):
    """The inputs become the elements of a new axis.

    Output   the shape of the inputs with an axis more, which is axis `dim` and as long as there are inputs
    Weights  none
    Cost     nothing
    Source   torch.stack

    >>> Stack(dim=1).output((2, 16, 5), (2, 16, 5), (2, 16, 5))
    (2, 3, 16, 5)
    """

    arity = (1, None)
    ranks = (0, None)

    dim: Dim = field(default=0, description="Where the new axis stands in the output; -1 is the end.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Inputs of the same shape, a place for the new axis."""
        fault = next(unequal_ranks(shapes), None)
        if fault is not None:
            yield fault
            return
        yield from outside("dim", self.dim, len(shapes[0]) + 1)
        for shape in shapes[1:]:
            for dim, (left, right) in enumerate(zip(shapes[0], shape, strict=True)):
                if left is not right:
                    yield meeting(left, right, dim)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The same axis, behind the new one or before it."""
        del operand
        return Link(dim + (dim >= position(self.dim, len(shapes[0]) + 1)))

    def output(self, *shapes: Shape) -> Shape:
        """An extent more."""
        x = shapes[0]
        dim = position(self.dim, len(x) + 1)
        return (*x[:dim], len(shapes), *x[dim:])

    def run(self, *arrays: Array) -> Array:
        """A copy."""
        return np.stack(arrays, axis=self.dim)
