"""Parts of a value, and values made longer: slices, look-ups, padding, repetition, resizing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.sizes import Count, ceil_div, ge
from cnnplan.translation.onnx.contents import decimal
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.numbers import Numbers
    from cnnplan.translation.onnx.values import Value

FAR = 2**31 - 2
"""From there on a number means the end of an axis."""


def _derived(job: Job, value: Value, shape: Any, step: Callable[[Any], Any]) -> None:
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
    """A part of an axis, whatever the value is."""
    first, last, step = part
    if step < 1:
        return _reversed(job, value, dim, part)
    plain = all(isinstance(n, int) for n in (first, last))
    if not value.layer and (plain or value.is_fixed):
        count = ceil_div(max(last - first, 0) if plain else last - first, step)
        shape = (*value.shape[:dim], count, *value.shape[dim + 1 :])
        index = (*[slice(None)] * dim, slice(first, last, step))
        if value.tensor is not None:
            return value.rearranged(
                shape, lambda array: array[job.sized(index)], f"{value.name}[{dim}:{first}:{last}:{step}]"
            )
        elements = partial(job.translator.elements, value)
        return replace(value, shape=shape, numbers=None, derived=lambda: elements()[job.sized(index)])
    args: dict[str, Any] = {"dim": dim, "start": first, "end": last, "step": step}
    default = {"dim": 1, "start": 0, "end": value.shape[dim], "step": 1}
    args = {key: each for key, each in args.items() if each != default[key]}
    return job.layer("slice", args, [job.as_layer(value)])


def _reversed(job: Job, value: Value, dim: int, part: tuple[Any, Any, int]) -> Value:
    """An axis from its end to its start."""
    first, _, step = part
    extent = value.shape[dim]
    if step != -1 or not isinstance(extent, int) or not isinstance(first, int) or first < extent - 1:
        raise NotUnderstood(f"steps {step}")
    return job.layer("gather", {"dim": dim, "index": [*reversed(range(extent))]}, [job.as_layer(value)])


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
        _derived(job, value, shape, lambda array: np.take(array, parts(), axis))
    else:
        args = {} if axis == 1 else {"dim": axis}
        job.give(job.layer("gather", args, [job.as_layer(value), job.as_layer(index)]))


def _picked(job: Job, value: Value, axis: int, wanted: Numbers) -> Value:
    """Elements of an axis that are known."""
    extent = value.shape[axis]
    places = [n + extent if isinstance(n, int) and n < 0 and isinstance(extent, int) else n for n in wanted.flat]
    if not value.layer and value.tensor is not None and all(isinstance(n, int) for n in places):
        shape = (*value.shape[:axis], *wanted.shape, *value.shape[axis + 1 :])
        index = _grid(places, wanted.shape)
        if value.is_weight and len(places) > 1:
            return _listed(job, value, axis, wanted)
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


def pad_(job: Job) -> None:
    """Pad."""
    x = job.value()
    mode = job.text("mode", "constant")
    modes = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
    job.wants("mode", mode, *modes)
    pads = [*job.known(1, "pads").flat] if job.has(1) else job.wholes("pads") or job.wholes("paddings") or []
    rank = len(x.shape)
    axes = [axis % rank for axis in (job.axes(3) if job.has(3) else None) or range(rank)]
    pairs = {axis: (pads[i], pads[i + len(axes)]) for i, axis in enumerate(axes)}
    pairs = {axis: pair for axis, pair in pairs.items() if pair != (0, 0)}
    if not pairs:
        job.give(x)
        return
    if not x.layer and x.is_fixed:
        _padded(job, x, pairs, mode)
        return
    args: dict[str, Any] = _places(pairs, rank)
    if mode != "constant":
        args["mode"] = modes[mode]
    fill = _fill(job)
    if fill:
        args["value"] = fill
    job.give(job.layer("pad", args, [job.as_layer(x)]))


def _fill(job: Job) -> Any:
    if job.has(2):
        found = job.known(2, "the value").flat
        return found[0] if found else 0
    return decimal(job.number("value", 0.0))


def _places(pairs: dict[int, Any], rank: int) -> dict[str, Any]:
    """Padding and axes as the language writes them."""
    dims = sorted(pairs)
    spatial = [*range(2, rank)]
    if all(dim in spatial for dim in dims):
        every = [pairs.get(dim, (0, 0)) for dim in spatial]
        if len(set(every)) == 1 and every[0][0] == every[0][1]:
            return {"padding": every[0][0]}
        return {"padding": [[*pair] for pair in every]}
    return {"padding": [[*pairs[dim]] for dim in dims], "dims": dims[0] if len(dims) == 1 else dims}


def _padded(job: Job, value: Value, pairs: dict[int, Any], mode: str) -> None:
    widths: Any = [pairs.get(axis, (0, 0)) for axis in range(len(value.shape))]
    shape = tuple(n + sum(pair) for n, pair in zip(value.shape, widths, strict=True))
    more: Any = {"constant_values": float(_fill(job))} if mode == "constant" else {}
    pad: Any = np.pad
    _derived(job, value, shape, lambda array: pad(array, job.sized(widths), mode, **more))


def tile_(job: Job) -> None:
    """Tile: copies beside each other along axes."""
    value = job.value()
    counts = job.known(1, "repeats").flat
    known = job.translator.numbers(value)
    if known is not None and all(isinstance(count, int) for count in counts):
        for axis, count in enumerate(counts):
            known = known.concat([known] * (count - 1), axis)
        job.give_numbers(known, value.dtype)
        return
    if value.is_fixed:
        shape = tuple(n * count for n, count in zip(value.shape, counts, strict=True))
        _derived(job, value, shape, lambda array: np.tile(array, job.sized(counts)))
        return
    x = job.as_layer(value)
    for axis, count in enumerate(counts):
        if count == 1:
            continue
        if x.shape[axis] == 1:
            x = job.layer("expand", {"shape": [-1 if i != axis else count for i in range(len(x.shape))]}, [x])
        elif isinstance(count, int):
            x = job.layer("concat", {} if axis == 1 else {"dim": axis}, [x] * count)
        else:
            raise NotUnderstood(f"{count} copies")
    job.give(x)


def upsample_(job: Job) -> None:
    """Upsample, which Resize took the place of."""
    scales = [*job.known(1, "scales").flat] if job.has(1) else [decimal(n) for n in job.numbers("scales") or []]
    mode = job.text("mode", "nearest")
    job.wants("mode", mode, "nearest", "linear", "bilinear")
    if mode != "nearest":
        raise NotUnderstood(f"mode {mode} of Upsample, whose places are those of no framework")
    _resized(job, job.as_layer(job.value()), {"scale_factor": scales}, "nearest", "asymmetric", "floor")


def resize_(job: Job) -> None:
    """Resize by scales or to sizes, with the coordinates that PyTorch has too."""
    x = job.as_layer(job.value())
    old = job.opset < 11  # noqa: PLR2004 - the version that took sizes in
    scales, sizes = (1, 9) if old else (2, 3)
    axes = job.wholes("axes")
    if job.text("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise NotUnderstood(f"keep_aspect_ratio_policy {job.text('keep_aspect_ratio_policy')}")
    job.wants("antialias", job.whole("antialias"), 0)
    how: dict[str, list[Any]] = {}
    if job.has(sizes):
        how["size"] = _every(job.known(sizes, "sizes").flat, axes, x.shape)
    elif job.has(scales):
        how["scale_factor"] = _every(job.known(scales, "scales").flat, axes, (1,) * len(x.shape))
    if not any(how.values()):
        raise NotUnderstood("neither scales nor sizes")
    mode = job.text("mode", "nearest")
    places = job.text("coordinate_transformation_mode", "asymmetric" if old else "half_pixel")
    rounding = job.text("nearest_mode", "floor" if old else "round_prefer_floor")
    _resized(job, x, how, mode, places, rounding)


def _every(numbers: Any, axes: list[int] | None, default: Any) -> list[Any]:
    if axes is None:
        return [*numbers]
    found = [*default]
    for axis, number in zip(axes, numbers, strict=True):
        found[axis % len(found)] = number
    return found


def _resized(job: Job, x: Value, how: dict[str, list[Any]], mode: str, places: str, rounding: str) -> None:  # noqa: PLR0913, PLR0917
    ((key, numbers),) = how.items()
    front = [1, 1] if key == "scale_factor" else [*x.shape[:2]]
    if numbers[:2] != front:
        raise NotUnderstood(f"a {key} of {numbers[:2]} for the first two axes")
    spatial = numbers[2:]
    if key == "size" and spatial == [*x.shape[2:]]:
        job.give(x)
        return
    args: dict[str, Any] = {key: spatial[0] if len(set(map(str, spatial))) == 1 and key != "size" else spatial}
    modes = {"nearest": "nearest", "cubic": "bicubic"}
    modes["linear"] = {3: "linear", 4: "bilinear", 5: "trilinear"}.get(len(x.shape), "linear")
    job.wants("mode", mode, *modes)
    if mode != "nearest":
        args["mode"] = modes[mode]
    if mode == "nearest":
        _nearest(x, key, spatial, places, rounding)
    elif places == "align_corners":
        if key == "scale_factor" and not all(_comes_out_even(*pair) for pair in zip(x.shape[2:], spatial, strict=True)):
            raise NotUnderstood("align_corners by scales to sizes that are not whole, which move what is aligned")
        args["align_corners"] = True
    else:
        job.wants("coordinate_transformation_mode", places, "half_pixel", "pytorch_half_pixel")
        if places == "pytorch_half_pixel" and key == "size" and 1 in spatial:
            raise NotUnderstood(f"coordinate_transformation_mode {places} to a size of 1")
    if mode == "cubic" and decimal(job.number("cubic_coeff_a", -0.75)) != Fraction(-3, 4):
        raise NotUnderstood(f"cubic_coeff_a {job.number('cubic_coeff_a')}")
    job.give(job.layer("upsample", args, [x]))


def _comes_out_even(extent: Any, scale: Any) -> bool:
    """Whether an extent times a scale is whole, at all sizes."""
    factor = Fraction(scale)
    return factor.denominator == 1 or (isinstance(extent, int) and (extent * factor).denominator == 1)


def _nearest(x: Value, key: str, numbers: list[Any], places: str, rounding: str) -> None:
    """Refuse to take other neighbours than PyTorch does."""
    if places == "asymmetric" and rounding == "floor":
        return
    whole = key == "scale_factor" and all(isinstance(n, int) for n in numbers)
    if key == "size":
        pairs = zip(numbers, x.shape[2:], strict=True)
        whole = all(isinstance(n, int) and isinstance(m, int) and n % m == 0 for n, m in pairs)
    half = places in ("half_pixel", "pytorch_half_pixel", "half_pixel_symmetric") and rounding == "round_prefer_floor"
    if not (whole and (half or (places == "asymmetric" and rounding == "round_prefer_floor" and max(numbers) <= 2))):  # noqa: PLR2004
        raise NotUnderstood(f"nearest with coordinate_transformation_mode {places} and nearest_mode {rounding}")
