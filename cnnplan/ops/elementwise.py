"""Arithmetic between inputs, element by element."""

from __future__ import annotations

from abc import abstractmethod
from functools import reduce
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar

from pydantic import PrivateAttr

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.ops.base import Limits, Operator, Requirement, broken, show
from cnnplan.ops.links import Link
from cnnplan.sizes import eq, prod, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Add", "Divide", "Multiply", "Subtract", "meeting", "unequal_ranks"]

CHANNELS = 1
SAME_CHANNELS = "give both the same number of channels"
WAY_OUT = "use ceil_mode, output_padding, pad or crop, so that both come with the same size"


def unequal_ranks(shapes: tuple[Shape, ...]) -> Iterator[Requirement]:
    """That an input has not as many axes as the first."""
    for shape in shapes[1:]:
        if len(shape) != len(shapes[0]):
            values = {"left": show(shapes[0]), "right": show(shape)}
            yield broken("CNN103", "{left} meets {right}, which has not the same number of axes", values)


def meeting(left: Extent, right: Extent, dim: int) -> Requirement:
    """What it takes for two inputs to meet on an axis."""
    values = {"left": left, "right": right, "dim": dim}
    hint = SAME_CHANNELS if dim == CHANNELS else WAY_OUT
    return Requirement(eq(left, right), "CNN103", "{left} meets {right} on axis {dim}", values, hint)


def broadcast(left: Shape, right: Shape) -> Shape:
    """The shape of both together: an extent that is the number 1 gives way, else the first is right."""
    return tuple(b if a == 1 else a for a, b in zip(left, right, strict=True))


class Arithmetic(Operator):
    """An operation on the elements of several inputs; an extent that is the number 1 is repeated."""

    arity: ClassVar[Limits] = (2, None)
    overwrites = True

    _repeated: frozenset[tuple[int, int]] | None = PrivateAttr(default=None)
    """The inputs and axes whose extent is the number 1 and gives way; None: whatever comes as 1 is that number."""

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Equal extents, where neither is 1."""
        fault = next(unequal_ranks(shapes), None)
        if fault is not None:
            yield fault
            return
        sofar = shapes[0]
        for shape in shapes[1:]:
            for dim, (left, right) in enumerate(zip(sofar, shape, strict=True)):
                if left is not right and left != 1 and right != 1:
                    yield meeting(left, right, dim)
            sofar = broadcast(sofar, shape)

    def joins(self, *shapes: Shape) -> Iterator[Requirement]:
        """Equal extents, those that are 1 included."""
        for shape in shapes[1:]:
            for dim, (left, right) in enumerate(zip(shapes[0], shape, strict=True)):
                if (left == 1) is not (right == 1):
                    yield meeting(left, right, dim)

    @property
    def rewrites(self) -> bool:
        """Unless the first input is repeated."""
        return all(place for place, _ in self._repeated or ())

    def placed(self, *shapes: Shape, joins: bool = False) -> Arithmetic:
        """A copy that knows which inputs are repeated on which axes; none where branches are joined."""
        together = self.output(*shapes)
        numbers = (
            (place, dim)
            for place, shape in enumerate(shapes)
            for dim, (n, most) in enumerate(zip(shape, together, strict=True))
            if n == 1 and most != 1
        )
        copy = self.model_copy()
        copy._repeated = frozenset() if joins else frozenset(numbers)  # noqa: SLF001 - a copy of itself
        return copy

    def run(self, *arrays: Array, out: Array | None = None) -> Array:
        """One input after the other; none is repeated that the layer does not know to be a number."""
        self._refuse_others(arrays)
        operation = getattr(np, self.verb)
        first, *rest = arrays
        for array in rest:
            first = operation(first, array, out=out)
        return first

    def _refuse_others(self, arrays: tuple[Array, ...]) -> None:
        """Raise where an extent meets another that it must not give way to."""
        for dim, extents in enumerate(zip(*(array.shape for array in arrays), strict=True)):
            for place, n in enumerate(extents):
                repeated = n == 1 and (self._repeated is None or (place, dim) in self._repeated)
                if n != max(extents) and not repeated:
                    raise ValueError(f"{self.verb}: {' meets '.join(map(str, extents))} on axis {dim}")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element; all of an axis that is repeated."""
        repeated = shapes[operand][dim] == 1 and any(shape[dim] != 1 for shape in shapes)
        return None if repeated else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """The inputs together."""
        return reduce(broadcast, shapes)

    def operations(self, shapes: tuple[Shape, ...]) -> Extent:
        """One per element, for each input but the first, which are taken in from left to right."""
        partial = list(accumulate(shapes, broadcast))[1:]
        operations: Extent = total(prod(shape) for shape in partial)
        return operations

    @abstractmethod
    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Those operations."""


class Add(Arithmetic):
    """The sum of the inputs.

    Output   the shape of the inputs; an extent that is the number 1 is repeated
    Weights  none
    Cost     an add per element, for each input but the first
    Source   torch.add

    >>> Add().output((2, 3, 5), (2, 3, 1))
    (2, 3, 5)
    """

    saves = "nothing"

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Adds."""
        del output
        return Cost(adds=self.operations(shapes))


class Subtract(Arithmetic):
    """The first input less the second.

    Output   the shape of the inputs; an extent that is the number 1 is repeated
    Weights  none
    Cost     an add per element
    Source   torch.sub

    >>> Subtract().cost(((2, 3), (2, 3)), (2, 3)).adds
    6
    """

    arity = (2, 2)
    saves = "nothing"

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Subtractions."""
        del output
        return Cost(adds=self.operations(shapes))


class Multiply(Arithmetic):
    """The product of the inputs.

    Output   the shape of the inputs; an extent that is the number 1 is repeated
    Weights  none
    Cost     a multiply per element, for each input but the first
    Source   torch.mul

    >>> Multiply().output((2, 3, 5, 7), (2, 3, 1, 1))
    (2, 3, 5, 7)
    """

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Multiplies."""
        del output
        return Cost(multiplies=self.operations(shapes))


class Divide(Arithmetic):
    """The first input divided by the second.

    Output   the shape of the inputs; an extent that is the number 1 is repeated
    Weights  none
    Cost     a divide per element
    Source   torch.div

    >>> Divide().cost(((2, 3), (2, 3)), (2, 3)).divides
    6
    """

    arity = (2, 2)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Divides."""
        del output
        return Cost(divides=self.operations(shapes))
