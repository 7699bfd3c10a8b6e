"""Images that are looked up between their elements, at places that another layer gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.base import Operator, Requirement, broken, show
from cnnplan.ops.fields import Beyond, Flag, Sampling
from cnnplan.ops.interpolation import sampled
from cnnplan.ops.links import Link
from cnnplan.sizes import eq, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["GridSample", "blends"]


def blends(places: Extent, elements: Extent, axes: int) -> Cost:
    """Of the 2 ** axes corners around each place: shares, their products; for each element the weighted sum."""
    corners = 2**axes
    adds = 2 * axes * places + (corners - 1) * elements
    return Cost(adds=adds, multiplies=(axes - 1) * corners * places + corners * elements)


class GridSample(Operator):
    """An image as it looks at the places that a second input names: from -1, its first edge, to 1, its last.

    The grid has a place for each element of the output: (x, y), or (x, y, z), so the last axis of the image first.

    Output   (N, C, *sizes), for an image (N, C, ...) and a grid (N, *sizes, number of spatial axes)
    Weights  none
    Cost     a coordinate: an add and a multiply, without align_corners an add more, and 2 compares to keep it near the
             image. Bilinear: 2 adds for its shares; for each of the 4 (or 8) corners of a place a product of shares, a
             multiply for each element of the output, and an add from the second on
    Source   Jaderberg et al. (2015), Spatial Transformer Networks; torch.nn.functional.grid_sample

    >>> GridSample().output((2, 16, 9, 7), (2, 5, 4, 2))
    (2, 16, 5, 4)
    """

    arity = (2, 2)
    ranks = (4, 5)
    picks = True
    hides = True

    mode: Sampling = field(default="bilinear", description="Whether neighbours are blended or the nearest is taken.")
    padding_mode: Beyond = field(default="zeros", description="What is seen outside the image: 0, or its edge.")
    align_corners: Flag = field(
        default=False, description="Whether -1 and 1 are the middles of the outermost elements, not their outer edges."
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A grid for this batch, with a coordinate for each axis."""
        x, grid = shapes
        axes = len(x) - 2
        if len(grid) != len(x):
            values = {"axes": axes, "wanted": len(x), "grid": show(grid)}
            message = "an image with {axes} spatial axes takes a grid of {wanted} axes, and this one is {grid}"
            yield broken("CNN104", message, values, "(N, *sizes of the output, coordinates)")
            return
        values = {"grid": grid[0], "batch": x[0]}
        yield Requirement(eq(grid[0], x[0]), "CNN103", "the grid is for {grid} images, and there are {batch}", values)
        values = {"axes": axes, "given": grid[-1]}
        message = "the grid has {given} coordinates a place, and the image {axes} spatial axes"
        yield Requirement(eq(grid[-1], axes), "CNN103", message, values, "its last axis holds the coordinates: (x, y)")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Any element of the image; the place of its own."""
        last = len(shapes[operand]) - 1
        if operand == 0:
            return Link(dim) if dim < 2 else None  # noqa: PLR2004 - N and C
        return None if dim == last else Link(dim + (dim > 0))

    def output(self, *shapes: Shape) -> Shape:
        """Batch, channels, the places."""
        x, grid = shapes
        return (*x[:2], *grid[1:-1])

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Coordinates, blends."""
        axes, places = len(output) - 2, prod(shapes[1][:-1])
        numbers = axes * places
        adds = numbers * (1 if self.align_corners else 2)
        found = Cost(adds=adds, multiplies=numbers, compares=2 * numbers)
        return found if self.mode == "nearest" else found + blends(places, prod(output), axes)

    def run(self, x: Array, grid: Array) -> Array:
        """Coordinates count elements, then."""
        if grid.ndim != x.ndim or (grid.shape[0], grid.shape[-1]) != (x.shape[0], x.ndim - 2):
            raise ValueError(f"a grid {grid.shape} for {x.shape}")
        places = [self._places(grid[..., -1 - axis], n) for axis, n in enumerate(x.shape[2:])]
        return sampled(x, places, self.mode)

    def _places(self, line: Array, n: int) -> Array:
        places = (line + 1) * ((n - 1) / 2) if self.align_corners else (line + 1) * (n / 2) - 0.5
        return np.clip(places, *((-1, n) if self.padding_mode == "zeros" else (0, n - 1)))
