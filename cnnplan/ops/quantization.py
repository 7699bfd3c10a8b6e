"""Numbers that are brought to those which whole numbers of a few bits stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.base import Requirement, broken
from cnnplan.ops.fields import Number, QuantizedType, ZeroPoint
from cnnplan.ops.rectifiers import Pointwise
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.ops.links import Link
    from cnnplan.sizes import Extent, Shape

__all__ = ["RANGES", "FakeQuantize"]

RANGES = {
    "int4": (-8, 7),
    "uint4": (0, 15),
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int16": (-32_768, 32_767),
    "uint16": (0, 65_535),
}
"""The least and the greatest whole number of each type."""


class FakeQuantize(Pointwise):
    """Elements are rounded to what whole numbers of a few bits stand for: q of a type means scale (q - zero_point).

    Output   the shape of the input
    Weights  none
    Cost     clip(round(x / scale)) scale: a divide, 2 compares and a multiply per element; without a scale, 2 compares
             more per element, for the least and the greatest of the tensor
    Source   torch.fake_quantize_per_tensor_affine; ONNX QuantizeLinear with DequantizeLinear, DynamicQuantizeLinear

    >>> FakeQuantize(scale=0.5, dtype="uint8").cost(((2, 3),), (2, 3)).divides
    6
    """

    saves = "nothing"

    scale: Number | None = field(
        default=None, description="What a step stands for; left out, what brings all elements into the range, and 0."
    )
    zero_point: ZeroPoint = field(default=0, description="The whole number that stands for 0.")
    dtype: QuantizedType = field(default="int8", description="The type of the whole numbers: int8, uint8, ... uint4.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A scale above 0, a zero point of the type; without a scale no zero point."""
        del shapes
        least, most = RANGES[self.dtype]
        values = {"zero_point": self.zero_point, "scale": self.scale, "least": least, "most": most, "dtype": self.dtype}
        if self.scale is None and self.zero_point:
            hint = "fake_quantize: {{scale: 0.02, zero_point: 128, dtype: uint8}}"
            yield broken("CNN012", "needs a scale where there is a zero_point", values, hint, "zero_point")
        elif isinstance(self.scale, float) and self.scale <= 0:
            yield broken("CNN013", "scale (={scale}) must be above 0", values, "", "scale")
        elif not least <= self.zero_point <= most:
            message = "zero_point (={zero_point}) is no {dtype}, which goes from {least} to {most}"
            yield broken("CNN013", message, values, "", "zero_point")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element, unless the scale rests on all of them."""
        return None if self.scale is None else super().link(operand, dim, *shapes)

    def run(self, x: Array) -> Array:
        """Whole steps within the range, away from the zero point, and what they stand for."""
        scale, zero = (self.scale, self.zero_point) if self.scale is not None else self._fitted(x)
        least, most = RANGES[self.dtype]
        if not scale > 0 or not least <= zero <= most:
            raise ValueError(f"{self.dtype} has no zero point {zero} with steps of {scale}")
        steps: Array = np.clip(np.rint(np.divide(x, scale)), least - zero, most - zero)
        return np.multiply(steps, scale)

    def _fitted(self, x: Array) -> tuple[Any, int]:
        """The scale and the zero point that ONNX gives to the range of all elements, 0 among them."""
        least, most = RANGES[self.dtype]
        low, high = min(0, x.min().item()), max(0, x.max().item())
        scale = x.dtype.type((high - low) / (most - least) or 1)
        return scale, int(np.clip(np.rint(least - low / scale), least, most))

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Divided, bounded, multiplied."""
        del shapes
        elements = prod(output)
        extremes = 2 * elements - 2 if self.scale is None else 0
        return Cost(divides=elements, compares=2 * elements + extremes, multiplies=elements)

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """Which elements were within the range."""
        return {"bool": prod(shapes[0])}
