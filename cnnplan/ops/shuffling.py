"""Channels that trade places with each other or with space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrangement import Rearrangement
from cnnplan.ops.base import Requirement
from cnnplan.ops.fields import Positive
from cnnplan.ops.links import Link
from cnnplan.sizes import divides, exact_div

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["ChannelShuffle", "PixelShuffle", "PixelUnshuffle"]


class PixelShuffle(Rearrangement):
    """Groups of channels become small squares of pixels.

    Output   (N, C / r ** d, *(n * r)) with r = upscale_factor and d spatial axes
    Weights  none
    Cost     nothing
    Source   Shi et al. (2016); torch.nn.PixelShuffle

    >>> PixelShuffle(upscale_factor=2).output((2, 12, 5, 7))
    (2, 3, 10, 14)
    """

    ranks = (3, 5)

    upscale_factor: Positive = field(description="How many times longer the spatial axes become.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Channels for every pixel of a square."""
        (x,) = shapes
        square = self.upscale_factor ** (len(x) - 2)
        values = {"factor": self.upscale_factor, "square": square, "channels": x[1]}
        message = "upscale_factor (={factor}) makes {square} channels into one, and {square} does not divide {channels}"
        yield Requirement(divides(square, x[1]), "CNN106", message, values, "", "upscale_factor")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """One pixel for a square, of as many channels."""
        del operand
        r = self.upscale_factor
        if dim == 1:
            square = r ** (len(shapes[0]) - 2)
            return Link(dim, square, 0, square - 1)
        return Link(dim, block=r if dim else 1)

    def output(self, *shapes: Shape) -> Shape:
        """Fewer channels, longer axes."""
        (x,) = shapes
        r = self.upscale_factor
        return (x[0], exact_div(x[1], r ** (len(x) - 2)), *(n * r for n in x[2:]))

    def run(self, x: Array) -> Array:
        """Axes of a square each, moved behind those of space."""
        r, axes = self.upscale_factor, x.ndim - 2
        y = x.reshape(x.shape[0], -1, *(r for _ in range(axes)), *x.shape[2:])
        y = y.transpose(
            0,
            1,
            *(axis for pair in zip(range(2 + axes, 2 + 2 * axes), range(2, 2 + axes), strict=True) for axis in pair),
        )
        return y.reshape(*y.shape[:2], *(n * r for n in x.shape[2:]))


class PixelUnshuffle(Rearrangement):
    """Small squares of pixels become channels.

    Output   (N, C * r ** d, *(n / r)) with r = downscale_factor and d spatial axes
    Weights  none
    Cost     nothing
    Source   torch.nn.PixelUnshuffle

    >>> PixelUnshuffle(downscale_factor=2).output((2, 3, 10, 14))
    (2, 12, 5, 7)
    """

    ranks = (3, 5)

    downscale_factor: Positive = field(description="How many times shorter the spatial axes become.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Whole squares."""
        message = "downscale_factor (={factor}) does not divide the {size} of axis {dim}"
        for dim, n in enumerate(shapes[0][2:], 2):
            values = {"factor": self.downscale_factor, "size": n, "dim": dim}
            hint = "pad or crop to a multiple of it"
            yield Requirement(divides(self.downscale_factor, n), "CNN106", message, values, hint, "downscale_factor")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """A square for one pixel, of the channel that it was."""
        del operand
        r = self.downscale_factor
        if dim == 1:
            return Link(dim, block=r ** (len(shapes[0]) - 2))
        return Link(dim, r, 0, r - 1) if dim else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """More channels, shorter axes."""
        (x,) = shapes
        r = self.downscale_factor
        return (x[0], x[1] * r ** (len(x) - 2), *(exact_div(n, r) for n in x[2:]))

    def run(self, x: Array) -> Array:
        """Axes of a square each, moved to the channels."""
        r, axes = self.downscale_factor, x.ndim - 2
        pairs = (part for n in x.shape[2:] for part in (n // r, r))
        y = x.reshape(*x.shape[:2], *pairs)
        y = y.transpose(0, 1, *range(3, 3 + 2 * axes, 2), *range(2, 2 + 2 * axes, 2))
        return y.reshape(x.shape[0], -1, *y.shape[2 + axes :])


class ChannelShuffle(Rearrangement):
    """Channels are dealt out: one of each group after the other.

    Output   the shape of the input
    Weights  none
    Cost     nothing
    Source   Zhang et al. (2017), ShuffleNet; torch.nn.ChannelShuffle

    >>> ChannelShuffle(groups=2).output((2, 6, 5, 7))
    (2, 6, 5, 7)
    """

    ranks = (3, None)

    groups: Positive = field(description="Number of groups; divides the channels.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Groups of equal size."""
        (x,) = shapes
        values = {"groups": self.groups, "channels": x[1]}
        message = "groups (={groups}) does not divide the {channels} input channels"
        yield Requirement(divides(self.groups, x[1]), "CNN102", message, values, "", "groups")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """A channel of some group, the same place."""
        del operand
        if dim != 1:
            return Link(dim)
        size = exact_div(shapes[0][1], self.groups)
        return Link(dim, 1, 0, (self.groups - 1) * size, block=self.groups)

    def output(self, *shapes: Shape) -> Shape:
        """The shape of the input."""
        (x,) = shapes
        return x

    def run(self, x: Array) -> Array:
        """Groups and their channels, transposed."""
        y = x.reshape(x.shape[0], self.groups, -1, *x.shape[2:])
        return np.moveaxis(y, 1, 2).reshape(x.shape)
