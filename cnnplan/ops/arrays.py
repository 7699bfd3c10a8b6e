"""What kernels are made of: padding, windows as views, weights of the extents that a layer expects.

Nothing here knows a rule of shapes, weights or costs, nor a helper of one. Sizes come out of slicing and strided
views; where there is nothing to slice, that is an error, never an empty array.
"""

from __future__ import annotations

import math
from functools import cache, reduce
from itertools import product
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = [
    "affine",
    "along",
    "beside",
    "cropped",
    "erf",
    "expanded",
    "held",
    "padded",
    "same_sides",
    "sides",
    "taps",
    "together",
    "windows",
]

Array = Any
"""A NumPy array; its own type says nothing of what matters here, the extents."""

PADDINGS = {
    "reflect": lambda x, n: (x[1 : n + 1][::-1], x[len(x) - n - 1 : -1][::-1]),
    "circular": lambda x, n: (x[len(x) - n :], x[:n]),
    "replicate": lambda x, n: (x[[0] * n], x[[-1] * n]),
}
"""The `n` elements that come in front of an axis and behind it; one that is too short gives fewer."""


def expanded(value: Any, axes: int) -> tuple[Any, ...]:
    """An argument for each spatial axis."""
    found = value if isinstance(value, tuple) else (value,) * axes
    if len(found) != axes:
        raise ValueError(f"{found} is not for {axes} spatial axes")
    return found


def sides(padding: Any, axes: int) -> tuple[tuple[int, int], ...]:
    """The padding in front of each axis and behind it."""
    each = expanded(0 if padding == "valid" else padding, axes)
    return tuple(side if isinstance(side, tuple) else (side, side) for side in each)


def same_sides(n: int, span: int, stride: int, *, lower: bool) -> tuple[int, int]:
    """As much padding as the last of the windows that start at every `stride`-th element lacks."""
    last = range(0, n, stride)[-1]
    lacking = max(0, last + span - n)
    small, large = lacking // 2, lacking - lacking // 2
    return (large, small) if lower else (small, large)


def padded(x: Array, pads: Sequence[tuple[int, int]], mode: str = "zeros", value: float = 0.0) -> Array:
    """The last axes made longer; the array itself where nothing is added."""
    if not any(map(any, pads)):
        return x
    if mode in PADDINGS:
        return _lengthened(x, pads, mode)
    first = x.ndim - len(pads)
    sizes = x.shape[first:]
    shape = (*x.shape[:first], *(before + n + after for n, (before, after) in zip(sizes, pads, strict=True)))
    y = np.full_like(x, value, shape=shape)
    middle: Any = tuple(slice(before, before + n) for n, (before, _) in zip(sizes, pads, strict=True))
    y[(..., *middle)] = x
    return y


def _lengthened(x: Array, pads: Sequence[tuple[int, int]], mode: str) -> Array:
    """The same from the elements at the edges, an axis after the other."""
    for axis, (before, after) in enumerate(pads, x.ndim - len(pads)):
        if before or after:
            lines = np.moveaxis(x, axis, 0)
            front, back = _edge(lines, before, mode, 0), _edge(lines, after, mode, 1)
            x = np.moveaxis(np.concatenate([front, lines, back]), 0, axis)
    return x


def _edge(lines: Array, number: int, mode: str, end: int) -> Array:
    edge = PADDINGS[mode](lines, number)[end] if number else lines[:0]
    if len(edge) != number:
        raise ValueError(f"padding of {number} by {mode} on {len(lines)} elements")
    return edge


def cropped(x: Array, pads: Sequence[tuple[int, int]], least: int = 1) -> Array:
    """The last axes made shorter; so much must be left of each."""
    sizes = x.shape[x.ndim - len(pads) :]
    for n, (before, after) in zip(sizes, pads, strict=True):
        if before + after > n - least:
            raise ValueError(f"{before} and {after} taken from {n} elements leave nothing")
    return x[(..., *(slice(before, n - after) for n, (before, after) in zip(sizes, pads, strict=True)))]


def windows(
    x: Array,
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    ends: Sequence[int | None] | None = None,
) -> Array:
    """A view (N, C, *steps, *kernel): every window that lies on the array, `stride` apart.

    Args:
        x: the array, padded.
        kernel: taps per axis.
        strides: distances between windows.
        dilations: distances between taps.
        ends: where windows must start before, if that is not given by their length.
    """
    axes = len(kernel)
    spans = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True))
    if all(span == 1 for span in spans):
        view = x[(..., *(None for _ in range(axes)))]
    else:
        view = np.lib.stride_tricks.sliding_window_view(x, spans, axis=tuple(range(2, 2 + axes)), subok=True)
    starts = tuple(slice(None, end, s) for end, s in zip(ends or (None,) * axes, strides, strict=True))
    return view[(slice(None), slice(None), *starts, *(slice(None, None, d) for d in dilations))]


def taps(view: Array, axes: int) -> Iterator[Array]:
    """The windows' elements, tap by tap: one array per place in the window."""
    for place in product(*map(range, view.shape[view.ndim - axes :])):
        yield view[(..., *place)]


def together(operation: Callable[..., Array], parts: Iterable[Array]) -> Array:
    """All parts reduced to one array, in place once it is ours."""
    first, *rest = parts
    if not rest:
        return first.copy()
    return reduce(lambda sofar, part: operation(sofar, part, out=sofar), rest[1:], operation(first, rest[0]))


def along(dims: Any, rank: int) -> tuple[int, ...]:
    """The axes that an argument names, counted from the front."""
    named = range(rank) if dims is None else dims if isinstance(dims, tuple) else (dims,)
    return tuple(range(rank)[dim] for dim in named)


def held(name: str, weight: Array | None, *extents: Any, there: bool = True) -> Array | None:
    """A weight, of exactly these extents; or none, where there must not be one."""
    if (weight is not None) is not there:
        raise ValueError(f"{name} is {'missing' if there else 'not a weight of this layer'}")
    if weight is not None and weight.shape != extents:
        raise ValueError(f"{name} has the shape {weight.shape}, not {extents}")
    return weight


def beside(weight: Array, x: Array) -> Array:
    """A number per channel, in a shape that meets the channels of an array."""
    return weight.reshape(x.shape[1], *(1 for _ in x.shape[2:]))


@cache
def _erf() -> Any:
    return np.frompyfunc(math.erf, 1, 1)


def erf(x: Array) -> Array:
    """The error function, which NumPy does not have."""
    return np.asanyarray(_erf()(x), dtype=x.dtype)


def affine(x: Array, weight: Array, bias: Array | None) -> Array:
    """The matrix product with the rows of a weight, and a bias if there is one."""
    y = np.matmul(x, weight.T)
    return y if bias is None else np.add(y, bias, out=y)
