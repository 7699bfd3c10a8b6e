"""Poolings."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.writing.operators.windows import windows
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer


def _pool(layer: Layer, *, dilated: bool = False) -> dict[str, Any]:
    how = windows(layer, dilated=dilated)
    return {**how, "ceil_mode": 1} if layer.op.ceil_mode else how


def max_pool_(layer: Layer) -> str:
    """MaxPool."""
    return layer.call("MaxPool", **_pool(layer, dilated=True))


def max_unpool_(layer: Layer) -> str:
    """MaxUnpool, of the places that the MaxPool of its second input gives beside the maxima."""
    x, pooled = layer.inputs
    how = _pool(layer)
    if "auto_pad" in how:
        raise Unwritable(f"padding {layer.op.padding} of a max_unpool")
    ones = [1] * (layer.rank - 2)
    places = layer.file.second("MaxPool", [pooled], {**how, "dilations": ones})
    told = {name: value for name, value in how.items() if name in ("kernel_shape", "strides", "pads")}
    return layer.call("MaxUnpool", [x, places, layer.extents(layer.shape)], **told)


def avg_pool_(layer: Layer) -> str:
    """AveragePool; another divisor is a factor behind it."""
    op = layer.op
    how = _pool(layer)
    if op.count_include_pad and (any(how.get("pads", [])) or op.divisor_override is not None):
        how["count_include_pad"] = 1
    if op.divisor_override is None:
        return layer.call("AveragePool", **how)
    if op.ceil_mode or "auto_pad" in how:
        raise Unwritable("divisor_override with windows that are cut off")
    mean = layer.call("AveragePool", **{**how, "count_include_pad": 1})
    factor = prod(how["kernel_shape"]) / layer.known("divisor_override", op.divisor_override)
    return layer.call("Mul", [mean, layer.number(factor)])


def lp_pool_(layer: Layer) -> str:
    """LpPool, which takes the size of elements; PyTorch takes elements as they are, the same for even powers."""
    power = layer.op.norm_type
    if power != int(power) or int(power) % 2:
        raise Unwritable(f"norm_type {power} of an lp_pool, of which ONNX takes the absolute value")
    return layer.call("LpPool", p=int(power), **_pool(layer))


def global_avg_pool_(layer: Layer) -> str:
    """GlobalAveragePool."""
    return layer.call("GlobalAveragePool")


def global_max_pool_(layer: Layer) -> str:
    """GlobalMaxPool."""
    return layer.call("GlobalMaxPool")
