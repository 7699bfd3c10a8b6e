"""Axes that become one number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.ops.arrays import along
from cnnplan.ops.base import Operator, Requirement, broken, show
from cnnplan.ops.dims import outside, position
from cnnplan.ops.fields import DimOrDims, Flag
from cnnplan.ops.links import Link
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Mean"]


class Mean(Operator):
    """The mean along some axes.

    Output   the input without those axes, or with extent 1 there if keepdim
    Weights  none
    Cost     k - 1 adds and a divide for each mean of k elements
    Source   torch.mean

    >>> Mean(dim=(2, 3)).output((2, 64, 7, 5))
    (2, 64)
    """

    ranks = (1, None)
    saves = "nothing"

    dim: DimOrDims | None = Field(default=None, description="The axis or axes; left out, all of them.")
    keepdim: Flag = Field(default=False, description="Whether the axes stay, with extent 1.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Axes that there are, each named once."""
        rank = len(shapes[0])
        dims = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        for dim in dims:
            if dim is not None:
                yield from outside("dim", dim, rank)
        if len({dim % rank for dim in dims if dim is not None}) < len(dims) and self.dim is not None:
            yield broken("CNN107", "dim (={dims}) names an axis twice", {"dims": show(self.dim)}, "", "dim")

    def output(self, *shapes: Shape) -> Shape:
        """The axes that are left."""
        (x,) = shapes
        gone = self._positions(len(x))
        if self.keepdim:
            return tuple(1 if dim in gone else n for dim, n in enumerate(x))
        return tuple(n for dim, n in enumerate(x) if dim not in gone)

    def run(self, x: Array) -> Array:
        """NumPy's."""
        return np.mean(x, axis=along(self.dim, x.ndim), keepdims=self.keepdim)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Other axes; those of the mean as a whole."""
        del operand
        gone = self._positions(len(shapes[0]))
        if dim in gone:
            return None
        return Link(dim if self.keepdim else dim - sum(other < dim for other in gone))

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A sum and a divide."""
        means = prod(output)
        return Cost(adds=prod(shapes[0]) - means, divides=means)

    def _positions(self, rank: int) -> frozenset[int]:
        if self.dim is None:
            return frozenset(range(rank))
        dims = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        return frozenset(position(dim, rank) for dim in dims)
