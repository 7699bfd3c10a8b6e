"""Layers as matrix products: attention as two, with a softmax between them; convolution as one.

Of a convolution the elements of the windows stand in columns, and a row of weights is a filter. A column matrix is a
copy, made in blocks of a few megabytes so that it stays in the cache and the memory of a run stays near that of its
tensors; groups are unfolded some at a time, for the same reason. Where a window is a single element, the input is its
own column matrix and nothing is copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnplan.ops.arrays import Array

__all__ = ["attended", "correlated", "spread"]

BLOCK = 2**20
"""Bytes of a column matrix, about."""

PART = 2**18
"""Bytes of the groups that are unfolded together, about: their columns are several times as much."""


def correlated(x: Array, weight: Array, groups: Any, unfold: Callable[[Array], Array]) -> Array:
    """The dot product of every window with every filter of its group.

    Args:
        x: the input (N, C, *sizes).
        weight: filters (out_channels, C / groups, *kernel).
        groups: number of groups.
        unfold: the windows (N, channels, *steps, *kernel) of some channels of the input.
    """
    axes = weight.ndim - 2
    filters = weight.reshape(groups, weight.shape[0] // groups, -1)
    inputs = x.reshape(x.shape[0], groups, -1, *x.shape[2:])
    several = max(1, min(groups, PART * groups // x.nbytes))
    y: Any = None
    for start in range(0, groups, several):
        part = inputs[:, start : start + several]
        view = unfold(part.reshape(x.shape[0], -1, *x.shape[2:]))
        steps = view.shape[2 : 2 + axes]
        columns = view.reshape(*part.shape[:3], *view.shape[2:])
        columns = columns.transpose(*range(3), *range(3 + axes, columns.ndim), *range(3, 3 + axes))
        y = np.empty_like(x, shape=(x.shape[0], *filters.shape[:2], *steps)) if y is None else y
        for sample, products in zip(columns, y[:, start : start + several], strict=True):
            _multiply(filters[start : start + several], sample, products)
    return y.reshape(x.shape[0], -1, *steps)


def _multiply(filters: Array, sample: Array, products: Array) -> None:
    """One sample, of some groups."""
    axes = products.ndim - 2
    if all(k == 1 for k in sample.shape[2:-axes]):
        rows = sample.reshape(*sample.shape[:2], -1)
        np.matmul(filters, rows, out=products.reshape(*filters.shape[:2], -1))
    else:
        _blockwise(sample, filters, products)


def _blockwise(sample: Array, filters: Array, products: Array) -> None:
    """One sample, a block of the first spatial axis after the other, in a room that all blocks share."""
    axes = products.ndim - 2
    lines = products.shape[2]
    rows = max(1, min(lines, BLOCK * lines // (sample.size * sample.itemsize)))
    room = np.empty_like(sample, shape=sample[_lines(0, rows, axes)].size)
    flat = products.reshape(*products.shape[:2], -1)
    width = flat.shape[2] // lines
    for start in range(0, lines, rows):
        part = sample[_lines(start, start + rows, axes)]
        block = room[: part.size].reshape(part.shape)
        np.copyto(block, part)
        matrix = block.reshape(filters.shape[0], filters.shape[2], -1)
        np.matmul(filters, matrix, out=flat[:, :, start * width : (start + rows) * width])


def _lines(start: int, stop: int, axes: int) -> Any:
    """A block of the first of the last `axes` axes."""
    return (..., slice(start, stop), *(slice(None) for _ in range(axes - 1)))


def spread(x: Array, weight: Array, groups: Any, geometry: Sequence[tuple[int, int]], extras: Sequence[int]) -> Array:
    """Every element of the input, times its filter, added to what the filter covers.

    Args:
        x: the input (N, C, *sizes).
        weight: filters (C, out_channels / groups, *kernel).
        groups: number of groups.
        geometry: per axis, how far apart neighbours spread and how far apart the taps of a filter are.
        extras: how many elements there are behind the last that a filter reaches.
    """
    batch, sizes = x.shape[0], x.shape[2:]
    columns = x.reshape(batch, groups, x.shape[1] // groups, -1)
    filters = weight.reshape(groups, weight.shape[0] // groups, *weight.shape[1:])
    ends = [line.stop for line in _reached([k - 1 for k in weight.shape[2:]], sizes, geometry)]
    y = np.zeros_like(x, shape=(batch, groups * weight.shape[1], *map(sum, zip(ends, extras, strict=True))))
    for place in np.ndindex(*weight.shape[2:]):
        tap = filters[(..., *place)].transpose(0, 2, 1)
        sums = y[(..., *_reached(place, sizes, geometry))]
        products = np.matmul(tap, columns).reshape(batch, -1, *sizes)
        np.add(sums, products, out=sums)
    return y


def _reached(place: Sequence[int], sizes: Sequence[int], geometry: Sequence[tuple[int, int]]) -> tuple[Any, ...]:
    """Where a tap of the filter falls, for all elements of the input."""
    lines = (range(p * d, p * d + n * s, s) for p, n, (s, d) in zip(place, sizes, geometry, strict=True))
    return tuple(slice(line[0], line[-1] + 1, line.step) for line in lines)


def attended(query: Array, key: Array, value: Array, bias: Array | None = None, *, causal: bool = False) -> Array:
    """Values, weighted by the softmax of the products of queries and keys; zeros for a query that sees no key."""
    query = np.multiply(query, query.shape[-1] ** -0.5)
    y = np.matmul(query, np.swapaxes(key, -1, -2))
    if bias is not None:
        y = np.add(y, np.where(bias, 0.0, -np.inf) if bias.dtype == bool else bias, out=y)
    if causal:
        y = np.where(np.tri(*y.shape[-2:]) > 0, y, -np.inf)
    greatest = np.max(y, axis=-1, keepdims=True)
    blind = np.isinf(greatest) & np.signbit(greatest)
    y = np.subtract(y, np.where(blind, 0.0, greatest))
    y = np.exp(y, out=y)
    y = np.divide(y, np.where(blind, 1.0, np.sum(y, axis=-1, keepdims=True)), out=y)
    return np.matmul(y, value)
