"""Normalizations by statistics of the input. Which elements share a mean is all that tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import beside, held
from cnnplan.ops.base import Limits, Operator, Requirement, Weight, broken, show
from cnnplan.ops.dims import without
from cnnplan.ops.fields import Eps, Flag, Positive, Positives
from cnnplan.ops.links import Link, grouped
from cnnplan.sizes import divides, eq, exact_div, gt, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["GroupNorm", "LayerNorm", "Normalization", "affine_weights", "scaled", "standardized", "standardizing"]


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


def standardized(x: Array, axes: tuple[int, ...], eps: float) -> Array:
    """Mean 0 and variance 1 along these axes."""
    y = x - np.mean(x, axis=axes, keepdims=True)
    variance = np.mean(np.multiply(y, y), axis=axes, keepdims=True)
    return np.divide(y, np.sqrt(variance + eps), out=y)


def scaled(y: Array, weight: Array | None, bias: Array | None, *, channels: bool = True) -> Array:
    """Times the weight, plus the bias, in place; a number each per channel, or for the last axes."""
    if weight is not None:
        y = np.multiply(y, beside(weight, y) if channels else weight, out=y)
    if bias is not None:
        y = np.add(y, beside(bias, y) if channels else bias, out=y)
    return y


def affine_weights(*shape: Extent, scale: bool = True, shift: bool = True) -> dict[str, Weight]:
    """The trained scale and shift."""
    return {name: Weight(shape) for name, there in (("weight", scale), ("bias", shift)) if there}


class GroupNorm(Normalization):
    """Every group of channels of every sample is brought to mean 0 and variance 1, then scaled and shifted.

    Output   the shape of the input
    Weights  weight (C,), bias (C,) if affine; either may be left out
    Cost     (x - mean) / sqrt(var + eps) * weight + bias, for each group of k elements: 2 (k - 1) adds and 2 divides
             for mean and variance, k subtractions, k multiplies for the squares, an add, a root, k divides;
             k multiplies for the weight, k adds for the bias
    Source   Wu & He (2018); torch.nn.GroupNorm

    >>> GroupNorm(num_groups=8).weights((1, 64, 56, 48))["bias"].shape
    (64,)
    """

    num_groups: Positive = field(description="Number of groups; divides the channels.")
    affine: Flag = field(default=True, description="Whether a trained scale and shift follow.")
    weight: Flag = field(default=True, description="Whether there is a scale, if affine.")
    bias: Flag = field(default=True, description="Whether there is a shift, if affine.")

    @property
    def scales(self) -> bool:
        """Whether there is a scale."""
        return self.affine and self.weight

    @property
    def shifts(self) -> bool:
        """Whether there is a shift."""
        return self.affine and self.bias

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Groups of equal size."""
        (x,) = shapes
        values = {"groups": self.num_groups, "channels": x[1]}
        message = "num_groups (={groups}) does not divide the {channels} input channels"
        yield Requirement(divides(self.num_groups, x[1]), "CNN102", message, values, "", "num_groups")
        elements = x[0] * exact_div(x[1], self.num_groups) * prod(x[2:])
        values = {"elements": elements, "groups": self.num_groups}
        message = "takes mean and variance of one element in all, in {groups} groups, and needs more than 1"
        yield Requirement(gt(elements, 1), "CNN106", message, values, "fewer groups", "num_groups")

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """Scale and shift."""
        return affine_weights(shapes[0][1], scale=self.scales, shift=self.shifts)

    def run(self, x: Array, weight: Array | None = None, bias: Array | None = None) -> Array:
        """Groups as an axis of their own."""
        held("weight", weight, x.shape[1], there=self.affine and self.weight)
        held("bias", bias, x.shape[1], there=self.affine and self.bias)
        groups = x.reshape(x.shape[0], self.num_groups, x.shape[1] // self.num_groups, *x.shape[2:])
        if groups[:, 0].size == 1:
            raise ValueError(f"one element of {x.shape} for each group has no variance")
        y = standardized(groups, tuple(range(2, groups.ndim)), self.eps).reshape(x.shape)
        return scaled(y, weight, bias)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """All of a sample's groups, the whole of it."""
        del operand
        return grouped(dim, self.num_groups, shapes[0][1], shapes[0][1]) if dim < 2 else None  # noqa: PLR2004 - N and C

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """A mean and a deviation for each group."""
        return {"statistic": 2 * shapes[0][0] * self.num_groups}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A mean and a variance per group and sample."""
        means = shapes[0][0] * self.num_groups
        return standardizing(prod(output), means, scale=self.scales, shift=self.shifts)


class LayerNorm(Normalization):
    """The last axes, or the channels of every position, are brought to mean 0 and variance 1, then scaled and shifted.

    With normalized_shape it is PyTorch's layer, over as many last axes as are given: tokens need that. Left out, it
    goes along the channels (axis 1) at each position by itself, as ConvNeXt's layers do.

    Output   the shape of the input
    Weights  weight and bias (*normalized_shape) or (C,), if elementwise_affine; either may be left out
    Cost     (x - mean) / sqrt(var + eps) * weight + bias, for each k elements: 2 (k - 1) adds and 2 divides for mean
             and variance, k subtractions, k multiplies for the squares, an add, a root, k divides; k multiplies for
             the weight, k adds for the bias
    Source   Ba et al. (2016); torch.nn.LayerNorm

    >>> LayerNorm(normalized_shape=768).weights((2, 197, 768))["weight"].shape
    (768,)
    >>> LayerNorm().weights((1, 96, 56, 48))["weight"].shape
    (96,)
    """

    normalized_shape: Positives | None = field(
        default=None, description="Extents of the last axes; left out, the channels are normalized at each position."
    )
    elementwise_affine: Flag = field(default=True, description="Whether a trained scale and shift follow.")
    weight: Flag = field(default=True, description="Whether there is a scale, if elementwise_affine.")
    bias: Flag = field(default=True, description="Whether there is a shift, if elementwise_affine.")

    @property
    def scales(self) -> bool:
        """Whether there is a scale."""
        return self.elementwise_affine and self.weight

    @property
    def shifts(self) -> bool:
        """Whether there is a shift."""
        return self.elementwise_affine and self.bias

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """The extents that the input has."""
        (x,) = shapes
        if self.normalized_shape is None:
            return
        wanted = self._wanted(x)
        values = {"wanted": show(self.normalized_shape), "shape": show(x)}
        message = "normalized_shape (={wanted}) is not what the input {shape} ends in"
        hint = "left out, it goes along the channels, as ConvNeXt's does"
        if len(wanted) > len(x):
            yield broken("CNN106", message, values, hint, "normalized_shape")
            return
        for want, n in zip(wanted, x[-len(wanted) :], strict=True):
            yield Requirement(eq(want, n), "CNN106", message, values, hint, "normalized_shape")

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """Scale and shift."""
        return affine_weights(*self._wanted(shapes[0]), scale=self.scales, shift=self.shifts)

    def run(self, x: Array, weight: Array | None = None, bias: Array | None = None) -> Array:
        """The last axes, or the second."""
        wanted = self.normalized_shape
        channels = wanted is None
        extents = (x.shape[1],) if wanted is None else wanted if isinstance(wanted, tuple) else (wanted,)
        if not channels and x.shape[x.ndim - len(extents) :] != extents:
            raise ValueError(f"{x.shape} does not end in {extents}")
        held("weight", weight, *extents, there=self.elementwise_affine and self.weight)
        held("bias", bias, *extents, there=self.elementwise_affine and self.bias)
        y = standardized(x, (1,) if channels else tuple(range(x.ndim - len(extents), x.ndim)), self.eps)
        return scaled(y, weight, bias, channels=channels)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element, but for the axes that are normalized."""
        del operand
        (x,) = shapes
        inside = dim == 1 if self.normalized_shape is None else dim >= len(x) - len(self._wanted(x))
        return None if inside else Link(dim)

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """A mean and a deviation for each position."""
        return {"statistic": 2 * self._positions(shapes[0])}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A mean and a variance per position."""
        return standardizing(prod(output), self._positions(shapes[0]), scale=self.scales, shift=self.shifts)

    def _positions(self, x: Shape) -> Extent:
        """How many means there are."""
        others: Extent = prod(without(x, 1) if self.normalized_shape is None else x[: -len(self._wanted(x))])
        return others

    def _wanted(self, x: Shape) -> Shape:
        if self.normalized_shape is None:
            return x[1:2]
        return self.normalized_shape if isinstance(self.normalized_shape, tuple) else (self.normalized_shape,)
