"""Normalizations that may use statistics gathered in training."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import beside, held
from cnnplan.ops.base import Requirement, Weight
from cnnplan.ops.dims import without
from cnnplan.ops.fields import Flag, Momentum
from cnnplan.ops.links import Link
from cnnplan.ops.normalization import Normalization, affine_weights, scaled, standardized, standardizing
from cnnplan.sizes import gt, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["BatchNorm", "InstanceNorm"]


class Tracking(Normalization):
    """What may use statistics that were gathered in training."""

    overwrites = True
    weighs_channels = True

    momentum: Momentum = 0.1
    affine: Flag
    track_running_stats: Flag
    weight: Flag = field(default=True, description="Whether there is a scale, if affine.")
    bias: Flag = field(default=True, description="Whether there is a shift, if affine.")

    @property
    def rewrites(self) -> bool:
        """Only with statistics at hand."""
        return self.track_running_stats

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
        return {"statistic": 2 * self._means(shapes[0])}

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """Scale and shift, and the statistics as buffers."""
        (x,) = shapes
        found = affine_weights(x[1], scale=self.affine and self.weight, shift=self.affine and self.bias)
        if self.track_running_stats:
            found |= {name: Weight((x[1],), trainable=False) for name in ("running_mean", "running_var")}
        return found

    def run(  # noqa: PLR0913, PLR0917 - its weights
        self,
        x: Array,
        weight: Array | None = None,
        bias: Array | None = None,
        running_mean: Array | None = None,
        running_var: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """A multiply and an add, by numbers made of weights and statistics alone; or statistics of the input."""
        held("weight", weight, x.shape[1], there=self.affine and self.weight)
        held("bias", bias, x.shape[1], there=self.affine and self.bias)
        for name, values in {"running_mean": running_mean, "running_var": running_var}.items():
            held(name, values, x.shape[1], there=self.track_running_stats)
        if running_mean is None or running_var is None:
            return scaled(self._standardized(x), weight, bias)
        scale = 1 / np.sqrt(running_var + self.eps)
        scale = scale if weight is None else weight * scale
        shift = -running_mean * scale
        shift = shift if bias is None else bias + shift
        y = np.multiply(x, beside(scale, x), out=out)
        return np.add(y, beside(shift, x), out=y)

    def _standardized(self, x: Array) -> Array:
        axes = self._sharing(x.ndim)
        if all(x.shape[axis] == 1 for axis in axes):
            raise ValueError(f"one element of {x.shape} has no variance")
        return standardized(x, axes, self.eps)

    @abstractmethod
    def _sharing(self, rank: int) -> tuple[int, ...]:
        """The axes along which the mean is taken."""

    def folded(self, elements: Extent, means: Extent) -> Cost:
        """One multiply and one add with statistics at hand, else what it takes to find them."""
        if self.track_running_stats:
            return Cost(multiplies=elements, adds=elements)
        return standardizing(elements, means, scale=self.affine and self.weight, shift=self.affine and self.bias)


def several(elements: Extent) -> Requirement:
    """That a mean is of more than one element, which would come out as 0 whatever it was."""
    message = "takes mean and variance of {elements} elements, and needs more than 1"
    return Requirement(gt(elements, 1), "CNN106", message, {"elements": elements})


class BatchNorm(Tracking):
    """Every channel is brought to mean 0 and variance 1, by statistics from training, then scaled and shifted.

    Output   the shape of the input
    Weights  weight (C,), bias (C,) if affine, and not switched off; buffers running_mean (C,), running_var (C,) if
             track_running_stats
    Cost     x * scale + shift, both folded from the statistics: a multiply and an add per element. Without statistics
             (x - mean) / sqrt(var + eps) * weight + bias, mean and var of each channel
    Source   Ioffe & Szegedy (2015); torch.nn.BatchNorm2d

    >>> list(BatchNorm().weights((1, 64, 56, 48)))
    ['weight', 'bias', 'running_mean', 'running_var']
    """

    ranks = (2, 5)

    affine: Flag = field(default=True, description="Whether a trained scale and shift follow.")
    track_running_stats: Flag = field(default=True, description="Whether the statistics come from training.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Channels with more than one element."""
        (x,) = shapes
        if not self.track_running_stats:
            yield several(prod(without(x, 1)))

    def _sharing(self, rank: int) -> tuple[int, ...]:
        return (0, *range(2, rank))

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
    Weights  weight (C,), bias (C,) if affine, and not switched off; buffers running_mean (C,), running_var (C,) if
             track_running_stats
    Cost     (x - mean) / sqrt(var + eps), for each channel of k elements: 2 (k - 1) adds and 2 divides for mean and
             variance, k subtractions, k multiplies for the squares, an add, a root, k divides; k multiplies and k adds
             more if affine. With running statistics as batch_norm
    Source   Ulyanov et al. (2016); torch.nn.InstanceNorm2d

    >>> InstanceNorm().weights((1, 64, 56, 48))
    {}
    """

    ranks = (3, 5)

    affine: Flag = field(default=False, description="Whether a trained scale and shift follow.")
    track_running_stats: Flag = field(default=False, description="Whether the statistics come from training.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Channels with more than one element."""
        if not self.track_running_stats:
            yield several(prod(shapes[0][2:]))

    def _sharing(self, rank: int) -> tuple[int, ...]:
        return tuple(range(2, rank))

    def _apart(self, dim: int) -> Link | None:
        return Link(dim) if dim < 2 else None  # noqa: PLR2004 - N and C

    def _means(self, x: Shape) -> Extent:
        return x[0] * x[1]

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A mean and a variance per channel and sample."""
        (x,) = shapes
        return self.folded(prod(output), x[0] * x[1])

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """As batch norm with the channels of all samples, which get copies of the scale and of both statistics."""
        return {"statistic": self._means(shapes[0]) * (2 + self.affine + 2 * self.track_running_stats)}

    def packs(self, *shapes: Shape, gaps: bool) -> bool:
        """All samples are counted as channels of one."""
        del shapes
        return gaps
