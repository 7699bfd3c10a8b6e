"""What is added around an input, or cut off from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.models import field
from cnnplan.ops.arrangement import Rearrangement
from cnnplan.ops.arrays import along, cropped, expanded, padded, sides
from cnnplan.ops.base import Requirement, broken, show
from cnnplan.ops.dims import outside, position
from cnnplan.ops.elementwise import unequal_ranks
from cnnplan.ops.fields import AnyNumber, DimOrDims, PadMode, Sides, SizePerAxis
from cnnplan.ops.links import Link
from cnnplan.ops.windows import margins, per_axis, wrapping
from cnnplan.sizes import ge, minimum, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Crop", "Pad"]

SPATIAL = 2
"""The first spatial axis."""


class Pad(Rearrangement):
    """Axes, made longer or shorter on both sides: the spatial ones, or those that `dims` names.

    Output   before + n + after on each of these axes
    Weights  none
    Cost     nothing
    Source   torch.nn.functional.pad; axes in their own order here

    >>> Pad(padding=[[0, 1], [2, 3]]).output((2, 16, 5, 7))
    (2, 16, 6, 12)
    >>> Pad(padding=[[4, -6]], dims=1).output((2, 16, 5, 7))
    (2, 14, 5, 7)
    """

    ranks = (1, None)
    picks = True

    padding: Sides
    mode: PadMode = field(default="constant", description="What the padding is filled with.")
    value: AnyNumber = field(default=0.0, description="The constant that is filled in; -.inf ahead of a max_pool.")
    dims: DimOrDims | None = field(default=None, description="The axis or axes; left out, the spatial ones.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Axes that there are, something that is left of each, and enough of it to be reflected or wrapped."""
        (x,) = shapes
        fault = next(self._misplaced(len(x)), None)
        if fault is not None:
            yield fault
            return
        sides = self._sides(len(x))
        yield from self._left(x, sides)
        yield from wrapping(self.mode, [x[dim] for dim in sides], tuple(sides.values()), [*sides])

    def _misfit_list(self, axes: int, what: str = "spatial axes") -> Requirement | None:
        dims = self._named()
        return super()._misfit_list(axes, what) if dims is None else super()._misfit_list(len(dims), "dims")

    def _misplaced(self, rank: int) -> Iterator[Requirement]:
        """That there is no such axis, or none at all."""
        dims = self._named()
        if dims is None:
            if rank <= SPATIAL:
                hint = "name the axes: dims: [1]"
                yield broken("CNN104", "pads spatial axes, and an input of {rank} axes has none", {"rank": rank}, hint)
            return
        for dim in dims:
            yield from outside("dims", dim, rank)
        if len({position(dim, rank) for dim in dims}) < len(dims):
            yield broken("CNN107", "dims (={dims}) names an axis twice", {"dims": show(self.dims)}, "", "dims")

    def _left(self, x: Shape, sides: Mapping[int, tuple[Extent, Extent]]) -> Iterator[Requirement]:
        """That something is left of an axis that is made shorter, and that only a constant does that."""
        for dim, pair in sides.items():
            cuts = [minimum(pad, 0) for pad in pair]
            if all(cut == 0 for cut in cuts):
                continue
            values = {"before": pair[0], "after": pair[1], "size": x[dim], "dim": dim, "mode": self.mode}
            message = "padding of {before} and {after} leaves nothing of axis {dim}, which has {size}"
            left = x[dim] + total(cuts)
            grown = total(pad - cut for pad, cut in zip(pair, cuts, strict=True))
            enough = ge(left, 1) if grown == 0 else ge(left, 0) & ge(left + grown, 1)
            yield Requirement(enough, "CNN101", message, values, "", "padding")
            if self.mode != "constant":
                message = "padding (={before}, {after}) by {mode} must be at least 0"
                bound = ge(pair[0], 0) & ge(pair[1], 0)
                yield Requirement(bound, "CNN108", message, values, "crop or slice makes an axis shorter", "padding")

    def keeps(self, *shapes: Shape) -> str:
        """The input, where PyTorch has a kernel for the mode, which asks it for its size."""
        del shapes
        return "inputs" if self.mode in ("reflect", "replicate") else self.saves

    def run(self, x: Array) -> Array:
        """The input in the middle, or a part of it."""
        axes = range(SPATIAL, x.ndim) if self.dims is None else along(self.dims, x.ndim)
        pairs = dict(zip(axes, sides(self.padding, len(axes)), strict=True))
        if not pairs or len(pairs) < len(axes) or (self.mode != "constant" and min(map(min, pairs.values())) < 0):
            raise ValueError(f"cannot pad {self.dims} of {x.shape} by {self.padding} with {self.mode}")
        every = [pairs.get(axis, (0, 0)) for axis in range(x.ndim)]
        if any(n + before + after < 1 for n, (before, after) in zip(x.shape, every, strict=True)):
            raise ValueError(f"padding of {every} leaves nothing of {x.shape}")
        part = cropped(x, [(max(0, -before), max(0, -after)) for before, after in every], least=0)
        return padded(part, [(max(0, before), max(0, after)) for before, after in every], self.mode, self.value)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The element as it was placed."""
        del operand
        before = self._sides(len(shapes[0])).get(dim, (0, 0))[0]
        return Link(dim, 1, -1 * before, -1 * before)

    def output(self, *shapes: Shape) -> Shape:
        """Longer axes, or shorter ones."""
        (x,) = shapes
        pairs = self._sides(len(x))
        return tuple(n + (pairs[dim][0] + pairs[dim][1]) if dim in pairs else n for dim, n in enumerate(x))

    def _named(self) -> tuple[int, ...] | None:
        return (self.dims,) if isinstance(self.dims, int) else self.dims

    def _sides(self, rank: int) -> dict[int, tuple[Extent, Extent]]:
        """What is added in front of each axis and behind it."""
        dims = self._named()
        axes = [*range(SPATIAL, rank)] if dims is None else [position(dim, rank) for dim in dims]
        return dict(zip(axes, margins(self.padding, len(axes)), strict=True))


class Crop(Rearrangement):
    """The middle of the spatial axes; where it cannot be the middle, half an element nearer to the start.

    Output   (N, C, *size), or the spatial size of a second input
    Weights  none
    Cost     nothing
    Source   Ronneberger et al. (2015), U-Net; torchvision.transforms.CenterCrop, from floor((n - size) / 2) on

    >>> Crop(size=4).output((2, 16, 5, 7))
    (2, 16, 4, 4)
    >>> Crop().output((2, 16, 9, 8), (2, 24, 5, 7))
    (2, 16, 5, 7)
    """

    arity = (1, 2)
    ranks = (3, 5)
    picks = True

    size: SizePerAxis | None = field(default=None, description="Extent that is left; left out, that of a second input.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A size, given in one of the two ways, and no larger than the input."""
        if (self.size is None) is not (len(shapes) > 1):
            message = "takes a size or a second input, and not both"
            yield broken("CNN105", message, {}, "give `size`, or `from` two layers", "size" if self.size else "")
            return
        yield from unequal_ranks(shapes)
        message = "size (={size}) is more than the {n} of axis {dim}"
        for dim, (n, size) in enumerate(zip(shapes[0][2:], self._sizes(shapes), strict=False), 2):
            values = {"size": size, "n": n, "dim": dim}
            yield Requirement(ge(n, size), "CNN106", message, values, "", "size" if self.size else "")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The element as it was placed; of a second input only the size counts."""
        if operand > 0 or dim < SPATIAL:
            return Link(dim)
        start = (shapes[0][dim] - self._sizes(shapes)[dim - 2]) // 2
        return Link(dim, 1, start, start)

    def measures(self, operand: int) -> bool:
        """Of a second input only the size counts."""
        return operand > 0

    def output(self, *shapes: Shape) -> Shape:
        """Shorter axes."""
        return (*shapes[0][:2], *self._sizes(shapes))

    def run(self, x: Array, like: Array | None = None) -> Array:
        """A view of the middle."""
        if (self.size is None) is not (like is not None):
            raise ValueError("takes a size or a second input")
        wanted = expanded(self.size, x.ndim - 2) if like is None else like.shape[2:]
        spare = [n - size for n, size in zip(x.shape[2:], wanted, strict=True)]
        if min(spare) < 0:
            raise ValueError(f"cannot crop {x.shape[2:]} to {wanted}")
        return cropped(x, [(more // 2, more - more // 2) for more in spare])

    @property
    def shares(self) -> bool:
        """It is a view."""
        return True

    def gaps(self, *shapes: Shape) -> bool:
        """Not where it is one piece: behind the first axis that has several elements, all of each."""
        kept = self.output(*shapes)
        cut = [dim for dim, (n, m) in enumerate(zip(shapes[0], kept, strict=True)) if n != m]
        return bool(cut) and any(n != 1 for n in kept[: cut[-1]])

    def _sizes(self, shapes: tuple[Shape, ...]) -> Shape:
        return shapes[1][2:] if self.size is None else per_axis(self.size, len(shapes[0]) - 2)
