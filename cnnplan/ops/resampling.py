"""Images of another size."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.cost import Cost
from cnnplan.models import field
from cnnplan.ops.arrays import expanded
from cnnplan.ops.base import Operator, Requirement, broken
from cnnplan.ops.fields import Flag, Interpolation, ScalePerAxis, SizePerAxis
from cnnplan.ops.interpolation import cubic, linear, nearest, smoothed
from cnnplan.ops.links import Link
from cnnplan.ops.windows import per_axis
from cnnplan.sizes import ceil_div, gcd, ge, maximum, prod, scaled, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Upsample"]

AXES = {"bilinear": 2, "bicubic": 2, "trilinear": 3}
"""Modes that are for so many spatial axes only."""

IMAGES = 2
"""The spatial axes for which PyTorch's nearest copies what stays or doubles, whatever the factor says exactly."""

TAPS = {"nearest": 1, "linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 4}
"""Elements that are blended along an axis."""


def blended(dim: int, exact: Link, taps: int) -> Link:
    """From taps / 2 - 1 elements before the one that a place lies on, or behind, to taps / 2 after it."""
    per = exact.per
    return Link(dim, exact.jump, exact.first - (taps // 2) * per + 1, exact.last + (taps // 2) * per, per)


def _ratio(scale: Any) -> tuple[Any, Any]:
    """So many elements that become so many."""
    return (scale.denominator, scale.numerator) if isinstance(scale, Fraction) else (1, scale)


class Upsample(Operator):
    """The same image in another size: elements are repeated, or blended from their neighbours.

    Output   (N, C, *size), or (N, C, *scaled(n, scale_factor)): the product of two doubles, floored as PyTorch does,
             one less than floor(n * scale_factor) at some n: 62 of 90 elements at 0.7
    Weights  none
    Cost     nearest: nothing. Linear: a + w * (b - a), 2 adds and a multiply; cubic: 4 multiplies and 3 adds, for each
             element after each axis; one axis after the other, the first spatial axis first. With antialias k
             multiplies and k - 1 adds for a filter of k elements: 2 (cubic: 4) times how much the axis shrinks, rounded
             up
    Source   torch.nn.Upsample; `linear` is taken at any rank

    >>> Upsample(scale_factor=2).output((1, 8, 5, 7))
    (1, 8, 10, 14)
    """

    ranks = (3, 5)
    saves = "nothing"

    size: SizePerAxis | None = field(default=None, description="Extent of the output, per axis.")
    scale_factor: ScalePerAxis | None = field(
        default=None, description="How many times longer the axes become; a fraction or a decimal."
    )
    mode: Interpolation = field(default="nearest", description="Whether elements are repeated or blended.")
    align_corners: Flag = field(default=False, description="Whether the outermost elements stay where they are.")

    antialias: Flag = field(
        default=False, description="Whether the filter of bilinear or bicubic is as wide as a new element."
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A size given in one way, a mode that suits the rank, an output that is not empty."""
        (x,) = shapes
        fault = self._contradiction(len(x) - 2)
        if fault is not None:
            yield fault
        elif self.scale_factor is not None:
            message = "scale_factor leaves nothing of axis {dim}, which has {size}"
            for dim, (n, m) in enumerate(zip(x[2:], self._sizes(x), strict=True), 2):
                yield Requirement(ge(m, 1), "CNN101", message, {"dim": dim, "size": n}, "", "scale_factor")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The nearest element, or those that are blended."""
        del operand
        n, m = shapes[0][dim], self.output(*shapes)[dim]
        if dim < 2:  # noqa: PLR2004 - N and C
            return Link(dim)
        if m == 1:
            return None
        taps = TAPS[self.mode]
        if self.align_corners:
            return blended(dim, Link(dim, n - 1, 0, 0, m - 1), taps)
        if self.scale_factor is not None:
            scale = per_axis(self.scale_factor, len(shapes[0]) - 2)[dim - 2]
            n, m = _ratio(scale)
        if taps == 1:
            return Link(dim, n, gcd(n, m) - m, 0, m)
        if self.antialias:
            reach = taps * maximum(n, m)
            return Link(dim, 2 * n, n - m - reach + 1, n - m + reach, 2 * m)
        return blended(dim, Link(dim, 2 * n, n - m, n - m, 2 * m), taps)

    def output(self, *shapes: Shape) -> Shape:
        """Batch, channels, the new size."""
        (x,) = shapes
        return (*x[:2], *self._sizes(x))

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Blends, one axis after the other."""
        taps = TAPS[self.mode]
        if taps == 1:
            return Cost()
        if self.antialias:
            return self._smoothing(shapes[0], output, taps)
        blends = self._blends(shapes[0], output)
        linear = taps == TAPS["linear"]
        return Cost(adds=(2 if linear else taps - 1) * blends, multiplies=(1 if linear else taps) * blends)

    def run(self, x: Array) -> Array:
        """An axis after the other."""
        axes = x.ndim - 2
        sizes, factors = expanded(self.size, axes), expanded(self.scale_factor, axes)
        for axis, (size, factor) in enumerate(zip(sizes, factors, strict=True), 2):
            n = x.shape[axis]
            m = math.floor(n * float(factor)) if size is None else size
            if m < 1:
                raise ValueError(f"nothing is left of {n} elements")
            step = n / m if factor is None else 1 / float(factor)
            copied = self.mode == "nearest" and axes == IMAGES and m in (n, 2 * n)
            x = self._resampled(x, axis, m, n / m if copied else step)
        return x

    def _resampled(self, x: Array, axis: int, number: int, step: float) -> Array:
        if self.mode == "nearest":
            return nearest(x, axis, number, step)
        if self.antialias and self.align_corners:
            raise ValueError("antialias of corners that stay")
        if self.antialias:
            return smoothed(x, axis, number, step, bent=self.mode == "bicubic")
        blend = cubic if self.mode == "bicubic" else linear
        return blend(x, axis, number, step, align_corners=self.align_corners)

    def _contradiction(self, axes: int) -> Requirement | None:
        if (self.size is None) is (self.scale_factor is None):
            return broken("CNN012", "takes either size or scale_factor", {})
        if AXES.get(self.mode, axes) != axes:
            values = {"mode": self.mode, "wanted": AXES[self.mode], "axes": axes}
            message = "mode (={mode}) is for {wanted} spatial axes, and the input has {axes}"
            return broken("CNN104", message, values, "linear blends along any number of axes", "mode")
        if self.align_corners and self.mode == "nearest":
            return broken("CNN013", "align_corners means nothing with mode nearest", {}, "", "align_corners")
        if self.antialias and (self.align_corners or self.mode not in ("bilinear", "bicubic")):
            message = "antialias is for mode bilinear or bicubic, without align_corners"
            return broken("CNN013", message, {}, "", "antialias")
        return None

    def _smoothing(self, x: Shape, y: Shape, taps: int) -> Cost:
        """A filter for each element after each axis."""
        scales = per_axis(self.scale_factor, len(x) - 2)
        multiplies: Extent = 0
        blends: Extent = 0
        for axis, scale in enumerate(scales, 2):
            n, m = (x[axis], y[axis]) if scale is None else _ratio(scale)
            elements = prod((*y[: axis + 1], *x[axis + 1 :]))
            multiplies += elements * maximum(ceil_div(taps * n, m), taps)
            blends += elements
        return Cost(adds=multiplies - blends, multiplies=multiplies)

    def _sizes(self, x: Shape) -> Shape:
        axes = len(x) - 2
        if self.size is not None:
            return per_axis(self.size, axes)
        pairs = zip(x[2:], per_axis(self.scale_factor, axes), strict=True)
        return tuple(scaled(n, factor) for n, factor in pairs)

    def _blends(self, x: Shape, y: Shape) -> Extent:
        blends: Extent = total(prod((*y[:done], *x[done:])) for done in range(3, len(x) + 1))
        return blends
