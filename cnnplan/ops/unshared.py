"""The twin of convolution that shares nothing: every position has filters of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import expanded, held, padded, sides, windows
from cnnplan.ops.base import Weight
from cnnplan.ops.fields import Flag, Margins, Positive, Stride
from cnnplan.ops.links import Link
from cnnplan.ops.sharing import Weighted
from cnnplan.ops.windows import Dilated, per_axis
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["LocallyConnected"]


class LocallyConnected(Weighted, Dilated):
    """Weighted sum of each window of the input, with weights of its own at every position.

    What a convolution shares across space is not shared here, so the layer fits one input size only.

    Output   (N, out_channels, *steps): how often the dilated kernel fits on the padded input, `stride` apart
    Weights  weight (out_channels, C, *steps, *kernel_size), bias (out_channels, *steps)
    Cost     a multiply-add per weight of a filter, for each element of the output; an add each for the bias
    Source   LeCun (1989), Generalization and Network Design Strategies; keras.layers.LocallyConnected2D

    >>> LocallyConnected(out_channels=6, kernel_size=5).output((1, 3, 32, 28))
    (1, 6, 28, 24)
    """

    stride: Stride = 1
    padding: Margins = 0
    out_channels: Positive = field(description="Number of filters at each position: the channels of the output.")
    bias: Flag = field(default=True, description="Whether a number is added to each element of the output.")

    def output(self, *shapes: Shape) -> Shape:
        """Batch, filters, steps."""
        (x,) = shapes
        return (x[0], self.out_channels, *self.steps(x[2:]))

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """A filter per channel and position of the output."""
        (x,) = shapes
        steps = self.steps(x[2:])
        found = {"weight": Weight((self.out_channels, x[1], *steps, *per_axis(self.kernel_size, len(steps))))}
        if self.bias:
            found["bias"] = Weight((self.out_channels, *steps))
        return found

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A dot product per element."""
        (x,) = shapes
        elements = prod(output)
        taps = x[1] * prod(per_axis(self.kernel_size, len(x) - 2))
        return Cost(macs=elements * taps, adds=elements if self.bias else 0)

    def run(self, x: Array, weight: Array, bias: Array | None = None) -> Array:
        """Windows of all samples times the filters of their position."""
        axes = x.ndim - 2
        kernel = expanded(self.kernel_size, axes)
        strides, dilations = expanded(self.stride, axes), expanded(self.dilation, axes)
        view = windows(padded(x, sides(self.padding, axes)), kernel, strides, dilations)
        steps = view.shape[2 : 2 + axes]
        held("weight", weight, self.out_channels, x.shape[1], *steps, *kernel)
        held("bias", bias, self.out_channels, *steps, there=self.bias)
        places = range(2, 2 + axes)
        columns = np.moveaxis(view, places, range(axes)).reshape(*steps, x.shape[0], -1)
        filters = np.moveaxis(weight, places, range(axes)).reshape(*steps, self.out_channels, -1)
        products = np.matmul(columns, np.swapaxes(filters, -1, -2))
        y = np.moveaxis(products, (-2, -1), (0, 1)).copy()
        return y if bias is None else np.add(y, bias, out=y)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """A window, of all channels."""
        return None if dim == 1 else super().link(operand, dim, *shapes)
