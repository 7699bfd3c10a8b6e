"""Windows that slide over an input: how often they fit.

A window of k taps at distance d spans `d * (k - 1) + 1` of an axis. Its steps are one floor, with the 1 inside, so
that chains of layers stay one floor.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.models import field
from cnnplan.ops.base import Operator, Requirement
from cnnplan.ops.fields import Dilation, KernelSize, Padding, Stride
from cnnplan.ops.links import Link
from cnnplan.sizes import TRUE, Size, ceil_div, ge, maximum

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnnplan.sizes import Extent, Shape

__all__ = ["Dilated", "Windowed", "is_same", "margins", "per_axis", "same_margins", "wrapping"]

Pairs = tuple[tuple["Extent", "Extent"], ...]
Windows = tuple["Extent", "Extent", tuple["Extent", "Extent"]]


class Laid(NamedTuple):
    """Windows along one axis.

    Args:
        stride: the distance between them.
        span: what one covers.
        reach: what is added to the axis before it is divided by the stride.
        more: what is added to the quotient.
        least: the least extent of an axis on which a window fits.
        padding: what is added on both sides together.
        keeps: whether there are as many windows as a whole axis is long.
    """

    stride: Extent
    span: Extent
    reach: Extent
    more: int
    least: Extent
    padding: Extent
    keeps: bool


def per_axis(value: Any, axes: int) -> tuple[Any, ...]:
    """One value for each axis."""
    return value if type(value) is tuple else (value,) * axes


def is_same(padding: Any) -> bool:
    """Whether the padding is as much as it takes to keep n / stride."""
    return type(padding) is str and padding != "valid"


def margins(padding: Any, axes: int) -> Pairs:
    """The padding before and after each axis."""
    if type(padding) is not tuple:
        return ((0, 0) if padding == "valid" else (padding, padding),) * axes
    return tuple(side if type(side) is tuple else (side, side) for side in padding)


def same_margins(n: Extent, span: Extent, stride: Extent) -> tuple[Extent, Extent]:
    """The padding of the two sides of an axis that gives ceil(n / stride) steps, the larger one last."""
    total = maximum((ceil_div(n, stride) - 1) * stride + span - n, 0)
    return (total // 2, total - total // 2)


def wrapping(
    mode: str, sizes: Sequence[Extent], pads: Pairs, dims: Sequence[int] | None = None
) -> Iterator[Requirement]:
    """That an axis is long enough to be reflected or wrapped into its padding; the spatial ones, or those of `dims`."""
    if mode not in ("reflect", "circular"):
        return
    least = 1 if mode == "reflect" else 0
    message = "padding (={pad}) by {mode} needs an axis of at least {least}, and axis {dim} has {size}"
    for dim, n, sides in zip(dims or range(2, 2 + len(pads)), sizes, pads, strict=True):
        for pad in dict.fromkeys(sides):
            if pad != 0:
                values = {"pad": pad, "mode": mode, "least": pad + least, "size": n, "dim": dim}
                hint = "less padding, or mode replicate"
                yield Requirement(ge(n, pad + least), "CNN108", message, values, hint, "padding")


class Windowed(Operator):
    """What convolutions and poolings have in common."""

    ranks = (3, 5)

    kernel_size: KernelSize
    stride: Stride | None = field(default=None, description="Distance between windows; left out: kernel_size.")
    padding: Padding = 0

    def strides(self, axes: int) -> tuple[Extent, ...]:
        """The distance between windows, per axis."""
        return per_axis(self.kernel_size if self.stride is None else self.stride, axes)

    def spans(self, axes: int) -> tuple[Extent, ...]:
        """What a window covers, per axis."""
        return per_axis(self.kernel_size, axes)

    def geometry(self, axes: int) -> Iterable[Windows]:
        """The geometry of the windows, per axis: stride, span, padding before and after."""
        strides, spans, pads = self.strides(axes), self.spans(axes), margins(self.padding, axes)
        return zip(strides, spans, pads, strict=True)

    def slack(self, stride: Extent) -> Extent:
        """By how much the last window may stick out."""
        del stride
        return 0

    @cached_property
    def laid(self) -> dict[int, tuple[Laid, ...]]:
        """What `laying` found, by the number of spatial axes."""
        return {}

    def laying(self, axes: int) -> tuple[Laid, ...]:
        """What is added to an axis and what it must have, per axis; found once for all inputs of a rank."""
        found = self.laid.get(axes)
        if found is None:
            geometry = [*self.geometry(axes)]
            first = self._laid(*geometry[0])
            found = self.laid[axes] = tuple([first if each == geometry[0] else self._laid(*each) for each in geometry])
        return found

    def _laid(self, stride: Extent, span: Extent, pads: tuple[Extent, Extent]) -> Laid:
        before, after = pads
        least = span - before - after - self.slack(stride)
        reach, more = self.reach(span, stride, before, after), 0
        if isinstance(stride, Size) and stride.letter is not None:
            reach, more = reach - stride, 1  # a letter leaves the floor in any case
        keeps = type(stride) is int and stride == 1 and type(reach) is int and reach == 0
        return Laid(stride, span, reach, more, least, before + after, keeps)

    def steps(self, sizes: Shape) -> Shape:
        """How many windows there are, per axis."""
        if is_same(self.padding):
            return tuple([ceil_div(n, s) for n, s in zip(sizes, self.strides(len(sizes)), strict=True)])
        laid = self.laying(len(sizes))
        return tuple(
            [
                n
                if each.keeps and (type(n) is int or (type(n) is Size and n.is_integer))
                else (n + each.reach) // each.stride + each.more
                for n, each in zip(sizes, laid, strict=True)
            ]
        )

    def output(self, *shapes: Shape) -> Shape:
        """Batch, channels, steps; a convolution has channels of its own."""
        (x,) = shapes
        return (*x[:2], *self.steps(x[2:]))

    def reach(self, span: Extent, stride: Extent, before: Extent, after: Extent) -> Extent:
        """What is added to an axis before it is divided by the stride."""
        return before + after - span + stride

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """A window, of the same channel."""
        del operand
        return self.sight(dim - 2, *shapes) if dim > 1 else Link(dim)

    def sight(self, axis: int, *shapes: Shape) -> Link:
        """A window, along a spatial axis."""
        sizes = shapes[0][2:]
        span, stride = self.spans(len(sizes))[axis], self.strides(len(sizes))[axis]
        before = self.margins(sizes)[axis][0]
        return Link(axis + 2, stride, -before, span - 1 - before)

    def margins(self, sizes: Shape) -> Pairs:
        """The padding before and after each axis, also where it follows from the size."""
        axes = len(sizes)
        if not is_same(self.padding):
            return margins(self.padding, axes)
        geometry = zip(sizes, self.spans(axes), self.strides(axes), strict=True)
        pads = tuple(same_margins(n, span, s) for n, span, s in geometry)
        return tuple((after, before) for before, after in pads) if self.padding == "same_lower" else pads

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """That a window fits on the padded input."""
        (x,) = shapes
        if not is_same(self.padding):
            yield from self.fits(x[2:])

    def fits(self, sizes: Shape) -> Iterator[Requirement]:
        """The same, axis by axis."""
        message = "kernel_size (={kernel}) spans {span} of axis {dim}, which has {size} and {padding} of padding"
        hint = "a smaller kernel_size or dilation, more padding, or a larger input"
        kernels = per_axis(self.kernel_size, len(sizes))
        for i, (n, laid) in enumerate(zip(sizes, self.laying(len(sizes)), strict=True)):
            fit = ge(n, laid.least)
            if fit is not TRUE:
                values = {"kernel": kernels[i], "span": laid.span, "dim": i + 2, "size": n, "padding": laid.padding}
                yield Requirement(fit, "CNN101", message, values, hint, "kernel_size")


class Dilated(Windowed):
    """Windows whose taps may lie apart."""

    dilation: Dilation = 1

    def spans(self, axes: int) -> tuple[Extent, ...]:
        """What a window covers, from its first tap to its last."""
        kernel = per_axis(self.kernel_size, axes)
        if self.dilation == 1:
            return kernel
        return tuple(d * (k - 1) + 1 for k, d in zip(kernel, per_axis(self.dilation, axes), strict=True))
