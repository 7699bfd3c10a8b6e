"""Poolings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Size, floor_div
from cnnplan.translation.onnx.operators.convolution import windows
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job


def _pool(job: Job, verb: str, more: dict[str, Any], *, dilated: bool = False) -> None:
    kernel = job.wholes("kernel_shape") or []
    args = {**windows(job, kernel), **more}
    args.setdefault("stride", 1)
    if args["stride"] == args["kernel_size"]:
        del args["stride"]
    if job.whole("ceil_mode"):
        args["ceil_mode"] = True
    if not dilated and args.pop("dilation", 1) != 1:
        raise NotUnderstood(f"dilations {job.wholes('dilations')}")
    job.give(job.layer(verb, args, [job.as_layer(job.value())]))


def maxpool_(job: Job) -> None:
    """MaxPool, without the places of what it took."""
    job.unused(1)
    job.wants("storage_order", job.whole("storage_order"), 0)
    _pool(job, "max_pool", {}, dilated=True)


def averagepool_(job: Job) -> None:
    """AveragePool, which leaves padding out unless it is told."""
    if _tokens(job):
        return
    padded = any(job.wholes("pads") or []) or job.text("auto_pad", "NOTSET").startswith("SAME")
    _pool(job, "avg_pool", {} if job.whole("count_include_pad") or not padded else {"count_include_pad": False})


def _tokens(job: Job) -> bool:
    """The mean of rows of tokens, where merged axes are no spatial one; whether it is that."""
    x = job.as_layer(job.value())
    kernel, strides = job.wholes("kernel_shape") or [], job.wholes("strides") or [1]
    if len(kernel) != 1 or isinstance(x.shape[-1], int | Size) or kernel != strides or any(job.wholes("pads") or []):
        return False
    n, channels, tokens = x.shape
    (size,) = kernel
    if job.whole("ceil_mode"):
        raise NotUnderstood("ceil_mode along merged axes")
    rows = floor_div(tokens, size)
    whole = job.layer("slice", {"dim": 2, "end": rows * size}, [x], tag="whole")
    parts = job.layer("reshape", {"shape": (n, channels, rows, size)}, [whole], tag="rows")
    job.give(job.layer("mean", {"dim": 3}, [parts]))
    return True


def lppool_(job: Job) -> None:
    """LpPool."""
    job.wants("auto_pad", job.text("auto_pad", "NOTSET"), "NOTSET", "VALID")
    power = job.whole("p", 2)
    if power % 2:
        size = job.layer("abs", {}, [job.as_layer(job.value())], tag="abs")
        job.translator.give(job.node.inputs[0], size)
    _pool(job, "lp_pool", {"norm_type": power})


def globalaveragepool_(job: Job) -> None:
    """GlobalAveragePool."""
    job.give(job.layer("global_avg_pool", {}, [job.as_layer(job.value())]))


def globalmaxpool_(job: Job) -> None:
    """GlobalMaxPool."""
    job.give(job.layer("global_max_pool", {}, [job.as_layer(job.value())]))
