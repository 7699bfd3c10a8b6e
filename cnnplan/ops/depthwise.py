"""Convolution where each channel has a filter of its own: little to multiply, much to move.

Long lines stay as they are. Of the elements of a window those along all axes but the first are put in columns; the
lines of a filter then meet lines that lie there, and what each gives is added up. Of short lines, the channels are made
the last axis, along which NumPy is quick. Both is done for so much at a time as stays in the cache.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.ops.arrays import windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnnplan.ops.arrays import Array

__all__ = ["by_channels"]

COLUMNS = 2**19
"""Bytes of the columns that are made together, about."""

LINES = 2**19
"""Bytes of the lines of an input whose channels are made the last axis together, about."""

WIDE = 48
"""Channels from which on it is quicker to have them as the last axis than to put whole windows in columns."""

SHORT = 12
"""Windows along a line up to which channels are the quicker last axis."""

LONG = 40
"""Elements of a line from which on whole windows in columns are as quick as channels, if next to each other."""


def by_channels(x: Array, weight: Array, groups: Any, strides: Sequence[int]) -> Callable[..., Array] | None:
    """How each channel meets a filter of its own; None where filters are shared, or windows in columns are as quick."""
    if not groups == x.shape[1] == weight.shape[0]:
        return None
    spread = max(weight.shape[3:], default=1) > 1
    if spread and x.shape[-1] > SHORT * strides[-1]:
        return _by_lines
    return _by_places if groups >= WIDE and (strides[-1] > 1 or x.shape[-1] < LONG) else None


def _steps(
    x: Array, weight: Array, pads: Sequence[tuple[int, int]], strides: Sequence[int], dilations: Sequence[int]
) -> tuple[int, ...]:
    """How many windows there are, per axis: as many as elements on which one may end."""
    sizes = (before + n + after for n, (before, after) in zip(x.shape[2:], pads, strict=True))
    axes = zip(sizes, weight.shape[2:], strides, dilations, strict=True)
    steps = tuple(len(range(n)[(k - 1) * d :: stride]) for n, k, stride, d in axes)
    if 0 in steps:
        raise ValueError(f"windows of {weight.shape[2:]} do not fit on {x.shape[2:]}")
    return steps


def _by_lines(
    x: Array, weight: Array, pads: Sequence[tuple[int, int]], strides: Sequence[int], dilations: Sequence[int]
) -> Array:
    """The dot product of every window with the filter of its channel, line by line of the filters.

    Args:
        x: the input (N, C, *sizes).
        weight: filters (C, 1, *kernel).
        pads: zeros in front of each axis and behind it.
        strides: per axis, how far apart windows are.
        dilations: per axis, how far apart the elements of a window are.
    """
    kernel, steps = weight.shape[2:], _steps(x, weight, pads, strides, dilations)
    filters = weight.reshape(len(weight), kernel[0], 1, -1).swapaxes(0, 1)
    more = (kernel[0] - 1) * dilations[0] // strides[0]
    line = strides[0] * filters.shape[-1] * prod(steps[1:]) * x.itemsize
    several = max(1, min(x.shape[1], COLUMNS // (line * (steps[0] + more))))
    lines = steps[0] if several > 1 else max(1, min(steps[0], COLUMNS // line - more))
    y = np.empty_like(x, shape=(*x.shape[:2], *steps))
    fronts = [-before for before, _ in pads[1:]]
    others = [*zip(x.shape[3:], fronts, dilations[1:], kernel[1:], strides[1:], steps[1:], strict=True)]
    for top in range(0, steps[0], lines):
        band = y[:, :, top : top + lines]
        rows = band.shape[2] + more
        first = (x.shape[2], top * strides[0] - pads[0][0], 1, strides[0], strides[0], rows)
        moves = [*_moves([first, *others])]
        room = np.zeros_like(x, shape=(several, strides[0], *kernel[1:], rows, *steps[1:]))
        for sample, sums in zip(x, band, strict=True):
            for start in range(0, len(sample), several):
                stop = start + several
                columns = room[: len(sample[start:stop])]
                for there, here in moves:
                    columns[there] = sample[start:stop][here]
                _add_up(filters[:, start:stop], columns, sums[start:stop], dilations[0])
    return y


def _moves(axes: Sequence[tuple[int, ...]]) -> Iterator[tuple[Any, Any]]:
    """Where in columns (channels, *taps, *places) elements of an input belong, and which they are, tap by tap.

    Args:
        axes: of each how many elements there are, on which one the first tap of the first place lies, how far apart
            taps are, how many there are, how far apart places are, and how many.
    """
    met = [
        [(tap, *_met(n, first + tap * apart, step, places)) for tap in range(taps)]
        for n, first, apart, taps, step, places in axes
    ]
    for one in product(*met):
        taps, there, here = zip(*one, strict=True)
        yield (slice(None), *taps, *there), (slice(None), *here)


def _met(n: int, first: int, step: int, places: int) -> tuple[slice, slice]:
    """Which of some places, `step` apart, lie on an axis of n elements, and on which of them."""
    begin = max(0, -(first // step))
    end = max(begin, min(places, (n - 1 - first) // step + 1))
    return slice(begin, end), slice(first + begin * step, first + end * step, step)


def _add_up(filters: Array, columns: Array, sums: Array, dilation: int) -> None:
    """What the lines of filters give, added up.

    Args:
        filters: by line, its elements for each channel (lines, channels, 1, taps).
        columns: what they meet (channels, stride, *taps, lines, *places).
        sums: what is written (channels, lines, *places).
        dilation: how far apart the lines of a filter are.
    """
    met = columns.reshape(*columns.shape[:2], filters.shape[-1], columns.shape[1 - sums.ndim], -1)
    lines, flat = sums.shape[1], sums.reshape(len(sums), 1, -1)
    for number, line in enumerate(filters):
        first, phase = divmod(number * dilation, columns.shape[1])
        part = met[:, phase, :, first : first + lines].reshape(len(met), met.shape[2], -1)
        if number == 0:
            np.matmul(line, part, out=flat)
        else:
            np.add(flat, np.matmul(line, part), out=flat)


def _by_places(
    x: Array, weight: Array, pads: Sequence[tuple[int, int]], strides: Sequence[int], dilations: Sequence[int]
) -> Array:
    """The same, with the channels of a few lines at a time as the last axis."""
    axes = weight.ndim - 2
    steps = _steps(x, weight, pads, strides, dilations)
    filters = np.moveaxis(np.copy(np.moveaxis(weight[:, 0], 0, -1), order="C"), -1, 0)
    span = (weight.shape[2] - 1) * dilations[0] + 1
    rows = min(steps[0], max(1, LINES * x.shape[2] // (x[0].size * x.itemsize * strides[0])))
    y = np.empty_like(x, shape=(*x.shape[:2], *steps))
    room = np.zeros_like(x, shape=_room(x.shape, (rows - 1) * strides[0] + span, pads), order="C")
    view = windows(np.moveaxis(room, -1, 0)[None], weight.shape[2:], strides, dilations)[0]
    sums = np.empty_like(x, shape=(rows, *steps[1:], x.shape[1]))
    letters = f"c{'ijk'[:axes]},c{'def'[:axes]}{'ijk'[:axes]}->{'def'[:axes]}c"
    for sample, products in zip(x, y, strict=True):
        for start in range(0, steps[0], rows):
            lines = min(rows, steps[0] - start)
            _fill(room, sample, start * strides[0], pads)
            block = np.einsum(letters, filters, view[:, :lines], out=sums[:lines])
            products[:, start : start + lines] = np.moveaxis(block, -1, 0)
    return y


def _room(shape: tuple[int, ...], lines: int, pads: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The extents of some lines of a padded input, its channels last."""
    others = zip(shape[3:], pads[1:], strict=True)
    return (lines, *(before + n + after for n, (before, after) in others), shape[1])


def _fill(room: Array, sample: Array, start: int, pads: Sequence[tuple[int, int]]) -> None:
    """Lines of a sample, from a place of its padded first axis on; zeros where there is none, and beside them."""
    first, last = (min(max(end - pads[0][0], 0), sample.shape[1]) for end in (start, start + len(room)))
    top = max(0, pads[0][0] - start)
    beside = [slice(before, before + n) for n, (before, _) in zip(sample.shape[2:], pads[1:], strict=True)]
    room[(slice(top, top + last - first), *beside)] = np.moveaxis(sample[:, first:last], 0, -1)
    room[:top] = 0
    room[top + last - first :] = 0
