"""What is added around an input, or cut off from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnnplan.ops.arrangement import Rearrangement
from cnnplan.ops.arrays import cropped, expanded, padded, sides
from cnnplan.ops.base import Requirement, broken
from cnnplan.ops.elementwise import unequal_ranks
from cnnplan.ops.fields import Number, PadMode, Sides, SizePerAxis
from cnnplan.ops.links import Link
from cnnplan.ops.windows import margins, per_axis, wrapping
from cnnplan.sizes import ge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Crop", "Pad"]


class Pad(Rearrangement):
    """The spatial axes, made longer on both sides.

    Output   (N, C, *(before + n + after))
    Weights  none
    Cost     nothing
    Source   torch.nn.ConstantPad2d, ReflectionPad2d, ReplicationPad2d, CircularPad2d; axes in their own order here

    >>> Pad(padding=[[0, 1], [2, 3]]).output((2, 16, 5, 7))
    (2, 16, 6, 12)
    """

    ranks = (3, 5)

    padding: Sides
    mode: PadMode = Field(default="constant", description="What the padding is filled with.")
    value: Number = Field(default=0.0, description="The constant that is filled in.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """An input that is long enough to be reflected or wrapped."""
        (x,) = shapes
        yield from wrapping(self.mode, x[2:], margins(self.padding, len(x) - 2))

    def keeps(self, *shapes: Shape) -> str:
        """The input, where PyTorch has a kernel for the mode, which asks it for its size."""
        del shapes
        return "inputs" if self.mode in ("reflect", "replicate") else self.saves

    def run(self, x: Array) -> Array:
        """The input in the middle."""
        return padded(x, sides(self.padding, x.ndim - 2), self.mode, self.value)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The element as it was placed."""
        del operand
        before = 0 if dim < 2 else margins(self.padding, len(shapes[0]) - 2)[dim - 2][0]  # noqa: PLR2004 - N and C
        return Link(dim, 1, -before, -before)

    def output(self, *shapes: Shape) -> Shape:
        """Longer axes."""
        (x,) = shapes
        pads = margins(self.padding, len(x) - 2)
        return (*x[:2], *(n + (before + after) for n, (before, after) in zip(x[2:], pads, strict=True)))


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

    size: SizePerAxis | None = Field(default=None, description="Extent that is left; left out, that of a second input.")

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
        if operand > 0 or dim < 2:  # noqa: PLR2004 - N and C
            return Link(dim)
        start = (shapes[0][dim] - self._sizes(shapes)[dim - 2]) // 2
        return Link(dim, 1, start, start)

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

    def _sizes(self, shapes: tuple[Shape, ...]) -> Shape:
        return shapes[1][2:] if self.size is None else per_axis(self.size, len(shapes[0]) - 2)
