"""Weighted sums, and what it saves that their weights are shared: across space, or across time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.ops.base import Operator, Requirement, broken, show
from cnnplan.sizes import eq, prod

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.ops.base import Weight
    from cnnplan.sizes import Extent, Shape

__all__ = ["Dynamic", "Turned", "Weighted", "alone", "fully"]


def alone(shape: Shape) -> Shape:
    """The shape for one sample."""
    return (1, *shape[1:]) if len(shape) > 1 else shape


def fully(x: Shape, y: Shape, *, bias: bool) -> Extent:
    """The weights of a layer from every element of a sample to every element of its output."""
    elements = prod(alone(y))
    weights: Extent = prod(alone(x)) * elements + (elements if bias else 0)
    return weights


class Turned(Operator):
    """A layer of sequences that PyTorch runs with the batch second."""

    def packs(self, *shapes: Shape, gaps: bool) -> bool:
        """In that order, what it keeps is a copy, unless one of both axes is 1."""
        del gaps
        return shapes[0][0] != 1 and shapes[0][1] != 1


class Weighted(Operator):
    """A layer whose multiply-adds are by weights, and whose adds are its biases."""

    bias: bool

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """A weight for each multiply-add of a sample, and one for each bias that is added."""
        cost = self.cost(self.single(shapes), alone(output))
        weights: Extent = cost.macs + cost.adds
        return weights

    def single(self, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """The inputs of one sample."""
        return tuple(map(alone, shapes))

    def dense(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """A weight from each element of the input to each of the output, and a bias for each of these."""
        return fully(shapes[0], output, bias=self.bias)


class Dynamic(Weighted):
    """Such a layer, whose weight may be the output of another: a second input. The bias is always its own."""

    arity = (1, 2)

    def single(self, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """One sample, and the weight as it is."""
        return (alone(shapes[0]), *shapes[1:])

    def owned(self, shapes: tuple[Shape, ...], **weights: Weight) -> dict[str, Weight]:
        """The weights without the one that is given."""
        return {name: weight for name, weight in weights.items() if name != "weight" or len(shapes) == 1}

    def given(self, shapes: tuple[Shape, ...]) -> Iterator[Requirement]:
        """That a weight that is given has the shape that its own would have."""
        if len(shapes) == 1:
            return
        wanted, given = self.weights(shapes[0])["weight"].shape, shapes[1]
        values: Mapping[str, object] = {"wanted": show(wanted), "given": show(given)}
        message = "the weight that is given is {given}, and {wanted} is wanted"
        if len(wanted) != len(given):
            yield broken("CNN103", message, values)
            return
        for want, n in zip(wanted, given, strict=True):
            if want is not n:
                yield Requirement(eq(want, n), "CNN103", message, values)
