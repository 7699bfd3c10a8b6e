"""Convolution whose windows are bent: another layer says where their taps lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import beside, expanded, held, sides
from cnnplan.ops.base import Requirement, Weight, show
from cnnplan.ops.convolution import Filtered
from cnnplan.ops.fields import Margins, Positive
from cnnplan.ops.interpolation import sampled
from cnnplan.ops.links import Link
from cnnplan.ops.sampling import blends
from cnnplan.ops.windows import per_axis
from cnnplan.sizes import divides, eq, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["DeformConv"]


class DeformConv(Filtered):
    """A convolution of an image whose taps are each moved by an offset, the second input; a third may weigh them.

    Between elements the image is blended from its four neighbours, and outside it is 0. Channels of the offsets: for
    each offset group and tap how far down, how far to the right; of the mask: a factor for each group and tap.

    Output   (N, out_channels, *steps): how often the dilated kernel fits on the padded input, `stride` apart
    Weights  weight (out_channels, C / groups, *kernel_size), bias (out_channels,)
    Cost     as a convolution; for each offset an add and 2 compares to keep it near the image; for each tap of a window
             and offset group 4 adds and 4 multiplies for the shares of its corners, and for each channel 4 multiplies
             and 3 adds, with a mask a multiply more
    Source   Dai et al. (2017), Deformable Convolutional Networks; Zhu et al. (2018) for the mask;
             torchvision.ops.DeformConv2d

    >>> DeformConv(out_channels=6, kernel_size=3, padding=1).output((2, 4, 9, 7), (2, 18, 9, 7))
    (2, 6, 9, 7)
    """

    arity = (2, 3)
    ranks = (4, 4)
    picks = True

    padding: Margins = 0
    offset_groups: Positive = field(
        default=1, description="Number of groups of channels that have offsets of their own; divides the input's."
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Groups that divide the channels, a kernel that fits, an offset for each tap."""
        x = shapes[0]
        yield from self.divisible(x[1])
        values = {"groups": self.offset_groups, "channels": x[1]}
        message = "offset_groups (={groups}) does not divide the {channels} input channels"
        yield Requirement(divides(self.offset_groups, x[1]), "CNN102", message, values, "", "offset_groups")
        yield from super().needs(x)
        for what, given, numbers in zip(("offset", "mask"), shapes[1:], (2, 1), strict=False):
            wanted = (x[0], numbers * self.offset_groups * self._taps(), *self.steps(x[2:]))
            shown = {"what": what, "given": show(given), "wanted": show(wanted)}
            message = "the {what} that is given is {given}, and {wanted} is wanted"
            for n, want in zip(given, wanted, strict=True):
                yield Requirement(eq(n, want), "CNN103", message, shown)

    def _taps(self) -> Extent:
        taps: Extent = prod(per_axis(self.kernel_size, 2))
        return taps

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """All of the image, since a tap may be moved anywhere; offsets of its own place."""
        del shapes
        return None if dim == 1 or (operand == 0 and dim > 1) else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """Batch, filters, steps."""
        x = shapes[0]
        return (x[0], self.out_channels, *self.steps(x[2:]))

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """A filter per channel of the output."""
        return self.filters(shapes[:1], self.out_channels, shapes[0][1] // self.groups)

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """What stands for a mask and a bias where there is none: torchvision keeps zeros."""
        mask = shapes[0][0] if len(shapes) == 2 else 0  # noqa: PLR2004 - image and offsets
        return {"": mask + (0 if self.bias else self.out_channels)}

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """A weight for each multiply-add of a sample, and one for each bias that is added."""
        weights: Extent = prod(output[1:]) * (shapes[0][1] // self.groups * self._taps() + (1 if self.bias else 0))
        return weights

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Places, blends, factors, a dot product per element."""
        channels, elements = shapes[0][1], prod(output)
        taps = output[0] * self._taps() * prod(output[2:])
        places = taps * self.offset_groups
        masked = taps * channels if len(shapes) > 2 else 0  # noqa: PLR2004 - image, offsets and a mask
        return blends(places, taps * channels, 2) + Cost(
            macs=elements * (channels // self.groups) * self._taps(),
            adds=2 * places + (elements if self.bias else 0),
            multiplies=masked,
            compares=4 * places,
        )

    def run(
        self, x: Array, offset: Array, mask: Array | None = None, *, weight: Array, bias: Array | None = None
    ) -> Array:
        """The image where the taps lie, in columns; filters in rows; their product."""
        kernel, groups = expanded(self.kernel_size, 2), self.groups
        held("weight", weight, self.out_channels, x.shape[1] // groups, *kernel)
        held("bias", bias, self.out_channels, there=self.bias)
        if x.shape[1] % groups or self.out_channels % groups:
            raise ValueError(f"{groups} groups of {x.shape[1]} and {self.out_channels} channels")
        columns = self._columns(x, offset, mask, kernel)
        steps = columns.shape[-2:]
        filters = weight.reshape(groups, self.out_channels // groups, -1)
        y = np.matmul(filters, columns.reshape(len(x), groups, filters.shape[-1], -1)).reshape(len(x), -1, *steps)
        return y if bias is None else np.add(y, beside(bias, y), out=y)

    def _columns(self, x: Array, offset: Array, mask: Array | None, kernel: tuple[int, ...]) -> Array:
        """The taps of all windows: (N, C * taps, *steps)."""
        down, right = self._places(x.shape[2:], kernel)
        steps, taps, several = (down.shape[1], right.shape[2]), len(down), self.offset_groups
        held("offset", offset, len(x), 2 * several * taps, *steps)
        offsets = offset.reshape(-1, taps, 2, *steps)
        places = [
            np.clip(offsets[:, :, axis] + line.astype(x.dtype), -1, n)
            for axis, (line, n) in enumerate(zip((down, right), x.shape[2:], strict=True))
        ]
        found = sampled(x.reshape(len(x) * several, x.shape[1] // several, *x.shape[2:]), places)
        if mask is not None:
            held("mask", mask, len(x), several * taps, *steps)
            found = found * mask.reshape(-1, 1, taps, *steps)
        return found.reshape(len(x), -1, *steps)

    def _places(self, sizes: tuple[int, ...], kernel: tuple[int, ...]) -> tuple[Array, Array]:
        """Where taps lie that are not moved, tap by tap: rows (taps, steps, 1), columns (taps, 1, steps)."""
        found = []
        geometry = (expanded(self.stride, 2), expanded(self.dilation, 2), sides(self.padding, 2))
        for n, k, s, d, (before, after) in zip(sizes, kernel, *geometry, strict=True):
            starts = np.arange(-before, n + after - (k - 1) * d, s)
            if not len(starts):
                raise ValueError(f"{k} taps do not fit on {n} elements")
            found.append(starts + d * np.arange(k)[:, None])
        down, right = found
        return np.repeat(down, kernel[1], axis=0)[:, :, None], np.tile(right, (kernel[0], 1))[:, None]
