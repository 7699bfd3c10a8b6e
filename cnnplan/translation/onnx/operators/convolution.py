"""Convolutions; their padding, and the weights that must fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Size
from cnnplan.translation.onnx.operators.products import linear
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value

SAME = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": 0}


def plain(numbers: list[Any]) -> Any:
    """One number where all are alike."""
    return numbers[0] if len(set(numbers)) == 1 else numbers


def padding(job: Job, axes: int) -> Any:
    """The padding as the language writes it."""
    auto = job.text("auto_pad", "NOTSET")
    if auto in SAME:
        return SAME[auto]
    job.wants("auto_pad", auto, "NOTSET", "")
    pads = job.wholes("pads") or [0] * 2 * axes
    if len(pads) != 2 * axes:
        raise NotUnderstood(f"pads has {len(pads)} numbers for {axes} axes")
    if any(pad < 0 for pad in pads):
        raise NotUnderstood(f"pads {pads}")
    before, after = pads[:axes], pads[axes:]
    if before == after:
        return plain(before)
    return [[first, last] for first, last in zip(before, after, strict=True)]


def windows(job: Job, kernel: list[int], **unset: Any) -> dict[str, Any]:
    """The arguments of a window that are not as they are by default."""
    axes = len(kernel)
    args = {
        "kernel_size": plain(kernel),
        "stride": plain(job.wholes("strides") or [1] * axes),
        "padding": padding(job, axes),
        "dilation": plain(job.wholes("dilations") or [1] * axes),
    }
    default = {"stride": 1, "padding": 0, "dilation": 1, **unset}
    return {key: value for key, value in args.items() if key not in default or value != default[key]}


def _bias(job: Job) -> Value | None:
    return job.value(2) if job.has(2) else None


def conv_(job: Job) -> None:
    """Conv: a layer with its weights, or one whose weight is computed."""
    job.give(convolved(job, job.value(0), job.value(1), _bias(job)))


def convolved(job: Job, x: Value, w: Value, bias: Value | None) -> Value:
    """A convolution with the attributes of a node."""
    x = job.as_layer(x)
    shape: Any = w.shape
    groups = job.whole("group", 1)
    kernel = job.wholes("kernel_shape") or [*shape[2:]]
    if [*shape[2:]] != kernel:
        raise NotUnderstood(f"kernel_shape {kernel}, and its weight is {shape}")
    args = {"out_channels": shape[0], **windows(job, kernel)}
    if (
        len(kernel) == 1
        and not isinstance(x.shape[-1], int | Size)
        and args == {"out_channels": shape[0], "kernel_size": 1}
    ):
        return _tokens(job, x, w, bias)
    if groups != 1:
        args["groups"] = groups
    x = job.fitted(x, 1, shape[1] * groups)
    return _weighted(job, "conv", args, x, w, bias)


def _tokens(job: Job, x: Value, weight: Value, bias: Value | None) -> Value:
    """A window of one element along merged axes: a linear layer on the channels of every token."""
    if job.whole("group", 1) != 1 or not weight.is_weight or not (bias is None or bias.is_weight):
        raise NotUnderstood("a convolution along merged axes")
    flat = weight.rearranged(weight.shape[:2], lambda array: array[:, :, 0])
    x = job.layer("permute", {"dims": [0, 2, 1]}, [x], tag="tokens")
    y = linear(job, x, flat, bias)
    return job.layer("permute", {"dims": [0, 2, 1]}, [y], tag="channels")


def _weighted(  # noqa: PLR0913, PLR0917 - what a layer is made of
    job: Job, verb: str, args: dict[str, Any], x: Value, weight: Value, bias: Value | None
) -> Value:
    """The layer; a weight that another layer gives is read."""
    weights = {}
    if bias is None:
        args["bias"] = False
    elif bias.layer:
        raise NotUnderstood("its bias is computed")
    if not weight.layer:
        weights["weight"] = weight
    if bias is not None:
        weights["bias"] = bias
    return job.layer(verb, args, [x, weight] if weight.layer else [x], weights)


def convtranspose_(job: Job) -> None:
    """ConvTranspose, its padding worked out where it is given as a size."""
    x, w = job.as_layer(job.value(0)), job.value(1)
    shape: Any = w.shape
    groups = job.whole("group", 1)
    kernel = [*shape[2:]]
    args = {"out_channels": shape[1] * groups, "kernel_size": plain(kernel), **_transposed(job, kernel, x)}
    if groups != 1:
        args["groups"] = groups
    x = job.fitted(x, 1, shape[0])
    job.give(_weighted(job, "conv_transpose", args, x, w, _bias(job)))


def _transposed(job: Job, kernel: list[int], x: Value) -> dict[str, Any]:
    axes = len(kernel)
    strides = job.wholes("strides") or [1] * axes
    dilations = job.wholes("dilations") or [1] * axes
    more = job.wholes("output_padding") or [0] * axes
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    args: dict[str, Any] = {}
    asked = job.wholes("output_shape")
    auto = job.text("auto_pad", "NOTSET")
    if asked:
        totals = [
            s * (n - 1) + p + r - y
            for s, n, p, r, y in zip(strides, x.shape[2:], more, reach, asked[-axes:], strict=True)
        ]
        pads: Any = _halves(totals, auto)
    elif auto.startswith("SAME"):
        pads = _halves([r + p - s for r, p, s in zip(reach, more, strides, strict=True)], auto)
    else:
        pads = padding(job, axes)
    defaults = {"stride": (plain(strides), 1), "padding": (pads, 0), "dilation": (plain(dilations), 1)}
    args |= {key: value for key, (value, default) in defaults.items() if value != default}
    if any(more):
        args["output_padding"] = plain(more)
    return args


def _halves(totals: list[Any], auto: str) -> Any:
    """What is taken away on both sides; the odd one where SAME says, at the start unless it is SAME_UPPER."""
    if not all(isinstance(total, int) for total in totals):
        raise NotUnderstood("output_shape at an input whose size may vary")
    if any(total < 0 for total in totals):
        raise NotUnderstood("a kernel that is smaller than the stride, with a padding that is worked out")
    pairs = [(total // 2, total - total // 2) for total in totals]
    if auto != "SAME_UPPER":
        pairs = [(after, before) for before, after in pairs]
    if all(before == after for before, after in pairs):
        return plain([before for before, _ in pairs])
    return [[before, after] for before, after in pairs]


def deformconv_(job: Job) -> None:
    """DeformConv: offsets, and factors where there are some."""
    x, w = job.as_layer(job.value(0)), job.value(1)
    shape: Any = w.shape
    if w.layer:
        raise NotUnderstood("its weight is computed")
    args = {"out_channels": shape[0], **windows(job, [*shape[2:]])}
    groups, offsets = job.whole("group", 1), job.whole("offset_group", 1)
    args |= {"groups": groups} if groups != 1 else {}
    args |= {"offset_groups": offsets} if offsets != 1 else {}
    x = job.fitted(x, 1, shape[1] * groups)
    weights = {"weight": w}
    if job.has(3):
        weights["bias"] = job.value(3)
    else:
        args["bias"] = False
    mask = [job.as_layer(job.value(4))] if job.has(4) else []
    job.give(job.layer("deform_conv", args, [x, job.as_layer(job.value(2)), *mask], weights))
