"""Elements that are compared, cut off at a bound, or chosen from one input or another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.base import Requirement, broken
from cnnplan.ops.elements import Elements
from cnnplan.ops.elementwise import Arithmetic, Broadcasting
from cnnplan.ops.fields import AnyNumber, Comparison, Number
from cnnplan.ops.rectifiers import Pointwise
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Clip", "Compare", "Where"]

TRUTHS = Elements("bool", 2)
"""What a comparison gives."""


class Clip(Pointwise):
    """Elements are brought between two bounds, or to one side of one.

    Output   the shape of the input
    Weights  none
    Cost     min(max(x, min), max): a compare per element for each bound
    Source   torch.clamp

    >>> Clip(min=0, max=6).cost(((2, 3),), (2, 3)).compares
    12
    """

    overwrites = True

    min: Number | None = field(default=None, description="The least that an element may be; left out, anything.")
    max: Number | None = field(default=None, description="The greatest that an element may be; left out, anything.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A bound."""
        del shapes
        if self.min is None and self.max is None:
            yield broken("CNN012", "takes min, max or both", {}, "clip: {{min: 0, max: 6}}")

    def run(self, x: Array, out: Array | None = None) -> Array:
        """A maximum, a minimum."""
        if self.min is None and self.max is None:
            raise ValueError("takes min, max or both")
        y = x if self.min is None else np.maximum(x, self.min, out=out)
        return y if self.max is None else np.minimum(y, self.max, out=out)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A compare or two."""
        del shapes
        bounds = (self.min is not None) + (self.max is not None)
        return Cost(compares=bounds * prod(output))


class Compare(Arithmetic):
    """Whether elements are greater, less or equal than those of another input, or than a number.

    Output   the shape of the inputs, true or false; an extent that is the number 1 is repeated
    Weights  none
    Cost     a compare per element
    Source   torch.gt, torch.ge, torch.lt, torch.le, torch.eq, torch.ne

    >>> Compare(mode="greater", value=0).output((2, 3))
    (2, 3)
    """

    arity = (1, 2)
    overwrites = False
    saves = "nothing"
    hides = True

    mode: Comparison = field(description="What is asked: greater, greater_equal, less, less_equal, equal or not_equal.")

    def gives(self, *elements: Elements) -> Elements:
        """True or false."""
        del elements
        return TRUTHS

    def run(self, *arrays: Array, out: Array | None = None) -> Array:
        """NumPy's."""
        self._refuse_others(*(array.shape for array in arrays))
        operation: Any = getattr(np, self.mode)
        return operation(*self._operands(arrays), out=out)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A compare."""
        del output
        return Cost(compares=self.operations(shapes))


class Where(Broadcasting):
    """Elements of a second input where the first is true, else those of a third, or a number.

    Output   the shape of the inputs; an extent that is the number 1 is repeated
    Weights  none
    Cost     nothing: elements are chosen
    Source   torch.where, torch.masked_fill

    >>> Where(value=0).output((1, 1, 5), (2, 3, 5))
    (2, 3, 5)
    """

    arity = (2, 3)
    overwrites = False
    saves = "first"
    hides = True

    value: AnyNumber | None = field(default=None, description="What stands where the first input is false.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Two to choose from."""
        if (self.value is None) is not (len(shapes) > 2):  # noqa: PLR2004 - the choice, and two to choose from
            message = "takes a third input or a value, and not both"
            hint = "from: [mask, one, other], or from: [mask, one] and a `value`"
            yield broken("CNN105", message, {}, hint, "value" if self.value is not None else "")
            return
        yield from super().needs(*shapes)

    def reads(self, *elements: Elements) -> Iterator[Requirement]:
        """True or false first, then numbers."""
        choice, *others = elements
        if choice.dtype != TRUTHS.dtype:
            values = {"dtype": choice.dtype or "numbers"}
            hint = "compare gives it, or an input that is declared: {{shape: [...], dtype: bool}}"
            yield broken("CNN112", "chooses by true or false, and the first input is {dtype}", values, hint)
        yield from super().reads(*others)

    def run(self, choice: Array, one: Array, other: Array | None = None) -> Array:
        """NumPy's."""
        if (self.value is None) is not (other is not None):
            raise ValueError("takes a third input or a value")
        rest = () if other is None else (other,)
        self._refuse_others(*(array.shape for array in (choice, one, *rest)))
        return np.where(choice, one, self.value if other is None else other)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Nothing."""
        del shapes, output
        return Cost()
