"""Weighted sums, and what it saves that their weights are shared: across space, or across time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.ops.base import Operator
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from cnnplan.sizes import Extent, Shape

__all__ = ["Weighted", "alone", "fully"]


def alone(shape: Shape) -> Shape:
    """The shape for one sample."""
    return (1, *shape[1:]) if len(shape) > 1 else shape


def fully(x: Shape, y: Shape, *, bias: bool) -> Extent:
    """The weights of a layer from every element of a sample to every element of its output."""
    elements = prod(alone(y))
    weights: Extent = prod(alone(x)) * elements + (elements if bias else 0)
    return weights


class Weighted(Operator):
    """A layer whose multiply-adds are by weights, and whose adds are its biases."""

    bias: bool

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """A weight for each multiply-add of a sample, and one for each bias that is added."""
        cost = self.cost(tuple(map(alone, shapes)), alone(output))
        weights: Extent = cost.macs + cost.adds
        return weights

    def dense(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """A weight from each element of the input to each of the output, and a bias for each of these."""
        return fully(shapes[0], output, bias=self.bias)
