"""Parts of a value, and values made longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.lazy import np
from cnnplan.ops.windows import margins

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer

FAR: Final = 2**63 - 1
"""A place behind the end of every axis."""

NEAR: Final = -(2**63 - 1)
"""A place before the start of every axis."""

MODES: Final = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _cut(layer: Layer, value: str, dim: int, start: Any, end: Any, step: int = 1) -> str:  # noqa: PLR0913, PLR0917
    """A part of an axis."""
    steps = [layer.whole(step)] if step != 1 else []
    bounds = [layer.extents([start]), layer.extents([FAR if end is None else end])]
    return layer.call("Slice", [value, *bounds, layer.whole(dim), *steps])


def slice_(layer: Layer) -> str:
    """Slice."""
    op = layer.op
    return _cut(layer, layer.x, layer.bound(op.dim), op.start, op.end, layer.known("step", op.step))


def gather_(layer: Layer) -> str:
    """Gather by a list, or by another input."""
    if layer.op.index is None:
        return layer.call("Gather", axis=layer.bound(layer.op.dim))
    index = layer.file.array(np.array(layer.op.index, np.int64))
    return layer.call("Gather", [layer.x, index], axis=layer.bound(layer.op.dim))


def roll_(layer: Layer) -> str:
    """The end of an axis, then its beginning."""
    dims = layer.op.dims if isinstance(layer.op.dims, tuple) else (layer.op.dims,)
    shifts = layer.op.shifts if isinstance(layer.op.shifts, tuple) else (layer.op.shifts,) * len(dims)
    found = layer.x
    for dim, shift in zip(dims, shifts, strict=True):
        axis = layer.bound(dim)
        size = layer.shapes[0][axis]
        place = -shift % size if isinstance(size, int) else -shift
        if place == 0:
            continue
        parts = [_cut(layer, found, axis, place, None), _cut(layer, found, axis, 0, place)]
        found = layer.call("Concat", parts, axis=axis)
    return found


def flip_(layer: Layer) -> str:
    """Slices that run backwards."""
    dims = layer.op.dims if isinstance(layer.op.dims, tuple) else (layer.op.dims,)
    ends = [layer.whole(*[end] * len(dims)) for end in (-1, NEAR, -1)]
    return layer.call("Slice", [layer.x, *ends[:2], layer.whole(*map(layer.bound, dims)), ends[2]])


def topk_(layer: Layer) -> str:
    """TopK, its values."""
    how = {"axis": layer.bound(layer.op.dim), "largest": int(layer.op.largest)}
    return layer.calls("TopK", [layer.x, layer.extents([layer.op.k])], 2, **how)[0]


def pad_(layer: Layer) -> str:
    """Pad."""
    op = layer.op
    if op.dims is None:
        dims = [*range(2, layer.rank)]
    else:
        dims = [layer.bound(dim) for dim in (op.dims if isinstance(op.dims, tuple) else (op.dims,))]
    pairs: dict[int, Any] = dict(zip(dims, margins(op.padding, len(dims)), strict=True))
    sides = [pairs.get(axis, (0, 0))[side] for side in (0, 1) for axis in range(layer.rank)]
    fill = [layer.number(op.value)] if op.mode == "constant" and op.value else []
    return layer.call("Pad", [layer.x, layer.extents(sides), *fill], mode=MODES[op.mode])


def crop_(layer: Layer) -> str:
    """Slice of the middle, one for all axes."""
    sizes = [*zip(layer.shapes[0][2:], layer.shape[2:], strict=True)]
    starts = [(n - m) // 2 for n, m in sizes]
    ends = [start + m for start, (_, m) in zip(starts, sizes, strict=True)]
    axes = layer.whole(*range(2, layer.rank))
    return layer.call("Slice", [layer.x, layer.extents(starts), layer.extents(ends), axes])
