"""Elements of an axis by number: looked up in any order, moved on in a circle, or turned round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrangement import Rearrangement
from cnnplan.ops.arrays import along
from cnnplan.ops.base import Requirement, broken
from cnnplan.ops.dims import outside, position
from cnnplan.ops.fields import Dim, DimOrDims, Indices, Shifts, leaves
from cnnplan.ops.kinds import flat, measured
from cnnplan.ops.links import Link
from cnnplan.sizes import Count, ge, le

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cnnplan.ops.arrays import Array
    from cnnplan.ops.elements import Elements
    from cnnplan.sizes import Extent, Shape

__all__ = ["Flip", "Gather", "Roll"]


class Gather(Rearrangement):
    """The elements of an axis that a list, a table or a second input of whole numbers asks for, in that order.

    Output   the axis `dim` replaced by the axes of the list, table or second input
    Weights  none
    Cost     nothing: elements are looked up
    Source   torch.index_select, x[:, index]; ONNX Gather

    >>> Gather(index=(3, 0, -1)).output((2, 16, 5, 7))
    (2, 3, 5, 7)
    >>> Gather(dim=0).output((169, 4), (49, 49))
    (49, 49, 4)
    """

    arity = (1, 2)
    ranks = (1, None)
    picks = True

    dim: Dim = field(default=1, description="The axis in which elements are looked up.")
    index: Indices | None = field(
        default=None,
        description="Numbers of elements, a list or a table; negative ones count from the end. "
        "Left out, those of a second input.",
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """An axis; numbers, given in one of two ways, that are there."""
        x = shapes[0]
        if (self.index is None) is not (len(shapes) > 1):
            message = "takes an index or a second input, and not both"
            hint = "give `index`, or `from` two layers"
            yield broken("CNN105", message, {}, hint, "" if self.index is None else "index")
            return
        fault = next(outside("dim", self.dim, len(x)), None)
        if fault is not None:
            yield fault
        elif self.index is not None:
            yield from self._inside(x[self.dim], position(self.dim, len(x)))

    def _inside(self, n: Extent, dim: int) -> Iterator[Requirement]:
        """That numbers lie on the axis: the greatest and the least do, and every letter."""
        message = "index {index} lies outside the {size} elements of axis {dim}"
        numbers = [index for index in flat(self.index) if not isinstance(index, Count)]
        bounds = {max(numbers), min(numbers)} if numbers else set()
        for index in (*sorted(bounds), *leaves(self.index)):
            values = {"index": index, "size": n, "dim": dim}
            hint = "they count from 0, and from -1 backwards"
            least = index + 1 if isinstance(index, Count) or index >= 0 else -index
            yield Requirement(ge(n, least), "CNN107", message, values, hint, "index")
            if isinstance(index, Count):
                yield Requirement(ge(index, 0), "CNN107", message, values, "", "index")

    def reads(self, *elements: Elements) -> Iterator[Requirement]:
        """Anything; whole numbers in a second input."""
        for held in elements[1:]:
            if "int" not in held.dtype:
                hint = "declare the input with dtype: int64, or make a constant with one"
                values = {"dtype": held.dtype or "numbers"}
                yield broken("CNN112", "looks up whole numbers, and the second input holds {dtype}", values, hint)

    def finds(self, shapes: tuple[Shape, ...], elements: tuple[Elements, ...]) -> Iterator[Requirement]:
        """That what the second input holds lies on the axis."""
        for held in elements[1:]:
            if held.below is not None:
                n = shapes[0][self.dim]
                values = {"below": held.below, "size": n, "dim": position(self.dim, len(shapes[0]))}
                message = "axis {dim} has {size} elements, and the numbers are only known to be below {below}"
                yield Requirement(le(held.below, n), "CNN112", message, values)

    def gives(self, *elements: Elements) -> Elements:
        """Those that are looked up."""
        return elements[0]

    def keeps(self, *shapes: Shape) -> str:
        """The numbers."""
        return "last" if len(shapes) > 1 else "nothing"

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """The list as a tensor."""
        del shapes
        return {} if self.index is None else {"int64": len([*flat(self.index)])}

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element; anything along the axis."""
        x = shapes[0]
        along, more = position(self.dim, len(x)), len(self._places(shapes)) - 1
        if operand:
            return Link(along + dim)
        return None if dim == along else Link(dim if dim < along else dim + more)

    def output(self, *shapes: Shape) -> Shape:
        """Other axes in the place of one."""
        x = shapes[0]
        dim = position(self.dim, len(x))
        return (*x[:dim], *self._places(shapes), *x[dim + 1 :])

    def _places(self, shapes: tuple[Shape, ...]) -> Shape:
        return shapes[1] if self.index is None else measured(self.index)

    def run(self, x: Array, index: Array | None = None) -> Array:
        """A copy."""
        if (self.index is None) is not (index is not None):
            raise ValueError("takes an index or a second input")
        (axis,) = along(self.dim, x.ndim)
        places = np.asarray(self.index) if index is None else np.asarray(index).astype(np.int64)
        least = -x.shape[axis] if index is None else 0
        if places.min() < least or places.max() >= x.shape[axis]:
            raise IndexError(f"axis {axis} has {x.shape[axis]} elements: {places.min()} to {places.max()} are not all")
        return np.take(x, places, axis=axis)


class Roll(Rearrangement):
    """Elements move on along some axes; those that leave at one end come in at the other.

    Output   the shape of the input
    Weights  none
    Cost     nothing
    Source   torch.roll

    >>> Roll(shifts=(-3, -3), dims=(1, 2)).output((2, 56, 48, 96))
    (2, 56, 48, 96)
    """

    ranks = (1, None)

    shifts: Shifts = field(description="How far, per axis; negative: towards the start.")
    dims: DimOrDims = field(description="The axis or axes.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Axes that there are, with a distance each."""
        shifts, dims = listed(self.shifts), listed(self.dims)
        if len(shifts) != len(dims):
            values = {"shifts": len(shifts), "dims": len(dims)}
            yield broken("CNN106", "shifts has {shifts} elements for {dims} dims", values, "", "shifts")
        for dim in dims:
            yield from outside("dims", dim, len(shapes[0]))

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element, but for what goes round."""
        del operand
        moved = {position(each, len(shapes[0])) for each in listed(self.dims)}
        return None if dim in moved else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """The shape of the input."""
        (x,) = shapes
        return x

    def run(self, x: Array) -> Array:
        """NumPy's."""
        shifts: Any = self.shifts if isinstance(self.shifts, tuple) else (self.shifts,)
        axes = self.dims if isinstance(self.dims, tuple) else (self.dims,)
        if len(shifts) != len(axes):
            raise ValueError(f"{shifts} for {axes}")
        return np.roll(x, shifts, along(axes, x.ndim))


class Flip(Rearrangement):
    """Some axes run the other way: what came last comes first.

    Output   the shape of the input
    Weights  none
    Cost     nothing
    Source   torch.flip

    >>> Flip(dims=1).output((2, 7, 3))
    (2, 7, 3)
    """

    ranks = (1, None)

    dims: DimOrDims = field(description="The axis or axes.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Axes that there are."""
        for dim in listed(self.dims):
            yield from outside("dims", dim, len(shapes[0]))

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element, but for what is turned round."""
        del operand
        turned = {position(each, len(shapes[0])) for each in listed(self.dims)}
        return None if dim in turned else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """The shape of the input."""
        (x,) = shapes
        return x

    def run(self, x: Array) -> Array:
        """NumPy's, as a copy."""
        axes = self.dims if isinstance(self.dims, tuple) else (self.dims,)
        return np.flip(x, along(axes, x.ndim)).copy()


def listed(value: Any) -> tuple[Any, ...]:
    """A list, also of one that stands for itself."""
    return value if isinstance(value, tuple) else (value,)
