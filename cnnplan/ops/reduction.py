"""Axes that become one number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.ops.arrays import along
from cnnplan.ops.base import Operator, Requirement, broken, show
from cnnplan.ops.dims import outside, position
from cnnplan.ops.fields import DimOrDims, Flag, Reduction
from cnnplan.ops.links import Link
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Mean", "Reduce"]


class Reducing(Operator):
    """What makes one number of all elements along some axes."""

    ranks = (1, None)

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

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Other axes; those that are reduced as a whole."""
        del operand
        gone = self._positions(len(shapes[0]))
        if dim in gone:
            return None
        return Link(dim if self.keepdim else dim - sum(other < dim for other in gone))

    def _positions(self, rank: int) -> frozenset[int]:
        if self.dim is None:
            return frozenset(range(rank))
        dims = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        return frozenset(position(dim, rank) for dim in dims)


class Mean(Reducing):
    """The mean along some axes.

    Output   the input without those axes, or with extent 1 there if keepdim
    Weights  none
    Cost     k - 1 adds and a divide for each mean of k elements
    Source   torch.mean

    >>> Mean(dim=(2, 3)).output((2, 64, 7, 5))
    (2, 64)
    """

    saves = "nothing"

    def run(self, x: Array) -> Array:
        """NumPy's."""
        return np.mean(x, axis=along(self.dim, x.ndim), keepdims=self.keepdim)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A sum and a divide."""
        means = prod(output)
        return Cost(adds=prod(shapes[0]) - means, divides=means)


class Reduce(Reducing):
    """The sum, mean, greatest or least element, or product along some axes.

    Output   the input without those axes, or with extent 1 there if keepdim
    Weights  none
    Cost     k - 1 adds (sum, mean), compares (max, min) or multiplies (prod) for k elements, a divide more for a mean
    Source   torch.sum, torch.mean, torch.amax, torch.amin, torch.prod

    >>> Reduce(mode="max", dim=1).output((2, 64, 7, 5))
    (2, 7, 5)
    """

    mode: Reduction = Field(description="What becomes of the elements: sum, mean, max, min or prod.")

    def run(self, x: Array) -> Array:
        """NumPy's."""
        reduce: Any = getattr(np, self.mode)
        return reduce(x, axis=along(self.dim, x.ndim), keepdims=self.keepdim)

    def keeps(self, *shapes: Shape) -> str:
        """Nothing of a sum; which element was the greatest, or what the others multiply to, shows from both."""
        del shapes
        return "nothing" if self.mode in ("sum", "mean") else "both"

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """One operation less than elements, of their kind."""
        lines = prod(output)
        steps = prod(shapes[0]) - lines
        if self.mode in ("max", "min"):
            return Cost(compares=steps)
        if self.mode == "prod":
            return Cost(multiplies=steps)
        return Cost(adds=steps, divides=lines if self.mode == "mean" else 0)
