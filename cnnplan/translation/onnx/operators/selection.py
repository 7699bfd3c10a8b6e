"""Parts of a value: slices, look-ups, the greatest."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.sizes import Count, ceil_div, ge
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.numbers import Numbers
    from cnnplan.translation.onnx.values import Value

FAR = 2**31 - 2
"""From there on a number means the end of an axis."""


def derive(job: Job, value: Value, shape: Any, step: Callable[[Any], Any]) -> None:
    """What rests on no input and no trained weight, in another form."""
    elements = partial(job.translator.elements, value)
    job.give(
        replace(
            value,
            name=job.output(),
            shape=shape,
            numbers=None,
            tensor=None,
            steps=(),
            fill=None,
            counts_from=None,
            derived=lambda: step(elements()),
        )
    )


def slice_(job: Job) -> None:
    """Slice along axes, one after the other."""
    value = job.value()
    starts = [*job.known(1, "starts").flat] if job.has(1) else job.wholes("starts") or []
    ends = [*job.known(2, "ends").flat] if job.has(2) else job.wholes("ends") or []
    axes = job.axes(3) or [*range(len(starts))]
    steps = [*job.known(4, "steps").flat] if job.has(4) else [1] * len(starts)
    known = job.translator.numbers(value)
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        dim = axis % len(value.shape)
        extent: Any = value.shape[dim]
        first, last = _clamped(start, extent, step), _clamped(end, extent, step)
        if known is not None:
            places = range(len(range(extent)[slice(start, None if end < -FAR else end, step)]))
            known = known.slice(dim, first if step > 0 else min(first, extent - 1), step, len(places))
            value = replace(value, shape=known.shape)
        elif first == 0 and step == 1 and last == extent:
            continue
        elif step < 0:
            value = _backwards(job, value, dim, (start, end, step))
        else:
            value = _cut(job, value, dim, (first, last, step))
    if known is not None:
        job.give_numbers(known, value.dtype)
    else:
        job.give(value)


def _clamped(place: Any, extent: Any, step: int) -> Any:
    """A place counted from the front and kept inside, where that can be told."""
    if isinstance(place, int) and abs(place) >= FAR:
        return extent if place > 0 else 0
    if isinstance(place, Count):
        if place == extent or ge(extent, place).verdict:
            return place
        return place if ge(place, extent).verdict is not True else extent
    found = extent + place if place < 0 else place
    if isinstance(extent, int):
        return max(0, min(found, extent if step > 0 else extent - 1)) if isinstance(found, int) else found
    if ge(found, extent).verdict is True:
        return extent
    return found


def _cut(job: Job, value: Value, dim: int, part: tuple[Any, Any, int]) -> Value:
    """A part of an axis, whatever the value is; of a weight a layer, since the rest of it is trained as well."""
    first, last, step = part
    if not value.layer and value.is_fixed:
        job.translator.builder.decisions.require(ge(value.shape[dim], last))
    plain = all(isinstance(n, int) for n in (first, last))
    if value.is_fixed:
        count = ceil_div(max(last - first, 0) if plain else last - first, step)
        shape = (*value.shape[:dim], count, *value.shape[dim + 1 :])
        index = (*[slice(None)] * dim, slice(first, last, step))
        if value.tensor is not None:
            return value.rearranged(
                shape, lambda array: array[job.sized(index)], f"{value.name}[{dim}:{first}:{last}:{step}]"
            )
        elements = partial(job.translator.elements, value)
        counts = None if value.counts_from is None or step != 1 else value.counts_from + first
        part_of = replace(value, shape=shape, numbers=None, counts_from=counts)
        return replace(part_of, derived=lambda: elements()[job.sized(index)])
    args: dict[str, Any] = {"dim": dim, "start": first, "end": last, "step": step}
    default = {"dim": 1, "start": 0, "end": value.shape[dim], "step": 1}
    args = {key: each for key, each in args.items() if each != default[key]}
    return job.layer("slice", args, [job.as_layer(value)])


def _backwards(job: Job, value: Value, dim: int, part: tuple[Any, Any, int]) -> Value:
    """A part of an axis from its end to its start, as the file tells it."""
    start, end, step = part
    extent: Any = value.shape[dim]
    lower: Any
    upper: Any
    to_start = isinstance(end, int) and end < -FAR
    if all(isinstance(n, int) for n in (start, end, extent)):
        places = range(extent)[slice(start, None if to_start else end, step)]
        lower, upper = (places[-1], places[0] + 1) if places else (0, 0)
        if not places:
            raise NotUnderstood(f"no elements from {start} to {end}")
    else:
        lower = 0 if to_start else _clamped(end, extent, 1) + 1
        upper = extent if isinstance(start, int) and start >= FAR else _clamped(start, extent, 1) + 1
    if lower != 0 or upper != extent:
        value = _cut(job, value, dim, (lower, upper, 1))
    value = _turned(job, value, dim)
    return value if step == -1 else _cut(job, value, dim, (0, value.shape[dim], -step))


def _turned(job: Job, value: Value, dim: int) -> Value:
    """An axis the other way round."""
    if value.layer or not (value.is_fixed or value.tensor is not None):
        return job.layer("flip", {"dims": dim}, [job.as_layer(value)])
    if value.tensor is not None:
        return value.rearranged(value.shape, partial(_flipped, dim=dim), f"{value.name}[flipped {dim}]")
    elements = partial(job.translator.elements, value)
    return replace(value, numbers=None, counts_from=None, derived=lambda: _flipped(elements(), dim=dim))


def _flipped(array: Any, *, dim: int) -> Any:
    return np.flip(array, dim)


def gather_(job: Job) -> None:
    """Gather: of sizes worked out, of a table an embedding, elsewhere a slice or a list."""
    value, index = job.value(0), job.value(1)
    known, wanted = job.translator.numbers(value), job.translator.numbers(index)
    axis = job.whole("axis", 0) % max(len(value.shape), 1)
    if known is not None and wanted is not None:
        job.give_numbers(known.gather(axis, wanted), value.dtype)
    elif wanted is None and index.layer and value.is_weight and axis == 0 and len(value.shape) == 2:  # noqa: PLR2004
        rows, width = value.shape
        args = {"num_embeddings": rows, "embedding_dim": width}
        job.give(job.layer("embedding", args, [index], {"weight": value}))
    elif wanted is not None:
        job.give(_picked(job, value, axis, wanted))
    elif value.is_fixed and index.is_fixed:
        parts = partial(job.translator.elements, index)
        shape = (*value.shape[:axis], *index.shape, *value.shape[axis + 1 :])
        derive(job, value, shape, lambda array: np.take(array, parts(), axis))
    else:
        args = {} if axis == 1 else {"dim": axis}
        job.give(job.layer("gather", args, [job.as_layer(value), job.as_layer(index)]))


def _picked(job: Job, value: Value, axis: int, wanted: Numbers) -> Value:
    """Elements of an axis that are known."""
    extent = value.shape[axis]
    places = [n + extent if isinstance(n, int) and n < 0 and isinstance(extent, int) else n for n in wanted.flat]
    if value.is_weight and len(places) > 1:
        return _listed(job, value, axis, wanted)
    if value.is_fixed and value.tensor is not None and all(isinstance(n, int) for n in places):
        shape = (*value.shape[:axis], *wanted.shape, *value.shape[axis + 1 :])
        index = _grid(places, wanted.shape)
        return value.rearranged(shape, lambda array: np.take(array, index, axis), f"{value.name}[{axis}:{places}]")
    if len(places) == 1 and not (isinstance(places[0], int) and places[0] < 0 and isinstance(extent, Count)):
        first = places[0]
        part = _cut(job, value, axis, (first, first + 1, 1)) if extent != 1 else job.as_layer(value)
        return _without(job, part, axis, wanted.shape)
    return _listed(job, value, axis, wanted)


def _without(job: Job, value: Value, axis: int, shape: tuple[int, ...]) -> Value:
    if len(shape) == 1:
        return value
    if not shape and len(value.shape) > 1:
        return job.layer("squeeze", {"dim": axis}, [job.as_layer(value)], tag="squeeze")
    return job.reshaped(job.as_layer(value), (*value.shape[:axis], *shape, *value.shape[axis + 1 :]), "squeeze")


def _listed(job: Job, value: Value, axis: int, wanted: Numbers) -> Value:
    """By a list, or a table of its own where it is long."""
    x = job.as_layer(value)
    args: dict[str, Any] = {} if axis == 1 else {"dim": axis}
    if len(wanted.flat) <= 64 and len(wanted.shape) == 1:  # noqa: PLR2004
        return job.layer("gather", {**args, "index": [*wanted.flat]}, [x])
    return job.layer("gather", args, [x, job.as_layer(job.value(1))])


def _grid(places: list[Any], shape: tuple[int, ...]) -> Any:
    return lambda: np.array(places).reshape(shape)


def topk_(job: Job) -> None:
    """TopK, its values."""
    job.unused(1)
    x = job.as_layer(job.value())
    count = job.known(1, "k").flat[0] if job.has(1) else job.whole("k")
    args: dict[str, Any] = {"k": count, "dim": job.whole("axis", -1) % len(x.shape)}
    if not job.whole("largest", 1):
        args["largest"] = False
    job.give(job.layer("topk", args, [x]))
