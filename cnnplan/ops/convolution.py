"""Convolution and its transpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import beside, cropped, expanded, held, padded, same_sides, sides, windows
from cnnplan.ops.base import Requirement, Weight, broken
from cnnplan.ops.contraction import correlated, spread
from cnnplan.ops.depthwise import by_channels
from cnnplan.ops.fields import Flag, Groups, NonNegativePerAxis, Padding, PaddingMode, Positive, Stride
from cnnplan.ops.links import Link, grouped
from cnnplan.ops.sharing import Dynamic
from cnnplan.ops.windows import Dilated, is_same, margins, per_axis, wrapping
from cnnplan.sizes import divides, ge, gt, maximum, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Conv", "ConvTranspose"]


class Filtered(Dynamic, Dilated):
    """What a convolution and its transpose have in common: filters, in groups."""

    weighs_channels = True

    stride: Stride = 1
    out_channels: Positive = field(description="Number of filters: the channels of the output.")
    groups: Groups = 1
    bias: Flag = field(default=True, description="Whether a number is added to each channel of the output.")

    def divisible(self, channels: Extent) -> Iterator[Requirement]:
        """That the groups come out even, on both sides."""
        if self.groups == 1:
            return
        values = {"groups": self.groups, "channels": channels, "out": self.out_channels}
        message = "groups (={groups}) does not divide the {channels} input channels"
        yield Requirement(divides(self.groups, channels), "CNN102", message, values, "", "groups")
        message = "groups (={groups}) does not divide out_channels (={out})"
        yield Requirement(divides(self.groups, self.out_channels), "CNN102", message, values, "", "groups")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """A window, of all channels of the group; of a weight that is given all of it."""
        if operand:
            return None
        if dim < 2:  # noqa: PLR2004 - N and C
            return grouped(dim, self.groups, shapes[0][1], self.out_channels)
        return self.sight(dim - 2, shapes[0])

    def filters(self, shapes: tuple[Shape, ...], *channels: Extent) -> dict[str, Weight]:
        """The weights, of these channels and the kernel."""
        bias = {"bias": Weight((self.out_channels,))} if self.bias else {}
        weight = Weight((*channels, *per_axis(self.kernel_size, len(shapes[0]) - 2)))
        return self.owned(shapes, weight=weight, **bias)


class Conv(Filtered):
    """Weighted sum of each window of the input, with the same weights at every position.

    The weight may be the output of another layer: a second input.

    Output   (N, out_channels, *steps): how often the dilated kernel fits on the padded input, `stride` apart
    Weights  weight (out_channels, C / groups, *kernel_size), bias (out_channels,)
    Cost     a multiply-add per weight of a filter, for each element of the output; an add each for the bias
    Source   Dumoulin & Visin (2016), relationship 15; torch.nn.Conv2d

    >>> Conv(out_channels=6, kernel_size=5, stride=(1, 2)).output((1, 3, 32, 28))
    (1, 6, 28, 12)
    """

    padding_mode: PaddingMode = "zeros"

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Groups that divide the channels, a kernel that fits, an input that can be wrapped into its padding."""
        x = shapes[0]
        if self.groups != 1:
            yield from self.divisible(x[1])
        if not is_same(self.padding):
            yield from self.fits(x[2:])
        if len(shapes) > 1:
            yield from self.given(shapes)
        if self.padding_mode != "zeros":
            yield from wrapping(self.padding_mode, x[2:], self.margins(x[2:]))

    def output(self, *shapes: Shape) -> Shape:
        """Batch, filters, steps."""
        x = shapes[0]
        return (x[0], self.out_channels, *self.steps(x[2:]))

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """A filter per channel of the output."""
        x = shapes[0]
        return self.filters(shapes, self.out_channels, x[1] // self.groups)

    def keeps(self, *shapes: Shape) -> str | tuple[int, ...]:
        """The inputs; of one that is padded in a step of its own the copy, in some modes beside the input itself."""
        instead = self.padding_mode in ("zeros", "circular") and self._copied(shapes[0]) is not None
        return tuple(range(1, len(shapes))) if instead else self.saves

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """The padded copy, where there is one."""
        copied = self._copied(shapes[0])
        return {} if copied is None else {"": prod(copied)}

    def _copied(self, x: Shape) -> Shape | None:
        """The padded input: PyTorch's kernels pad by zeros, as much on both sides; of the rest there is a copy."""
        if is_same(self.padding):
            return None
        sides = margins(self.padding, len(x) - 2)
        if self.padding_mode == "zeros" and all(before is after or before == after for before, after in sides):
            return None
        return (*x[:2], *(n + before + after for n, (before, after) in zip(x[2:], sides, strict=True)))

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A dot product per element."""
        x = shapes[0]
        taps = (x[1] // self.groups, *per_axis(self.kernel_size, len(x) - 2))
        return Cost(macs=prod((*output, *taps)), adds=prod(output) if self.bias else 0)

    def run(self, x: Array, weight: Array, bias: Array | None = None) -> Array:
        """Windows in columns, filters in rows, their product; of many channels with a filter each, sums of products."""
        axes = x.ndim - 2
        kernel, strides = expanded(self.kernel_size, axes), expanded(self.stride, axes)
        dilations = expanded(self.dilation, axes)
        held("weight", weight, self.out_channels, x.shape[1] // self.groups, *kernel)
        held("bias", bias, self.out_channels, there=self.bias)
        pads = self._sides(x.shape[2:], kernel, strides, dilations)
        correlate = by_channels(x, weight, self.groups, strides) if self.padding_mode == "zeros" else None

        def unfold(channels: Array) -> Array:
            return windows(padded(channels, pads, self.padding_mode), kernel, strides, dilations)

        if correlate is None:
            y = correlated(x, weight, self.groups, unfold)
        else:
            y = correlate(x, weight, pads, strides, dilations)
        return y if bias is None else np.add(y, beside(bias, y), out=y)

    def _sides(
        self, sizes: tuple[int, ...], kernel: tuple[int, ...], strides: tuple[int, ...], dilations: tuple[int, ...]
    ) -> tuple[tuple[int, int], ...]:
        """The padding of the kernel."""
        if self.padding not in ("same", "same_lower"):
            return sides(self.padding, len(sizes))
        lower = self.padding == "same_lower"
        geometry = zip(sizes, kernel, strides, dilations, strict=True)
        return tuple(same_sides(n, (k - 1) * d + 1, s, lower=lower) for n, k, s, d in geometry)


class ConvTranspose(Filtered):
    """Every element of the input spreads a filter over the output, `stride` apart; what overlaps is added.

    The weight may be the output of another layer: a second input. Padding `same` leaves n * stride elements.

    Output   (N, out_channels, *((n - 1) * stride - before - after + dilation * (kernel_size - 1) + output_padding + 1))
    Weights  weight (C, out_channels / groups, *kernel_size), bias (out_channels,)
    Cost     a multiply-add per weight of a filter, for each element of the *input*; an add per output for the bias
    Source   Dumoulin & Visin (2016), relationship 14; torch.nn.ConvTranspose2d

    >>> ConvTranspose(out_channels=6, kernel_size=3, stride=2, padding=1, output_padding=1).output((1, 4, 7, 5))
    (1, 6, 14, 10)
    """

    padding: Padding = field(
        default=0,
        description="What is taken off the output, not added around the input: a number, one per axis, a [before, "
        "after] pair per axis, `valid` (nothing), or `same`: what leaves n * stride elements, the odd one at the end "
        "(`same_lower`: in front).",
    )
    output_padding: NonNegativePerAxis = field(
        default=0, description="What is added to the end of the output, per axis."
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Groups that divide the channels, an output padding that a step could cover, an output that is left."""
        x = shapes[0]
        yield from self.divisible(x[1])
        axes = len(x) - 2
        extras = per_axis(self.output_padding, axes)
        if is_same(self.padding) and any(extra != 0 for extra in extras):
            values = {"padding": self.padding}
            message = "padding (={padding}) leaves n * stride elements, to which output_padding adds none"
            yield broken("CNN108", message, values, "take output_padding away", "output_padding")
        elif self.output_padding != 0 and not is_same(self.padding):
            yield from self._covered(axes)
        message = "axis {dim} of the output would have {size}"
        for dim, n in enumerate(self._spread(x[2:]), 2):
            values = {"dim": dim, "size": n}
            yield Requirement(ge(n, 1), "CNN101", message, values, "less padding, or a larger kernel_size", "padding")
        yield from self.given(shapes)

    def sight(self, axis: int, *shapes: Shape) -> Link:
        """The elements whose filters come by."""
        axes = len(shapes[0]) - 2
        before = self.cuts(axes)[axis][0]
        span, stride = self.spans(axes)[axis], self.strides(axes)[axis]
        return Link(axis + 2, 1, before - span + 1, before, stride)

    def output(self, *shapes: Shape) -> Shape:
        """Batch, filters, what the filters spread over."""
        x = shapes[0]
        return (x[0], self.out_channels, *self._spread(x[2:]))

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """A filter per channel of the input."""
        x = shapes[0]
        return self.filters(shapes, x[1], self.out_channels // self.groups)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A scaled filter per element of the input."""
        x = shapes[0]
        taps = self.out_channels // self.groups * prod(per_axis(self.kernel_size, len(x) - 2))
        return Cost(macs=prod(x) * taps, adds=prod(output) if self.bias else 0)

    def run(self, x: Array, weight: Array, bias: Array | None = None) -> Array:
        """Filters scaled and added up where they fall, then cropped."""
        axes = x.ndim - 2
        kernel, strides = expanded(self.kernel_size, axes), expanded(self.stride, axes)
        dilations, extras = expanded(self.dilation, axes), expanded(self.output_padding, axes)
        held("weight", weight, x.shape[1], self.out_channels // self.groups, *kernel)
        held("bias", bias, self.out_channels, there=self.bias)
        if any(extra >= max(s, d) for extra, s, d in zip(extras, strides, dilations, strict=True)):
            raise ValueError(f"output_padding of {extras}: no step covers it")
        pads = sides(self.padding, axes) if self.padding not in ("same", "same_lower") else ()
        if not pads:
            if any(extras):
                raise ValueError(f"output_padding of {extras} with padding {self.padding}")
            longer = [(k - 1) * d + 1 - s for k, d, s in zip(kernel, dilations, strides, strict=True)]
            extras = tuple(max(0, -more) for more in longer)
            pads = tuple(self._cut(max(0, more)) for more in longer)
        y = spread(x, weight, self.groups, tuple(zip(strides, dilations, strict=True)), extras)
        if y.shape[1] != self.out_channels:
            raise ValueError(f"{self.groups} groups of filters give {y.shape[1]} channels, not {self.out_channels}")
        y = cropped(y, pads)
        return y if bias is None else np.add(y, beside(bias, y), out=y)

    def _cut(self, more: int) -> tuple[int, int]:
        """What is taken off both ends, the odd one at the end."""
        small, large = more // 2, more - more // 2
        return (small, large) if self.padding == "same" else (large, small)

    def cuts(self, axes: int) -> tuple[tuple[Extent, Extent], ...]:
        """What is taken off, per axis."""
        if not is_same(self.padding):
            return margins(self.padding, axes)
        longer = (maximum(span - s, 0) for span, s in zip(self.spans(axes), self.strides(axes), strict=True))
        halves = [(more // 2, more - more // 2) for more in longer]
        return tuple(halves if self.padding == "same" else [(after, before) for before, after in halves])

    def _covered(self, axes: int) -> Iterator[Requirement]:
        message = "output_padding (={extra}) must be less than stride (={stride}) or dilation (={dilation})"
        strides, dilations = self.strides(axes), per_axis(self.dilation, axes)
        for extra, stride, dilation in zip(per_axis(self.output_padding, axes), strides, dilations, strict=True):
            values = {"extra": extra, "stride": stride, "dilation": dilation}
            condition = gt(stride, extra) | gt(dilation, extra)
            yield Requirement(condition, "CNN108", message, values, "", "output_padding")

    def _spread(self, sizes: Shape) -> Shape:
        axes = len(sizes)
        if is_same(self.padding):
            return tuple(n * s for n, s in zip(sizes, self.strides(axes), strict=True))
        pads, extras = margins(self.padding, axes), per_axis(self.output_padding, axes)
        geometry = zip(sizes, self.spans(axes), self.strides(axes), pads, extras, strict=True)
        return tuple((n - 1) * s + (span + extra - before - after) for n, span, s, (before, after), extra in geometry)
