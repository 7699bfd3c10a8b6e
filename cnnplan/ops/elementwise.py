"""Arithmetic between inputs, element by element."""

from __future__ import annotations

from abc import abstractmethod
from functools import reduce
from itertools import accumulate
from typing import TYPE_CHECKING, Any, ClassVar, Self

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.base import Limits, Operator, Requirement, broken, several, show
from cnnplan.ops.fields import Flag, Number
from cnnplan.ops.links import Link
from cnnplan.sizes import eq, prod, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Add", "Broadcasting", "Divide", "Multiply", "Subtract", "broadcast", "meeting", "together", "unequal_ranks"]

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
    return left if left == right else tuple([b if a == 1 else a for a, b in zip(left, right, strict=True)])


def together(shapes: Iterable[Shape]) -> Iterator[Requirement]:
    """What it takes for inputs to meet on all axes: equal extents, where neither is 1."""
    sofar, *others = shapes
    for shape in others:
        for dim, (left, right) in enumerate(zip(sofar, shape, strict=True)):
            if left is not right and left != 1 and right != 1:
                yield meeting(left, right, dim)
        sofar = broadcast(sofar, shape)


def repetitions(shapes: Sequence[Shape]) -> frozenset[tuple[int, int]]:
    """The inputs and axes whose extent is the number 1 and gives way to another."""
    most = reduce(broadcast, shapes)
    places = ((place, dim) for place, shape in enumerate(shapes) for dim in range(len(shape)))
    return frozenset((place, dim) for place, dim in places if shapes[place][dim] == 1 and most[dim] != 1)


class Broadcasting(Operator):
    """An operation on the elements of several inputs; an extent that is the number 1 is repeated."""

    _repeated: frozenset[tuple[int, int]] | None = None
    """The inputs and axes whose extent is the number 1 and gives way; None: whatever comes as 1 is that number."""

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Equal extents, where neither is 1."""
        fault = next(unequal_ranks(shapes), None)
        if fault is not None:
            yield fault
            return
        yield from together(shapes)

    def joins(self, *shapes: Shape) -> Iterator[Requirement]:
        """Equal extents, those that are 1 included."""
        for shape in shapes[1:]:
            for dim, (left, right) in enumerate(zip(shapes[0], shape, strict=True)):
                if (left == 1) is not (right == 1):
                    yield meeting(left, right, dim)

    @property
    def rewrites(self) -> bool:
        """Unless the first input is repeated."""
        return self.overwrites and all(place for place, _ in self._repeated or ())

    def placed(self, *shapes: Shape, joins: bool = False) -> Self:
        """A copy that knows which inputs are repeated on which axes; none where branches are joined."""
        repeated = frozenset() if joins else repetitions([*map(self._front, shapes)])
        return self.model_copy(update={"_repeated": repeated})

    @staticmethod
    def _front(shape: Shape) -> Shape:
        """The axes on which the inputs meet element by element."""
        return shape

    def _refuse_others(self, *shapes: tuple[int, ...]) -> None:
        """Raise where an extent meets another that it must not give way to."""
        for dim, extents in enumerate(zip(*shapes, strict=True)):
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


class Arithmetic(Broadcasting):
    """Such an operation on two inputs or more, or on one input and a number."""

    arity: ClassVar[Limits] = (1, None)
    overwrites = True

    value: Number | None = field(default=None, description="A number in place of a second input.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A second input or a number; equal extents, where neither is 1."""
        if self.value is None and len(shapes) == 1:
            wanted = several((2, self.arity[1]), "input")
            yield broken("CNN105", "takes {wanted}, got 1", {"wanted": wanted}, "or a number: give `value`")
        elif self.value is not None and len(shapes) > 1:
            hint = "take `value` away, or read one layer"
            yield broken("CNN105", "takes a value or a second input, and not both", {}, hint, "value")
        else:
            yield from super().needs(*shapes)

    def keeps(self, *shapes: Shape) -> str:
        """A number is not kept, nor what it meets."""
        del shapes
        return self.saves if self.value is None else "nothing"

    def run(self, *arrays: Array, out: Array | None = None) -> Array:
        """One input after the other; none is repeated that the layer does not know to be a number."""
        self._refuse_others(*(array.shape for array in arrays))
        first, *rest = self._operands(arrays)
        operation = getattr(np, self.verb)
        for array in rest:
            first = operation(first, array, out=out)
        return first

    def _operands(self, arrays: tuple[Array, ...]) -> tuple[Any, ...]:
        """The inputs, and the number if there is one."""
        if (self.value is None) is not (len(arrays) > 1):
            raise ValueError("takes a value or a second input")
        return arrays if self.value is None else (*arrays, self.value)

    def operations(self, shapes: tuple[Shape, ...]) -> Extent:
        """One per element, for each input but the first, which are taken in from left to right; or for the number."""
        if self.value is not None:
            elements: Extent = prod(shapes[0])
            return elements
        partial = list(accumulate(shapes, broadcast))[1:]
        operations: Extent = total(prod(shape) for shape in partial)
        return operations

    @abstractmethod
    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Those operations."""


class Ordered(Arithmetic):
    """Arithmetic in which it matters what comes first: one input and another, or a number."""

    arity = (1, 2)

    reverse: Flag = field(default=False, description="Whether the number comes first: 1 - x, and not x - 1.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A number, if it is to come first."""
        yield from super().needs(*shapes)
        if self.reverse and self.value is None:
            message = "reverse is for a value"
            yield broken("CNN013", message, {}, "put the layers in the other order: from: [b, a]", "reverse")

    def _operands(self, arrays: tuple[Array, ...]) -> tuple[Any, ...]:
        if self.reverse and self.value is None:
            raise ValueError("reverse is for a value")
        operands = super()._operands(arrays)
        return operands[::-1] if self.reverse else operands


class Add(Arithmetic):
    """The sum of the inputs, or of an input and a number.

    Output   the shape of the inputs; an extent that is the number 1 is repeated
    Weights  none
    Cost     an add per element, for each input but the first, or for the number
    Source   torch.add

    >>> Add().output((2, 3, 5), (2, 3, 1))
    (2, 3, 5)
    """

    saves = "nothing"

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Adds."""
        del output
        return Cost(adds=self.operations(shapes))


class Subtract(Ordered):
    """The first input less the second, or less a number.

    Output   the shape of the inputs; an extent that is the number 1 is repeated
    Weights  none
    Cost     an add per element
    Source   torch.sub

    >>> Subtract().cost(((2, 3), (2, 3)), (2, 3)).adds
    6
    """

    saves = "nothing"

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Subtractions."""
        del output
        return Cost(adds=self.operations(shapes))


class Multiply(Arithmetic):
    """The product of the inputs, or of an input and a number.

    Output   the shape of the inputs; an extent that is the number 1 is repeated
    Weights  none
    Cost     a multiply per element, for each input but the first, or for the number
    Source   torch.mul

    >>> Multiply().output((2, 3, 5, 7), (2, 3, 1, 1))
    (2, 3, 5, 7)
    >>> Multiply(value=0.125).cost(((2, 3),), (2, 3)).multiplies
    6
    """

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """The products between, of three inputs and more: each is a factor of the next."""
        between = list(accumulate(shapes, broadcast))[1:-1]
        return {"": total(map(prod, between))} if between else {}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Multiplies."""
        del output
        return Cost(multiplies=self.operations(shapes))


class Divide(Ordered):
    """The first input divided by the second, or by a number.

    Output   the shape of the inputs; an extent that is the number 1 is repeated
    Weights  none
    Cost     a divide per element
    Source   torch.div

    >>> Divide().cost(((2, 3), (2, 3)), (2, 3)).divides
    6
    """

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """One over the input, which PyTorch multiplies a number by."""
        return {"": prod(shapes[0])} if self.reverse else {}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Divides."""
        del output
        return Cost(divides=self.operations(shapes))
