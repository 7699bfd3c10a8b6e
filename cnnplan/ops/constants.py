"""Numbers that nobody trains, as a layer of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import held
from cnnplan.ops.base import Limits, Operator, Requirement, Weight, broken
from cnnplan.ops.elements import NUMBERS, Elements
from cnnplan.ops.fields import AnyNumber, ConstantType, Numbers, Positive, WholeShape
from cnnplan.ops.kinds import flat, measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Constant"]

TRUTH = "bool"
"""The type of what is true, 1, or false, 0."""


class Constant(Operator):
    """Numbers that are not trained, as a layer that reads nothing: written out, one for all, or stored beside weights.

    Output   shape, or that of the values
    Weights  value (*shape), a buffer, where neither value nor values say what the numbers are
    Cost     nothing
    Source   torch.nn.Module.register_buffer, torch.full, torch.tensor

    >>> Constant(values=((0, 1, 2), (3, 4, 5))).output()
    (2, 3)
    >>> Constant(shape=(49, 49), dtype="int64", below=169).weights()["value"].trainable
    False
    """

    arity: ClassVar[Limits] = (0, 0)
    saves = "nothing"

    shape: WholeShape | None = field(default=None, description="All extents; left out, those of `values`.")
    value: AnyNumber | None = field(default=None, description="The number that stands everywhere.")
    values: Numbers | None = field(default=None, description="The numbers, in lists of lists.")
    dtype: ConstantType | None = field(
        default=None, description="The type of whole numbers, int64 or another, or bool; left out, that of the network."
    )
    below: Positive | None = field(default=None, description="What whole numbers are less than, if they are stored.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A shape or values; whole numbers where the type asks for them."""
        del shapes
        if (self.shape is None) is not (self.values is not None):
            hint = "constant: {{shape: [1, 8]}}, or constant: {{values: [[0, 1]]}}"
            yield broken("CNN012", "takes either shape or values", {}, hint, "values" if self.values else "")
        elif self.values is not None and self.value is not None:
            yield broken("CNN012", "takes either value or values", {}, "", "value")
        elif self.below is not None and (self.dtype is None or not self.stored):
            hint = "constant: {{shape: [49, 49], dtype: int64, below: 169}}"
            yield broken("CNN013", "below is for whole numbers that are stored", {}, hint, "below")
        elif self.dtype is not None:
            wrong = [number for number in self._given() if number < 0 or number != int(number)]
            neither = [number for number in self._given() if self.dtype == TRUTH and number not in {0, 1}]
            if neither:
                message, argument = "{number:g} is neither 0 nor 1, which bool asks for", self._said
                yield broken("CNN013", message, {"number": neither[0]}, "", argument)
            elif wrong:
                message = "{number:g} is no whole number from 0 on, which {dtype} asks for"
                yield broken("CNN013", message, {"number": wrong[0], "dtype": self.dtype}, "", self._said)

    @property
    def _said(self) -> str:
        """The argument that says what the numbers are."""
        return "value" if self.values is None else "values"

    @property
    def is_weight(self) -> bool:
        """Where the numbers come from where weights do."""
        return self.stored

    @property
    def stored(self) -> bool:
        """Whether the spec does not say what the numbers are."""
        return self.value is None and self.values is None

    def _given(self) -> list[Any]:
        return [] if self.stored else [*flat(self.value if self.values is None else self.values)]

    def gives(self, *elements: Elements) -> Elements:
        """Numbers, or whole ones below a bound."""
        del elements
        if self.dtype is None:
            return NUMBERS
        if self.dtype == TRUTH:
            return Elements(TRUTH, 2)
        return Elements(self.dtype, self.below if self.stored else 1 + int(max(self._given())))

    def output(self, *shapes: Shape) -> Shape:
        """That shape."""
        del shapes
        return measured(self.values) if self.shape is None else self.shape

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """A buffer, unless the numbers are known."""
        del shapes
        return {"value": Weight(self.output(), trainable=False, elements=self.gives())} if self.stored else {}

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """None: nothing is trained."""
        del shapes, output
        return 0

    def run(self, value: Array | None = None) -> Array:
        """The buffer, or the numbers."""
        dtype = self.dtype or np.float64
        if (self.shape is None) is not (self.values is not None):
            raise ValueError("takes either shape or values")
        if self.values is not None:
            return np.array(self.values, dtype)
        wanted: Any = self.shape
        if self.value is not None:
            return np.full(wanted, self.value, dtype)
        return held("value", value, *wanted)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Nothing."""
        del shapes, output
        return Cost()
