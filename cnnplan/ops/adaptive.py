"""Pooling to a given number of windows, whatever the size of the input."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import expanded
from cnnplan.ops.base import Operator
from cnnplan.ops.fields import SizeOrKeptPerAxis
from cnnplan.ops.links import Link, shared_out
from cnnplan.ops.windows import per_axis
from cnnplan.sizes import gcd, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["AdaptiveAvgPool", "AdaptiveMaxPool", "GlobalAvgPool", "GlobalMaxPool"]


class AdaptivePooling(Operator):
    """Window i of m begins at floor(i * n / m) and ends before ceil((i + 1) * n / m); windows may overlap."""

    ranks = (3, 5)

    output_size: SizeOrKeptPerAxis = field(
        description="Number of windows, per axis; null in a list keeps the axis as it is."
    )

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The windows; one window is the whole input."""
        del operand
        y = self.output(*shapes)
        if dim < 2 or y[dim] == shapes[0][dim]:  # noqa: PLR2004 - N and C
            return Link(dim)
        return None if y[dim] == 1 else shared_out(dim, shapes[0][dim], y[dim])

    def output(self, *shapes: Shape) -> Shape:
        """Batch, channels, as many windows as were asked for."""
        (x,) = shapes
        wanted = per_axis(self.output_size, len(x) - 2)
        return (*x[:2], *(n if m is None else m for n, m in zip(x[2:], wanted, strict=True)))

    def _windows(self, x: Array) -> Iterator[Array]:
        """The parts of the input that the windows cover, the last axis fastest."""
        wanted = expanded(self.output_size, x.ndim - 2)
        cuts = (_cuts(n, n if m is None else m) for n, m in zip(x.shape[2:], wanted, strict=True))
        return (x[(..., *place)] for place in product(*cuts))

    def _arranged(self, windows: list[Array], x: Array) -> Array:
        """A number per window, in the order of the windows."""
        wanted = expanded(self.output_size, x.ndim - 2)
        sizes = (n if m is None else m for n, m in zip(x.shape[2:], wanted, strict=True))
        return np.stack(windows, axis=-1).reshape(*x.shape[:2], *sizes)

    def reductions(self, x: Shape, y: Shape) -> Extent:
        """The elements that windows touch, n + m - gcd(n, m) along an axis, less one for each window."""
        touched: Extent = prod(n + m - gcd(n, m) for n, m in zip(x[2:], y[2:], strict=True))
        windows: Extent = prod(y[2:])
        return x[0] * x[1] * (touched - windows)


def _cuts(n: int, m: int) -> list[slice]:
    """The m windows on an axis of n elements."""
    return [slice(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]


class AdaptiveAvgPool(AdaptivePooling):
    """The mean of each of `output_size` windows that share out the input evenly.

    Output   (N, C, *output_size)
    Weights  none
    Cost     k - 1 adds and a divide for each window of k elements; n + m - gcd(n, m) elements lie in m windows on n
    Source   torch.nn.AdaptiveAvgPool2d

    >>> AdaptiveAvgPool(output_size=(3, None)).output((1, 4, 7, 5))
    (1, 4, 3, 5)
    """

    def run(self, x: Array) -> Array:
        """The mean of each part."""
        spatial = tuple(range(2, x.ndim))
        return self._arranged([np.mean(window, axis=spatial) for window in self._windows(x)], x)

    def keeps(self, *shapes: Shape) -> str:
        """The input, for its size; nothing where one window is all there is, which is a plain mean."""
        return "nothing" if all(type(m) is int and m == 1 for m in self.output(*shapes)[2:]) else self.saves

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Sums and divides."""
        return Cost(adds=self.reductions(shapes[0], output), divides=prod(output))


class AdaptiveMaxPool(AdaptivePooling):
    """The greatest element of each of `output_size` windows that share out the input evenly.

    Output   (N, C, *output_size)
    Weights  none
    Cost     k - 1 compares for each window of k elements; n + m - gcd(n, m) elements lie in m windows on n
    Source   torch.nn.AdaptiveMaxPool2d

    >>> AdaptiveMaxPool(output_size=3).output((1, 4, 7, 5))
    (1, 4, 3, 3)
    """

    def run(self, x: Array) -> Array:
        """The maximum of each part."""
        spatial = tuple(range(2, x.ndim))
        return self._arranged([np.max(window, axis=spatial) for window in self._windows(x)], x)

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """Where the greatest elements were."""
        return {"int64": prod(self.output(*shapes))}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Compares."""
        return Cost(compares=self.reductions(shapes[0], output))


class GlobalPooling(Operator):
    """One window, the whole input; the spatial axes are kept, with extent 1."""

    ranks = (3, 5)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """A channel at a time; the whole of it."""
        del operand, shapes
        return Link(dim) if dim < 2 else None  # noqa: PLR2004 - N and C

    def output(self, *shapes: Shape) -> Shape:
        """Batch, channels, ones."""
        (x,) = shapes
        return (*x[:2], *(1,) * (len(x) - 2))


class GlobalAvgPool(GlobalPooling):
    """The mean of each channel; an adaptive pooling to 1.

    Output   (N, C, 1, ...): every spatial axis becomes 1
    Weights  none
    Cost     k - 1 adds and a divide for each channel of k elements
    Source   Lin et al. (2013), Network in Network; torch.nn.AdaptiveAvgPool2d(1)

    >>> GlobalAvgPool().output((1, 4, 7, 5))
    (1, 4, 1, 1)
    """

    saves = "nothing"

    def run(self, x: Array) -> Array:
        """The mean of the spatial axes."""
        return np.mean(x, axis=tuple(range(2, x.ndim)), keepdims=True)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A sum and a divide."""
        means = prod(output)
        return Cost(adds=prod(shapes[0]) - means, divides=means)


class GlobalMaxPool(GlobalPooling):
    """The greatest element of each channel; an adaptive pooling to 1.

    Output   (N, C, 1, ...): every spatial axis becomes 1
    Weights  none
    Cost     k - 1 compares for each channel of k elements
    Source   torch.nn.AdaptiveMaxPool2d(1)

    >>> GlobalMaxPool().output((1, 4, 7, 5))
    (1, 4, 1, 1)
    """

    def run(self, x: Array) -> Array:
        """The maximum of the spatial axes."""
        return np.max(x, axis=tuple(range(2, x.ndim)), keepdims=True)

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """Where the greatest elements were."""
        return {"int64": prod(self.output(*shapes))}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Compares."""
        return Cost(compares=prod(shapes[0]) - prod(output))
