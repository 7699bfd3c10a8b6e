"""The same elements in another arrangement."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.sizes import Count, exact_div, prod
from cnnplan.translation.onnx.contents import FLOAT, packed
from cnnplan.translation.onnx.numbers import MOST
from cnnplan.translation.onnx.refusals import NotUnderstood
from cnnplan.translation.onnx.steps import Permuted, Reshaped
from cnnplan.translation.onnx.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.sizes import Shape
    from cnnplan.translation.onnx.job import Job


UNEVEN = 18
"""The version from which on the last part of a split may be smaller."""


def _shaped(job: Job, value: Value, shape: Any) -> None:
    """A value with other extents, whatever it is."""
    known = job.translator.numbers(value)
    if known is not None and all(isinstance(n, int) for n in shape):
        job.give_numbers(known.reshape([int(n) for n in shape]), value.dtype)
    elif value.layer:
        job.give(job.reshaped(value, shape))
    elif value.tensor is not None:
        plain = all(isinstance(n, int) for n in shape)
        step = Reshaped(tuple(shape)) if plain else lambda array: array.reshape(job.sized(tuple(shape)))
        job.give(value.rearranged(tuple(shape), step))
    else:
        elements = partial(job.translator.elements, value)
        job.give(replace(value, name=job.output(), shape=shape, derived=lambda: elements().reshape(job.sized(shape))))


def reshape_(job: Job) -> None:
    """Reshape; 0 keeps an extent, -1 is what is left."""
    value = job.value()
    asked = job.known(1, "the shape").flat if job.has(1) else job.wholes("shape", []) or []
    keep = not job.whole("allowzero")
    shape: Any = tuple(value.shape[axis] if n == 0 and keep else n for axis, n in enumerate(asked))
    if any(isinstance(n, Count) and not isinstance(n, int) and n == -1 for n in shape):
        raise NotUnderstood(f"shape {shape}")
    if -1 in shape:
        shape = _filled(value.shape, shape)
    _shaped(job, value, shape)


def _filled(have: Shape, shape: Shape) -> Shape:
    """The shape with what is left in the place of -1, where that is whole at all sizes; with -1 elsewhere."""
    left, asked = [*have], []
    for n in shape:
        if n in left:
            left.remove(n)
        elif n != -1:
            asked.append(n)
    rest = exact_div(prod(left), prod(asked))
    return tuple(rest if n == -1 else n for n in shape)


def flatten_(job: Job) -> None:
    """Flatten to two axes."""
    value = job.value()
    rank = len(value.shape)
    axis = job.whole("axis", 1)
    axis = axis + rank if axis < 0 else axis
    if value.layer and axis == 1 and rank > 1:
        job.give(job.layer("flatten", {}, [value]) if rank > 2 else value)  # noqa: PLR2004
    else:
        _shaped(job, value, (prod(value.shape[:axis]), prod(value.shape[axis:])))


def transpose_(job: Job) -> None:
    """Transpose."""
    value = job.value()
    rank = len(value.shape)
    dims = job.wholes("perm") or [*reversed(range(rank))]
    known = job.translator.numbers(value)
    if dims == [*range(rank)]:
        job.give(value)
    elif known is not None:
        job.give_numbers(known.permute(dims), value.dtype)
    elif value.layer:
        job.give(job.layer("permute", {"dims": dims}, [value]))
    else:
        shape = tuple(value.shape[d] for d in dims)
        if value.tensor is not None:
            job.give(value.rearranged(shape, Permuted((*dims,))))
        else:
            elements = partial(job.translator.elements, value)
            job.give(replace(value, name=job.output(), shape=shape, derived=lambda: elements().transpose(dims)))


def squeeze_(job: Job) -> None:
    """Squeeze: axes of extent 1 are taken out."""
    value = job.value()
    rank = len(value.shape)
    axes = job.axes(1)
    gone = {axis % rank for axis in axes} if axes else {axis for axis, n in enumerate(value.shape) if n == 1}
    if axes is None and any(isinstance(n, Count) for n in value.shape):
        raise NotUnderstood("all axes of extent 1, where extents may vary")
    for axis in gone:
        if value.shape[axis] != 1 and not value.layer:
            raise NotUnderstood(f"axis {axis} of extent {value.shape[axis]}")
    if value.layer and gone:
        job.give(job.layer("squeeze", {"dim": _one(sorted(gone))}, [value]))
    else:
        _shaped(job, value, tuple(n for axis, n in enumerate(value.shape) if axis not in gone))


def _one(dims: list[int]) -> Any:
    return dims[0] if len(dims) == 1 else dims


def unsqueeze_(job: Job) -> None:
    """Unsqueeze: axes of extent 1 are added."""
    value = job.value()
    axes = job.axes(1) or []
    rank = len(value.shape) + len(axes)
    new = sorted(axis % rank for axis in axes)
    shape = [*value.shape]
    for axis in new:
        shape.insert(axis, 1)
    if value.layer and len(new) == 1:
        job.give(job.layer("unsqueeze", {"dim": new[0]}, [value]))
    else:
        _shaped(job, value, tuple(shape))


def expand_(job: Job) -> None:
    """Expand: broadcast with a shape."""
    from cnnplan.translation.onnx.operators.elementwise import broadcast  # noqa: PLC0415 - as elementwise does

    value = job.value()
    asked = job.known(1, "the shape").flat
    shape: Any = broadcast([value.shape, asked])
    known = job.translator.numbers(value)
    if shape == value.shape:
        job.give(value)
    elif known is not None and all(isinstance(n, int) for n in shape) and prod(shape) <= 4096:  # noqa: PLR2004
        job.give_numbers(known.expand([int(n) for n in shape]), value.dtype)
    elif value.layer or value.is_weight:
        job.give(job.layer("expand", {"shape": shape}, [job.as_layer(value, len(shape))]))
    else:
        elements = partial(job.translator.elements, value)
        fill = known.flat[0] if known is not None and len(known.flat) == 1 else value.fill
        plain = replace(value, name=job.output(), shape=shape, numbers=None, tensor=None, steps=(), fill=fill)
        job.give(replace(plain, derived=lambda: np.broadcast_to(elements(), job.sized(shape))))


def concat_(job: Job) -> None:
    """Concat."""
    axis = job.whole("axis", 1) % max(len(job.value().shape), 1)
    values = [value for value in job.values() if value.layer or value.shape[axis] != 0]
    if not values:
        job.give(job.value())
        return
    known = [job.translator.numbers(value) for value in values]
    if all(each is not None for each in known):
        first, *others = [each for each in known if each is not None]
        job.give_numbers(first.concat(others, axis), values[0].dtype)
    elif len(values) == 1:
        job.give(values[0])
    elif (tensor := _tensor(job, values, axis)) is not None:
        job.give(tensor)
    elif all(value.is_fixed for value in values):
        _joined(job, values, axis)
    else:
        job.give(job.layer("concat", {} if axis == 1 else {"dim": axis}, [job.as_layer(value) for value in values]))


def _tensor(job: Job, values: Sequence[Value], axis: int) -> Value | None:
    """Small tensors of the file as one: scales, or a weight in parts."""
    if any(value.tensor is None or value.steps or value.dtype != FLOAT for value in values):
        return None
    parts = [job.translator.numbers(value, every=True) for value in values]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or sum(len(part.flat) for part in known) > MOST:
        return None
    tensor = packed(job.output(), known[0].concat(known[1:], axis))
    return Value(tensor.name, tensor.dtype, tensor.dims, tensor=tensor)


def _joined(job: Job, values: Sequence[Value], axis: int) -> None:
    parts = [partial(job.translator.elements, value) for value in values]
    first = values[0].shape
    extent: Any = sum((value.shape[axis] for value in values[1:]), start=first[axis])
    shape = (*first[:axis], extent, *first[axis + 1 :])
    job.give(
        Value(job.output(), values[0].dtype, shape, derived=lambda: np.concatenate([p() for p in parts], axis=axis))
    )


def split_(job: Job) -> None:
    """Split into equal parts, or into parts of given sizes."""
    value = job.value()
    axis = job.whole("axis", 0) % len(value.shape)
    count = len(job.node.outputs)
    known = job.translator.numbers(value)
    sizes = [*job.known(1, "split").flat] if job.has(1) else job.wholes("split")
    extent = value.shape[axis]
    if sizes is None:
        if isinstance(extent, Count) or (extent % count and job.opset < UNEVEN):
            raise NotUnderstood(f"{count} parts of {extent} elements")
        most = -(-extent // count)
        sizes = [min(most, extent - most * place) for place in range(count)]
    if known is not None:
        starts = [sum(sizes[:i]) for i in range(len(sizes))]
        for index, (start, size) in enumerate(zip(starts, sizes, strict=True)):
            job.give_numbers(known.slice(axis, start, 1, size), value.dtype, index)
        return
    if sum(sizes) != extent:
        value = job.fitted(job.as_layer(value), axis, sum(sizes))
    if len(sizes) == 1:
        job.give(value)
        return
    sections: Any = len(sizes) if len(set(sizes)) == 1 else sizes
    args = {"sections": sections, **({} if axis == 1 else {"dim": axis})}
    for index, part in enumerate(job.parts("split", args, [job.as_layer(value)])):
        job.give(part, index)


def depthtospace_(job: Job) -> None:
    """DepthToSpace: channels become places."""
    x = job.as_layer(job.value())
    block = job.whole("blocksize")
    mode = job.text("mode", "DCR")
    job.wants("mode", mode, "DCR", "CRD")
    if mode == "CRD":
        job.give(job.layer("pixel_shuffle", {"upscale_factor": block}, [x]))
        return
    n, c, h, w = x.shape
    inner: Any = exact_div(c, block * block)
    y = job.layer("reshape", {"shape": (n, block, block, inner, h, w)}, [x], tag="split")
    y = job.layer("permute", {"dims": [0, 3, 4, 1, 5, 2]}, [y], tag="move")
    job.give(job.layer("reshape", {"shape": (n, inner, h * block, w * block)}, [y]))


def spacetodepth_(job: Job) -> None:
    """SpaceToDepth: places become channels."""
    x = job.as_layer(job.value())
    block = job.whole("blocksize")
    n, c, h, w = x.shape
    high, wide = exact_div(h, block), exact_div(w, block)
    y = job.layer("reshape", {"shape": (n, c, high, block, wide, block)}, [x], tag="split")
    mode = job.text("mode", "DCR")
    job.wants("mode", mode, "DCR", "CRD")
    dims = [0, 3, 5, 1, 2, 4] if mode == "DCR" else [0, 1, 3, 5, 2, 4]
    y = job.layer("permute", {"dims": dims}, [y], tag="move")
    job.give(job.layer("reshape", {"shape": (n, c * block * block, high, wide)}, [y]))
