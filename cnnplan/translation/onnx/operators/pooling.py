"""Poolings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Size, floor_div
from cnnplan.translation.onnx.contents import INT64
from cnnplan.translation.onnx.operators.convolution import windows
from cnnplan.translation.onnx.refusals import NotUnderstood
from cnnplan.translation.onnx.values import Value

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job


def _pool(
    job: Job, x: Value, verb: str, more: dict[str, Any], *, dilated: bool = False
) -> tuple[Value, dict[str, Any]]:
    """The layer, and its arguments."""
    kernel = job.wholes("kernel_shape") or []
    args = {**windows(job, kernel), **more}
    args.setdefault("stride", 1)
    if args["stride"] == args["kernel_size"]:
        del args["stride"]
    if job.whole("ceil_mode"):
        args["ceil_mode"] = True
    if not dilated and args.pop("dilation", 1) != 1:
        raise NotUnderstood(f"dilations {job.wholes('dilations')}")
    return job.layer(verb, args, [job.as_layer(x)]), args


def maxpool_(job: Job) -> None:
    """MaxPool; the places of what it took are for a MaxUnpool."""
    job.wants("storage_order", job.whole("storage_order"), 0)
    x = job.as_layer(job.value())
    y, args = _pool(job, x, "max_pool", {}, dilated=True)
    job.give(y)
    if job.translator.is_read(job.output(1)):
        job.give(Value(job.output(1), INT64, job.translator.value(job.output()).shape, places=(x, args)), 1)


def maxunpool_(job: Job) -> None:
    """MaxUnpool, of places that a MaxPool gives, in the size of what that read."""
    places = job.value(1).places
    if places is None:
        raise NotUnderstood(f"its places are {job.node.inputs[1]}, and no second output of a MaxPool")
    pooled, args = places
    if args.get("dilation", 1) != 1:
        raise NotUnderstood(f"places of a MaxPool with dilations {args['dilation']}")
    told = job.known(2, "output_shape") if job.has(2) else None
    if told is not None and tuple(told.flat) != pooled.shape:
        raise NotUnderstood(f"output_shape {tuple(told.flat)} for the places in {pooled.shape}")
    kernel = job.wholes("kernel_shape") or []
    strides, pads = job.wholes("strides") or [1] * len(kernel), job.wholes("pads") or [0] * 2 * len(kernel)
    sizes = job.value().shape[2:]
    geometry = zip(sizes, kernel, strides, pads, pads[len(kernel) :], strict=False)
    if told is None and tuple((n - 1) * s + k - p - q for n, k, s, p, q in geometry) != pooled.shape[2:]:
        raise NotUnderstood(f"no output_shape, and places in {pooled.shape}")
    job.give(job.layer("max_unpool", args, [job.as_layer(job.value()), pooled]))


def averagepool_(job: Job) -> None:
    """AveragePool, which leaves padding out unless it is told."""
    job.give(averaged(job, job.value()))


def averaged(job: Job, x: Value) -> Value:
    """The means of windows."""
    tokens = _tokens(job, job.as_layer(x))
    if tokens is not None:
        return tokens
    padded = any(job.wholes("pads") or []) or job.text("auto_pad", "NOTSET").startswith("SAME")
    more = {} if job.whole("count_include_pad") or not padded else {"count_include_pad": False}
    return _pool(job, x, "avg_pool", more)[0]


def _tokens(job: Job, x: Value) -> Value | None:
    """The mean of rows of tokens, where merged axes are no spatial one; None where they are."""
    kernel, strides = job.wholes("kernel_shape") or [], job.wholes("strides") or [1]
    if len(kernel) != 1 or isinstance(x.shape[-1], int | Size) or kernel != strides or any(job.wholes("pads") or []):
        return None
    n, channels, tokens = x.shape
    (size,) = kernel
    if job.whole("ceil_mode"):
        raise NotUnderstood("ceil_mode along merged axes")
    rows = floor_div(tokens, size)
    whole = job.layer("slice", {"dim": 2, "end": rows * size}, [x], tag="whole")
    parts = job.layer("reshape", {"shape": (n, channels, rows, size)}, [whole], tag="rows")
    return job.layer("mean", {"dim": 3}, [parts])


def lppool_(job: Job) -> None:
    """LpPool."""
    job.wants("auto_pad", job.text("auto_pad", "NOTSET"), "NOTSET", "VALID")
    power, x = job.whole("p", 2), job.value()
    if power % 2:
        x = job.layer("abs", {}, [job.as_layer(x)], tag="abs")
    job.give(_pool(job, x, "lp_pool", {"norm_type": power})[0])


def globalaveragepool_(job: Job) -> None:
    """GlobalAveragePool."""
    job.give(job.layer("global_avg_pool", {}, [job.as_layer(job.value())]))


def globalmaxpool_(job: Job) -> None:
    """GlobalMaxPool."""
    job.give(job.layer("global_max_pool", {}, [job.as_layer(job.value())]))
