"""Convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.ops.windows import is_same
from cnnplan.translation.onnx.writing.operators.windows import pads, windows
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer

MODES: Final = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _operands(layer: Layer, x: str) -> list[str]:
    """The input, the weight, which may be computed, and the bias."""
    weight = layer.inputs[1] if len(layer.inputs) > 1 else layer.weight("weight")
    return [x, weight, *([layer.weight("bias")] if layer.has("bias") else [])]


def conv_(layer: Layer) -> str:
    """Conv; a padding that is not of zeros stands before it."""
    how: dict[str, Any] = windows(layer)
    x = layer.x
    if layer.op.padding_mode != "zeros":
        if "pads" not in how:
            raise Unwritable(f"padding {layer.op.padding} with padding_mode {layer.op.padding_mode}")
        axes = layer.rank - 2
        before, after = how["pads"][:axes], how["pads"][axes:]
        x = layer.call("Pad", [x, layer.whole(0, 0, *before, 0, 0, *after)], mode=MODES[layer.op.padding_mode])
        how["pads"] = [0] * (2 * axes)
    return layer.call("Conv", _operands(layer, x), group=layer.known("groups", layer.op.groups), **how)


def conv_transpose_(layer: Layer) -> str:
    """ConvTranspose."""
    op = layer.op
    how: dict[str, Any] = {
        "kernel_shape": layer.numbers("kernel_size", op.kernel_size),
        "strides": layer.numbers("stride", op.stride),
        "dilations": layer.numbers("dilation", op.dilation),
        "group": layer.known("groups", op.groups),
    }
    if is_same(op.padding):
        raise Unwritable(f"padding {op.padding} of a conv_transpose, which runtimes read differently")
    how["pads"] = pads(layer, op.padding)
    more = layer.numbers("output_padding", op.output_padding)
    if any(more):
        how["output_padding"] = more
    return layer.call("ConvTranspose", _operands(layer, layer.x), **how)


def deform_conv_(layer: Layer) -> str:
    """DeformConv: offsets, and factors where there are some."""
    x, offset, *mask = layer.inputs
    bias = layer.weight("bias") if layer.has("bias") else ""
    inputs = [x, layer.weight("weight"), offset, bias, *mask]
    while not inputs[-1]:
        inputs.pop()
    groups = {
        "group": layer.known("groups", layer.op.groups),
        "offset_group": layer.known("offset_groups", layer.op.offset_groups),
    }
    return layer.call("DeformConv", inputs, **groups, **windows(layer))
