"""Values made longer: padding, repetition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.translation.onnx.contents import decimal
from cnnplan.translation.onnx.operators.selection import derive
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value


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
    derive(job, value, shape, lambda array: pad(array, job.sized(widths), mode, **more))


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
        derive(job, value, shape, lambda array: np.tile(array, job.sized(counts)))
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
