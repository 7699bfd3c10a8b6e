"""The same elements in another arrangement: nothing is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import along
from cnnplan.ops.base import Limits, Operator, Requirement, broken, show
from cnnplan.ops.dims import outside, position
from cnnplan.ops.fields import Dim, Dims, Expansion, Extents
from cnnplan.ops.links import Link
from cnnplan.ops.recounting import recounted
from cnnplan.sizes import divides, eq, exact_div, maximum, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.ops.elements import Elements
    from cnnplan.sizes import Extent, Shape

__all__ = ["Expand", "Flatten", "Permute", "Rearrangement", "Reshape"]


class Rearrangement(Operator):
    """What only moves elements, or takes some of them."""

    ranks: ClassVar[Limits] = (1, None)
    saves = "nothing"

    def reads(self, *elements: Elements) -> Iterator[Requirement]:
        """Elements of one kind, whichever it is."""
        for held in elements[1:]:
            if held.dtype != elements[0].dtype:
                values = {"left": elements[0].dtype or "numbers", "right": held.dtype or "numbers"}
                yield broken("CNN112", "{left} meets {right}", values, "an embedding makes numbers of integers")

    def gives(self, *elements: Elements) -> Elements:
        """The same elements."""
        first, *others = elements
        bounds = [held.below for held in elements]
        return first if not others or any(bound is None for bound in bounds) else first._replace(below=maximum(*bounds))

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

    start_dim: Dim = field(default=1, description="The first axis that is merged.")
    end_dim: Dim = field(default=-1, description="The last axis that is merged.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Two axes that there are, in order."""
        rank = len(shapes[0])
        yield from outside("start_dim", self.start_dim, rank)
        yield from outside("end_dim", self.end_dim, rank)
        if position(self.start_dim, rank) > position(self.end_dim, rank):
            values = {"start": self.start_dim, "end": self.end_dim}
            yield broken("CNN107", "start_dim (={start}) comes after end_dim (={end})", values, "", "start_dim")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Other axes keep their order; of those that are merged, the first goes on."""
        del operand
        return recounted(dim, shapes[0], self.output(*shapes))

    def output(self, *shapes: Shape) -> Shape:
        """A product in the place of axes."""
        (x,) = shapes
        first, last = position(self.start_dim, len(x)), position(self.end_dim, len(x))
        return (*x[:first], prod(x[first : last + 1]), *x[last + 1 :])

    def run(self, x: Array) -> Array:
        """Another shape of the same memory."""
        (first,), (last,) = along(self.start_dim, x.ndim), along(self.end_dim, x.ndim)
        if first > last:
            raise ValueError(f"axis {first} comes after {last}")
        return x.reshape(*x.shape[:first], -1, *x.shape[last + 1 :])


class Reshape(Rearrangement):
    """The same elements, in the same order, counted otherwise.

    Output   shape, its -1 replaced by what is left
    Weights  none
    Cost     nothing
    Source   torch.reshape

    >>> Reshape(shape=(2, 4, -1)).output((2, 16, 5, 7))
    (2, 4, 140)
    """

    ranks = (0, None)
    is_view = True

    shape: Extents = field(description="All extents, the batch included; one may be -1, for whatever is left.")

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
        """Axes in front of and behind those that change stay as they are; of the others, the first goes on."""
        del operand
        return recounted(dim, shapes[0], self.output(*shapes))

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

    def run(self, x: Array) -> Array:
        """Another shape of the same memory."""
        return x.reshape(self.shape)


class Permute(Rearrangement):
    """The axes in another order.

    Output   axis i is axis dims[i] of the input
    Weights  none
    Cost     nothing
    Source   torch.permute

    >>> Permute(dims=(0, 2, 3, 1)).output((2, 16, 5, 7))
    (2, 5, 7, 16)
    """

    dims: Dims = field(description="The axes of the input in their new order, the batch included.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Every axis once."""
        rank = len(shapes[0])
        for dim in self.dims:
            yield from outside("dims", dim, rank)
        if sorted(position(dim, rank) for dim in self.dims) != list(range(rank)):
            values = {"dims": show(self.dims), "rank": rank}
            hint = "axis 0 is the batch, and is named too"
            yield broken("CNN107", "dims (={dims}) must name each of the {rank} axes once", values, hint, "dims")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The same axis at its new place."""
        del operand
        rank = len(shapes[0])
        return Link([position(d, rank) for d in self.dims].index(dim))

    def output(self, *shapes: Shape) -> Shape:
        """The extents in their new order."""
        (x,) = shapes
        return tuple(x[dim] for dim in self.dims)

    def run(self, x: Array) -> Array:
        """A view."""
        return x.transpose(self.dims)

    @property
    def shares(self) -> bool:
        """It is a view."""
        return True


class Expand(Rearrangement):
    """Axes whose extent is the number 1, repeated; axes that are added in front.

    Output   shape, -1 replaced by the extent that is there
    Weights  none
    Cost     nothing
    Source   torch.Tensor.expand

    >>> Expand(shape=(4, -1, -1)).output((1, 5, 7))
    (4, 5, 7)
    """

    ranks = (0, None)

    shape: Expansion = field(description="All extents; -1 for one that stays as it is.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """As many axes at least, and extents that stay or are the number 1."""
        (x,) = shapes
        new = len(self.shape) - len(x)
        values = {"wanted": show(self.shape), "shape": show(x)}
        if new < 0 or -1 in self.shape[:new]:
            message = "shape (={wanted}) does not say what {shape} becomes"
            hint = "an extent for each axis; -1 for those that stay, which no new axis can"
            yield broken("CNN106", message, values, hint, "shape")
            return
        for n, wanted in zip(x, self.shape[new:], strict=True):
            if wanted != -1 and n != 1:
                message = "shape (={wanted}) changes an extent of {shape} that is not the number 1"
                yield Requirement(eq(n, wanted), "CNN106", message, values, "", "shape")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element; all of an axis that is repeated."""
        del operand
        (x,) = shapes
        behind = len(self.shape) - len(x) + dim
        return None if x[dim] == 1 and self.shape[behind] not in (-1, 1) else Link(behind)

    def output(self, *shapes: Shape) -> Shape:
        """The shape that was asked for."""
        (x,) = shapes
        before = (1,) * (len(self.shape) - len(x))
        return tuple(n if wanted == -1 else wanted for n, wanted in zip((*before, *x), self.shape, strict=True))

    def run(self, x: Array) -> Array:
        """A view."""
        wanted: Any = self.shape
        behind = zip(x.shape, wanted[len(wanted) - x.ndim :], strict=True)
        return np.broadcast_to(x, (*wanted[: len(wanted) - x.ndim], *(n if m == -1 else m for n, m in behind)))

    @property
    def shares(self) -> bool:
        """It is a view."""
        return True
