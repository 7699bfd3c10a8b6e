"""Windows as facts see them, axis by axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.ops.windows import per_axis
from cnnplan.sizes import ceil_div, eq, floor_div, maximum, minimum

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition, Extent

__all__ = ["Axis", "axes", "has_ceil", "is_apart", "is_bare", "is_dilated", "sized", "surely"]


class Axis(NamedTuple):
    """One axis of a layer with windows.

    Args:
        n: the size that comes in.
        m: the size that goes out here.
        kernel: the taps.
        stride: from one window to the next.
        dilation: from one tap to the next.
        before: padding in front, of a transposed convolution what is taken off.
        after: the same at the end.
        extra: the output padding of a transposed convolution.
    """

    n: Any
    m: Any
    kernel: Any
    stride: Any
    dilation: Any
    before: Any
    after: Any
    extra: Any

    @property
    def span(self) -> Any:
        """What a window covers."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def need(self) -> Any:
        """The padding that `same` takes; less than 0 where windows leave elements out."""
        return (ceil_div(self.n, self.stride) - 1) * self.stride + self.span - self.n

    @property
    def undilated(self) -> Any:
        """The padding that `same` takes for a kernel that is not dilated."""
        return (ceil_div(self.n, self.stride) - 1) * self.stride + self.kernel - self.n

    @property
    def ceiled(self) -> Any:
        """The windows, the last of which may start anywhere."""
        return (self.n + self.before + self.after - self.span + 2 * self.stride - 1) // self.stride

    def steps(self, total: Any) -> Any:
        """The windows on an axis with so much padding, counted by a division towards zero."""
        rest = self.n + total - self.span
        return maximum(floor_div(rest, self.stride), minimum(ceil_div(rest, self.stride), 0)) + 1

    def seen(self, before: int) -> list[list[int]]:
        """The elements that each window sees with so much padding in front, where all extents are numbers."""
        starts = range(-before, self.m * self.stride - before, self.stride)
        return [[at for at in range(i, i + self.span, self.dilation) if 0 <= at < self.n] for i in starts]

    @property
    def lack(self) -> Any:
        """How much longer a window is than the padded input; less than 0 where it fits."""
        return self.span - self.n - self.before - self.after

    @property
    def spread(self) -> Any:
        """What the filters of a transposed convolution spread over."""
        return (self.n - 1) * self.stride + self.span


def axes(layer: Layer) -> list[Axis]:
    """The axes of a layer with windows."""
    op, count = layer.op, layer.axes
    kernels, strides = per_axis(op.kernel_size, count), op.strides(count)
    dilations, extras = (
        per_axis(getattr(op, name, one), count) for name, one in (("dilation", 1), ("output_padding", 0))
    )
    pads = op.cuts(count) if op.verb == "conv_transpose" else op.margins(layer.x[2:])
    geometry = zip(layer.x[2:], layer.y[2:], kernels, strides, dilations, pads, extras, strict=True)
    return [Axis(n, m, k, s, d, pad[0], pad[1], extra) for n, m, k, s, d, pad, extra in geometry]


def surely(value: Condition | bool) -> bool:  # noqa: FBT001 - what is to be known
    """Whether something is known to hold; what is open does not."""
    return value if isinstance(value, bool) else value.verdict is True


def is_dilated(layer: Layer) -> bool:
    """Whether a dilation is written."""
    return not all(surely(eq(d, 1)) for d in per_axis(getattr(layer.op, "dilation", 1), layer.axes))


def is_apart(layer: Layer) -> bool:
    """Whether taps lie apart."""
    return not all(surely(eq(axis.dilation, 1)) or surely(eq(axis.kernel, 1)) for axis in axes(layer))


def is_bare(axis: Axis) -> bool:
    """Whether there is no padding."""
    return surely(eq(axis.before, 0)) and surely(eq(axis.after, 0))


def has_ceil(op: Any) -> bool:
    """Whether windows may stick out."""
    return bool(getattr(op, "ceil_mode", False))


def sized(layer: Layer, sizes: list[Extent]) -> tuple[Extent, ...]:
    """The output with other spatial extents."""
    return (*layer.y[:2], *sizes)
