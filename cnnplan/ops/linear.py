"""Fully connected layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.models import field
from cnnplan.ops.arrays import affine, held
from cnnplan.ops.base import Weight
from cnnplan.ops.fields import Flag, Positive
from cnnplan.ops.links import Link
from cnnplan.ops.sharing import Dynamic
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.ops.base import Requirement
    from cnnplan.sizes import Shape

__all__ = ["Linear"]


class Linear(Dynamic):
    """Every output is a weighted sum of all features, the last axis of the input.

    The weight may be the output of another layer: a second input.

    Output   (..., out_features)
    Weights  weight (out_features, in_features), bias (out_features,)
    Cost     a multiply-add per input feature, for each element of the output; an add each for the bias
    Source   torch.nn.Linear

    >>> Linear(out_features=10).output((2, 84))
    (2, 10)
    """

    ranks = (1, None)
    reads_rows = True

    out_features: Positive = field(description="Extent of the last axis of the output.")
    bias: Flag = field(default=True, description="Whether a number is added to each feature of the output.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A weight that fits, if one is given."""
        yield from self.given(shapes)

    def output(self, *shapes: Shape) -> Shape:
        """All axes but the last."""
        x = shapes[0]
        return (*x[:-1], self.out_features)

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """A row per output feature."""
        x = shapes[0]
        bias = {"bias": Weight((self.out_features,))} if self.bias else {}
        return self.owned(shapes, weight=Weight((self.out_features, x[-1])), **bias)

    def run(self, x: Array, weight: Array, bias: Array | None = None) -> Array:
        """A matrix product."""
        held("weight", weight, self.out_features, x.shape[-1])
        held("bias", bias, self.out_features, there=self.bias)
        return affine(x, weight, bias)

    def packs(self, *shapes: Shape, gaps: bool) -> bool:
        """Rows of more than two axes are lined up."""
        return gaps and len(shapes[0]) > 2  # noqa: PLR2004 - a matrix is a matrix

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """All features, at one place; of a weight that is given all of it."""
        return None if operand or dim == len(shapes[0]) - 1 else Link(dim)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A dot product per element."""
        elements = prod(output)
        return Cost(macs=elements * shapes[0][-1], adds=elements if self.bias else 0)
