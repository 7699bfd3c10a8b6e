"""Pooling: one number for each window of each channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnnplan.cost import Cost
from cnnplan.ops.base import Requirement
from cnnplan.ops.fields import Flag, Positive
from cnnplan.ops.windows import Dilated, Windowed, is_same, margins, per_axis
from cnnplan.sizes import ge, minimum, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.sizes import Extent, Shape

__all__ = ["AvgPool", "MaxPool"]


class Pooling(Windowed):
    """What poolings with a window have in common; `stride` left out is `kernel_size`."""

    ceil_mode: Flag = Field(
        default=False,
        description="Whether a window may stick out at the end; it must start inside the input or in front of it.",
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Padding of at most half a window, and a window that fits."""
        (x,) = shapes
        if self.padding != 0 and not is_same(self.padding):
            yield from self._halves(len(x) - 2)
        yield from super().needs(x)

    def _halves(self, axes: int) -> Iterator[Requirement]:
        message = "padding (={pad}) must be at most half of kernel_size (={kernel})"
        kernels = per_axis(self.kernel_size, axes)
        pairs = ((pad, k) for pads, k in zip(margins(self.padding, axes), kernels, strict=True) for pad in pads)
        for pad, kernel in dict.fromkeys(pairs):
            values = {"pad": pad, "kernel": kernel}
            yield Requirement(ge(kernel, 2 * pad), "CNN108", message, values, "put a pad in front", "padding")

    def output(self, *shapes: Shape) -> Shape:
        """Batch, channels, steps."""
        (x,) = shapes
        return (*x[:2], *self.steps(x[2:]))

    def slack(self, stride: Extent) -> Extent:
        """All but one step, in ceil mode."""
        return stride - 1 if self.ceil_mode else 0

    def reach(self, span: Extent, stride: Extent, before: Extent, after: Extent) -> Extent:
        """One floor in ceil mode, too: rounding up and the rule for the last window are a minimum."""
        if not self.ceil_mode:
            return before + after - span + stride
        last: Extent = minimum(before + after - span + stride - 1, before - 1)
        return last + stride

    def taps(self, output: Shape) -> Extent:
        """The elements of one window."""
        elements: Extent = prod(per_axis(self.kernel_size, len(output) - 2))
        return elements


class MaxPool(Pooling, Dilated):
    """The greatest element of each window; padding is less than everything.

    Output   (N, C, *steps): how often the dilated window fits on the padded input, `stride` apart
    Weights  none
    Cost     k - 1 compares for each element of the output, with k elements in a window, padding included
    Source   torch.nn.MaxPool2d

    >>> MaxPool(kernel_size=3, stride=2, ceil_mode=True).output((1, 4, 12, 9))
    (1, 4, 6, 4)
    """

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """Where the greatest elements were."""
        return {"int64": prod(self.output(*shapes))}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Compares."""
        del shapes
        return Cost(compares=prod(output) * (self.taps(output) - 1))


class AvgPool(Pooling):
    """The mean of each window.

    Output   (N, C, *steps): how often the window fits on the padded input, `stride` apart
    Weights  none
    Cost     k - 1 adds and a divide for each element of the output, with k elements in a window, padding included
    Source   torch.nn.AvgPool2d

    >>> AvgPool(kernel_size=2).output((1, 4, 12, 9))
    (1, 4, 6, 4)
    """

    count_include_pad: Flag = Field(default=True, description="Whether the zeros of the padding count in the mean.")
    divisor_override: Positive | None = Field(
        default=None, description="What to divide by, instead of the number of elements."
    )

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A sum and a divide."""
        del shapes
        elements = prod(output)
        return Cost(adds=elements * (self.taps(output) - 1), divides=elements)
