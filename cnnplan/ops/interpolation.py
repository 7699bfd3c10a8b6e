"""Values between the elements of an axis, or of an image, from the nearest of them."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

from cnnplan.lazy import np
from cnnplan.ops.arrays import padded, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.ops.arrays import Array

__all__ = ["cubic", "linear", "nearest", "sampled", "smoothed"]

BEND = -0.75
"""The free parameter of the cubic; -0.5 elsewhere."""


def nearest(x: Array, axis: int, number: int, step: float) -> Array:
    """Elements, `step` apart, in the precision of the elements as PyTorch computes it."""
    places = np.floor(np.arange(number, dtype=x.dtype) * x.dtype.type(step)).astype(int)
    return np.take(x, np.minimum(places, x.shape[axis] - 1), axis=axis)


def linear(x: Array, axis: int, number: int, step: float, *, align_corners: bool) -> Array:
    """Between two neighbours; beyond the edge the element there."""
    n = x.shape[axis]
    places = np.maximum(_places(n, number, 1.0 if number == n else step, align_corners=align_corners), 0)
    low = np.minimum(np.floor(places), n - 1).astype(int)
    share = _beside(places - low, x, axis)
    left, right = np.take(x, low, axis=axis), np.take(x, np.minimum(low + 1, n - 1), axis=axis)
    y = np.subtract(right, left, out=right)
    y = np.multiply(y, share, out=y)
    return np.add(y, left, out=y)


def cubic(x: Array, axis: int, number: int, step: float, *, align_corners: bool) -> Array:
    """Between four neighbours; beyond the edge the element there."""
    n = x.shape[axis]
    places = _places(n, number, step, align_corners=align_corners)
    low = np.floor(places).astype(int)
    share = places - low
    weights = (_outer(1 + share), _inner(share), _inner(1 - share), _outer(2 - share))
    parts = (
        np.take(x, np.clip(low + offset, 0, n - 1), axis=axis) * _beside(weight, x, axis)
        for offset, weight in enumerate(weights, -1)
    )
    y = next(parts)
    for part in parts:
        y = np.add(y, part, out=y)
    return y


def sampled(x: Array, places: Sequence[Array], mode: str = "bilinear") -> Array:
    """Images (N, C, *sizes) at places (N, *steps), numbers of elements: an array per axis; (N, C, *steps).

    A place is up to one element outside, where the image is 0. Of one that is no number the first element is taken, and
    a blend is none either.
    """
    y = np.moveaxis(padded(x, [(1, 2)] * len(places)), 1, -1)
    found = _nearest_of(y, places) if mode == "nearest" else together(np.add, _corners(y, places))
    return np.moveaxis(found, -1, 1)


def _nearest_of(x: Array, places: Sequence[Array]) -> Array:
    return _taken(x, [_whole(np.rint(place)) for place in places])


def _corners(x: Array, places: Sequence[Array]) -> Iterator[Array]:
    """The elements around each place, times their shares."""
    lows = [np.floor(place) for place in places]
    highs = [place - low for place, low in zip(places, lows, strict=True)]
    shares = [(1 - share, share) for share in highs]
    for corner in product((0, 1), repeat=len(places)):
        share = together(np.multiply, (pair[end] for pair, end in zip(shares, corner, strict=True)))
        yield _taken(x, [_whole(low) + end for low, end in zip(lows, corner, strict=True)]) * share[..., None]


def _whole(place: Array) -> Array:
    """Numbers of elements; they are looked up and not computed with."""
    return np.asarray(np.where(np.isnan(place), 0, place)).astype(int)


def _taken(x: Array, numbers: Sequence[Array]) -> Array:
    """Elements of padded images, channels last."""
    batch = np.arange(len(x)).reshape(-1, *(1 for _ in numbers[0].shape[1:]))
    return x[(batch, *(number + 1 for number in numbers))]


def smoothed(x: Array, axis: int, number: int, step: float, *, bent: bool) -> Array:
    """Between the elements under a linear or cubic filter, which is as wide as a new element; its sum is 1."""
    n, wide = x.shape[axis], max(step, 1.0)
    centres = (np.arange(number) + 0.5) * step
    reach = wide * (2 if bent else 1)
    taps = math.ceil(2 * reach - 1e-9)
    first, end = np.floor(centres - reach + 0.5), np.floor(centres + reach + 0.5)
    lows, highs = np.maximum(first, 0), np.minimum(end, n) - 1
    places = first + np.arange(taps)[:, None]
    distances = np.abs(places - centres + 0.5) / wide
    weights = np.where((places < lows) | (places > highs), 0, (_bell if bent else _tent)(distances))
    weights /= weights.sum(axis=0)
    parts = (
        np.take(x, np.clip(place, lows, highs).astype(int), axis=axis) * _beside(weight, x, axis)
        for place, weight in zip(places, weights, strict=True)
    )
    y = next(parts)
    for part in parts:
        y = np.add(y, part, out=y)
    return y


def _tent(t: Array) -> Array:
    return np.maximum(1 - t, 0)


def _bell(t: Array) -> Array:
    """The cubic as image libraries have it, flatter than the one above."""
    return np.where(t < 1, (1.5 * t - 2.5) * t * t + 1, np.where(t < 2, ((-0.5 * t + 2.5) * t - 4) * t + 2, 0))  # noqa: PLR2004 - its pieces


def _places(n: int, number: int, step: float, *, align_corners: bool) -> Array:
    """Where the new elements lie among the old."""
    there = np.arange(number, dtype=np.float64)
    if align_corners:
        return there * ((n - 1) / (number - 1) if number > 1 else 0.0)
    return (there + 0.5) * step - 0.5


def _beside(weight: Array, x: Array, axis: int) -> Array:
    """A number per element of an axis."""
    return weight.astype(x.dtype).reshape(-1, *(1 for _ in x.shape[axis + 1 :]))


def _inner(t: Array) -> Array:
    """The weight of a neighbour less than 1 away."""
    return ((BEND + 2) * t - (BEND + 3)) * t * t + 1


def _outer(t: Array) -> Array:
    """The weight of a neighbour 1 to 2 away."""
    return ((BEND * t - 5 * BEND) * t + 8 * BEND) * t - 4 * BEND
