"""Elements that are written into others, or taken from anywhere."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.ops.base import show
from cnnplan.translation.onnx.operators.plumbing import derive, unnamed
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.numbers import Numbers
    from cnnplan.translation.onnx.values import Value


def scatternd_(job: Job) -> None:
    """ScatterND into a constant."""
    job.wants("reduction", job.text("reduction", "none"), "none")
    data, updates = job.value(0), unnamed(job, job.value(2))
    if data.is_fixed and updates.is_fixed:
        scattered(job)
    else:
        job.give(replaced(job, job.as_layer(data), updates, _box(job.known(1, "indices"))))


def scattered(job: Job) -> None:
    """A constant into which others are written."""
    data, updates = job.value(0), unnamed(job, job.value(2))
    derive(job, data.shape, _scattered, values=[data, job.value(1), updates])


def _box(known: Numbers) -> list[tuple[int, int]]:
    """Where each axis starts and how many there are, of indices that are a grid of ranges."""
    *counts, axes = known.shape
    starts = known.flat[:axes]
    wanted = [start + place for at in product(*map(range, counts)) for start, place in zip(starts, at, strict=False)]
    if axes != len(counts) or [*known.flat] != wanted:
        raise NotUnderstood("ScatterND into what a layer gives, but for a part of it")
    return [*zip(starts, counts, strict=True)]


def replaced(job: Job, data: Value, updates: Value, box: Sequence[tuple[Any, Any]]) -> Value:
    """A part of a layer's output, from some place on along the first axes, in the place of which others are written."""
    y = job.as_layer(updates)
    wanted = (*(count for _, count in box), *data.shape[len(box) :])
    if y.shape != wanted:
        raise NotUnderstood(f"{show(y.shape)} written in the place of {show(wanted)}")
    return _written(job, data, y, [(axis, *part) for axis, part in enumerate(box) if part != (0, data.shape[axis])])


def _written(job: Job, data: Value, y: Value, box: list[tuple[int, Any, Any]]) -> Value:
    """Axis by axis: what is before, the part itself, what is behind."""
    if not box:
        return y
    (axis, start, count), *others = box
    last = start + count
    dim = {} if axis == 1 else {"dim": axis}
    parts = []
    if start != 0:
        parts.append(job.layer("slice", {**dim, "end": start}, [data], tag=f"before{axis}"))
    inner = data
    if others:
        inner = job.layer("slice", {**dim, "start": start, "end": last}, [data], tag=f"part{axis}")
    parts.append(_written(job, inner, y, others))
    if last != data.shape[axis]:
        parts.append(job.layer("slice", {**dim, "start": last}, [data], tag=f"behind{axis}"))
    return job.layer("concat", dim, parts, tag="written" if others or axis else "")


def _scattered(data: Any, indices: Any, updates: Any) -> Any:
    found = data.copy()
    found[tuple(np.moveaxis(indices, -1, 0))] = updates
    return found


def scatterelements_(job: Job) -> None:
    """ScatterElements into a constant."""
    job.wants("reduction", job.text("reduction", "none"), "none")
    axis = job.whole("axis")

    def put(data: Any, indices: Any, updates: Any) -> Any:
        found = data.copy()
        np.put_along_axis(found, indices, updates, axis)
        return found

    derive(job, job.value().shape, put)


def gathernd_(job: Job) -> None:
    """GatherND from a constant."""
    job.wants("batch_dims", job.whole("batch_dims"), 0)
    value, index = job.value(0), job.value(1)
    depth: Any = index.shape[-1]
    shape = (*index.shape[:-1], *value.shape[depth:])
    derive(job, shape, lambda data, indices: data[tuple(np.moveaxis(indices, -1, 0))])


def gatherelements_(job: Job) -> None:
    """GatherElements from a constant."""
    axis = job.whole("axis")
    derive(job, job.value(1).shape, lambda data, indices: np.take_along_axis(data, indices, axis))
