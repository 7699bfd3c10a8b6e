"""Normalizations. Which elements share a mean is all that tells them apart."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from cnnplan.cost import Cost
from cnnplan.ops.base import Limits, Operator, Requirement, Weight, broken, show
from cnnplan.ops.dims import without
from cnnplan.ops.fields import Eps, Flag, Momentum, Number, Positive, Positives
from cnnplan.ops.links import Link
from cnnplan.sizes import divides, eq, gt, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.sizes import Extent, Shape

__all__ = ["BatchNorm", "GroupNorm", "InstanceNorm", "LayerNorm", "LocalResponseNorm"]


class Normalization(Operator):
    """What normalizations have in common: the shape stays."""

    ranks: ClassVar[Limits] = (2, None)

    eps: Eps = 1e-5

    def output(self, *shapes: Shape) -> Shape:
        """The shape of the input."""
        (x,) = shapes
        return x


def standardizing(elements: Extent, means: Extent, *, scale: bool, shift: bool) -> Cost:
    """What (x - mean) / sqrt(var + eps) * weight + bias costs, mean and var being those of the input."""
    sums = elements - means
    return Cost(
        adds=2 * sums + elements + means + (elements if shift else 0),
        multiplies=(2 if scale else 1) * elements,
        divides=2 * means + elements,
        transcendentals=means,
    )


def several(elements: Extent) -> Requirement:
    """That a mean is of more than one element, which would come out as 0 whatever it was."""
    message = "takes mean and variance of {elements} elements, and needs more than 1"
    return Requirement(gt(elements, 1), "CNN106", message, {"elements": elements})


def affine_weights(*shape: Extent, scale: bool = True, shift: bool = True) -> dict[str, Weight]:
    """The trained scale and shift."""
    return {name: Weight(shape) for name, there in (("weight", scale), ("bias", shift)) if there}


class Tracking(Normalization):
    """What may use statistics that were gathered in training."""

    momentum: Momentum = 0.1
    affine: Flag
    track_running_stats: Flag

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element, if the statistics are at hand."""
        del operand, shapes
        return Link(dim) if self.track_running_stats else self._apart(dim)

    @abstractmethod
    def _apart(self, dim: int) -> Link | None:
        """The same, with statistics of the input."""

    @abstractmethod
    def _means(self, x: Shape) -> Extent:
        """How many means there are."""

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """A mean and a deviation for each group of elements."""
        return {"": 2 * self._means(shapes[0])}

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """Scale and shift, and the statistics as buffers."""
        (x,) = shapes
        found = affine_weights(x[1], scale=self.affine, shift=self.affine)
        if self.track_running_stats:
            found |= {name: Weight((x[1],), trainable=False) for name in ("running_mean", "running_var")}
        return found

    def folded(self, elements: Extent, means: Extent) -> Cost:
        """One multiply and one add with statistics at hand, else what it takes to find them."""
        if self.track_running_stats:
            return Cost(multiplies=elements, adds=elements)
        return standardizing(elements, means, scale=self.affine, shift=self.affine)


class BatchNorm(Tracking):
    """Every channel is brought to mean 0 and variance 1, by statistics from training, then scaled and shifted.

    Output   the shape of the input
    Weights  weight (C,), bias (C,) if affine; buffers running_mean (C,), running_var (C,) if track_running_stats
    Cost     x * scale + shift, both folded from the statistics: a multiply and an add per element. Without statistics
             (x - mean) / sqrt(var + eps) * weight + bias, mean and var of each channel
    Source   Ioffe & Szegedy (2015); torch.nn.BatchNorm2d

    >>> list(BatchNorm().weights((1, 64, 56, 48)))
    ['weight', 'bias', 'running_mean', 'running_var']
    """

    ranks = (2, 5)

    affine: Flag = Field(default=True, description="Whether a trained scale and shift follow.")
    track_running_stats: Flag = Field(default=True, description="Whether the statistics come from training.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Channels with more than one element."""
        (x,) = shapes
        if not self.track_running_stats:
            yield several(prod(without(x, 1)))

    def _apart(self, dim: int) -> Link | None:
        return Link(dim) if dim == 1 else None

    def _means(self, x: Shape) -> Extent:
        return x[1]

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Scale and shift."""
        return self.folded(prod(output), shapes[0][1])


class InstanceNorm(Tracking):
    """Every channel of every sample is brought to mean 0 and variance 1.

    Output   the shape of the input
    Weights  weight (C,), bias (C,) if affine; buffers running_mean (C,), running_var (C,) if track_running_stats
    Cost     (x - mean) / sqrt(var + eps), for each channel of k elements: 2 (k - 1) adds and 2 divides for mean and
             variance, k subtractions, k multiplies for the squares, an add, a root, k divides; k multiplies and k adds
             more if affine. With running statistics as batch_norm
    Source   Ulyanov et al. (2016); torch.nn.InstanceNorm2d

    >>> InstanceNorm().weights((1, 64, 56, 48))
    {}
    """

    ranks = (3, 5)

    affine: Flag = Field(default=False, description="Whether a trained scale and shift follow.")
    track_running_stats: Flag = Field(default=False, description="Whether the statistics come from training.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Channels with more than one element."""
        if not self.track_running_stats:
            yield several(prod(shapes[0][2:]))

    def _apart(self, dim: int) -> Link | None:
        return Link(dim) if dim < 2 else None  # noqa: PLR2004 - N and C

    def _means(self, x: Shape) -> Extent:
        return x[0] * x[1]

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A mean and a variance per channel and sample."""
        (x,) = shapes
        return self.folded(prod(output), x[0] * x[1])


class GroupNorm(Normalization):
    """Every group of channels of every sample is brought to mean 0 and variance 1, then scaled and shifted.

    Output   the shape of the input
    Weights  weight (C,), bias (C,) if affine
    Cost     (x - mean) / sqrt(var + eps) * weight + bias, for each group of k elements: 2 (k - 1) adds and 2 divides
             for mean and variance, k subtractions, k multiplies for the squares, an add, a root, k divides;
             k multiplies and k adds more if affine
    Source   Wu & He (2018); torch.nn.GroupNorm

    >>> GroupNorm(num_groups=8).weights((1, 64, 56, 48))["bias"].shape
    (64,)
    """

    num_groups: Positive = Field(description="Number of groups; divides the channels.")
    affine: Flag = Field(default=True, description="Whether a trained scale and shift follow.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Groups of equal size."""
        (x,) = shapes
        values = {"groups": self.num_groups, "channels": x[1]}
        message = "num_groups (={groups}) does not divide the {channels} input channels"
        yield Requirement(divides(self.num_groups, x[1]), "CNN102", message, values, "", "num_groups")

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """Scale and shift."""
        return affine_weights(shapes[0][1], scale=self.affine, shift=self.affine)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """All of a sample's groups."""
        del operand, shapes
        return None if dim else Link(dim)

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """A mean and a deviation for each group."""
        return {"": 2 * shapes[0][0] * self.num_groups}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A mean and a variance per group and sample."""
        means = shapes[0][0] * self.num_groups
        return standardizing(prod(output), means, scale=self.affine, shift=self.affine)


class LayerNorm(Normalization):
    """The last axes, or the channels of every position, are brought to mean 0 and variance 1, then scaled and shifted.

    With normalized_shape it is PyTorch's layer, over as many last axes as are given: tokens need that. Left out, it
    goes along the channels (axis 1) at each position by itself, as ConvNeXt's layers do.

    Output   the shape of the input
    Weights  weight and bias (*normalized_shape) or (C,), if elementwise_affine; no bias without `bias`
    Cost     (x - mean) / sqrt(var + eps) * weight + bias, for each k elements: 2 (k - 1) adds and 2 divides for mean
             and variance, k subtractions, k multiplies for the squares, an add, a root, k divides; k multiplies for
             the weight, k adds for the bias
    Source   Ba et al. (2016); torch.nn.LayerNorm

    >>> LayerNorm(normalized_shape=768).weights((2, 197, 768))["weight"].shape
    (768,)
    >>> LayerNorm().weights((1, 96, 56, 48))["weight"].shape
    (96,)
    """

    normalized_shape: Positives | None = Field(
        default=None, description="Extents of the last axes; left out, the channels are normalized at each position."
    )
    elementwise_affine: Flag = Field(default=True, description="Whether a trained scale and shift follow.")
    bias: Flag = Field(default=True, description="Whether there is a shift beside the scale.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """The extents that the input has."""
        (x,) = shapes
        if self.normalized_shape is None:
            return
        wanted = self._wanted(x)
        values = {"wanted": show(self.normalized_shape), "shape": show(x)}
        message = "normalized_shape (={wanted}) is not what the input {shape} ends in"
        if len(wanted) > len(x):
            yield broken("CNN106", message, values, "", "normalized_shape")
            return
        for want, n in zip(wanted, x[-len(wanted) :], strict=True):
            yield Requirement(eq(want, n), "CNN106", message, values, "", "normalized_shape")

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """Scale and shift."""
        affine = self.elementwise_affine
        return affine_weights(*self._wanted(shapes[0]), scale=affine, shift=affine and self.bias)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element, but for the axes that are normalized."""
        del operand
        (x,) = shapes
        inside = dim == 1 if self.normalized_shape is None else dim >= len(x) - len(self._wanted(x))
        return None if inside else Link(dim)

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """A mean and a deviation for each position."""
        return {"": 2 * self._positions(shapes[0])}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A mean and a variance per position."""
        affine = self.elementwise_affine
        return standardizing(prod(output), self._positions(shapes[0]), scale=affine, shift=affine and self.bias)

    def _positions(self, x: Shape) -> Extent:
        """How many means there are."""
        others: Extent = prod(without(x, 1) if self.normalized_shape is None else x[: -len(self._wanted(x))])
        return others

    def _wanted(self, x: Shape) -> Shape:
        if self.normalized_shape is None:
            return x[1:2]
        return self.normalized_shape if isinstance(self.normalized_shape, tuple) else (self.normalized_shape,)


class LocalResponseNorm(Operator):
    """Every element is divided by a power of the squares around it, `size` channels wide, `size // 2` of them before.

    Output   the shape of the input
    Weights  none
    Cost     x / (k + alpha / size * sum(x * x)) ** beta: 2 multiplies, size - 1 adds for the sum (zeros beyond the edge
             included) and one for k, a power and a divide per element
    Source   Krizhevsky et al. (2012); torch.nn.LocalResponseNorm

    >>> LocalResponseNorm(size=5).cost(((1, 2, 3, 4),), (1, 2, 3, 4)).adds
    120
    """

    ranks = (3, 5)

    size: Positive = Field(description="Number of channels that are added up.")
    alpha: Number = Field(default=1e-4, description="Weight of the squares.")
    beta: Number = Field(default=0.75, description="The power.")
    k: Number = Field(default=1.0, description="What is added to the squares.")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Channels around it, at the same place."""
        del operand, shapes
        return None if dim == 1 else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """The shape of the input."""
        (x,) = shapes
        return x

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A sum over channels, a power, a divide."""
        del shapes
        n = prod(output)
        return Cost(multiplies=2 * n, adds=self.size * n, divides=n, transcendentals=n)
