"""Normalizations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer


def _affine(layer: Layer) -> list[str]:
    """The weight and the bias; 1 and 0 where there are none."""
    channels = layer.known("the number of channels", layer.shapes[0][1])
    return [
        layer.weight(name)
        if layer.has(name)
        else layer.file.array(np.full(channels, fill, layer.file.dtype), f"{fill}_{channels}")
        for name, fill in (("weight", 1), ("bias", 0))
    ]


def batch_norm_(layer: Layer) -> str:
    """BatchNormalization with the statistics that it has."""
    if not layer.has("running_mean"):
        raise Unwritable(f"a {layer.op.verb} with the statistics of the batch")
    statistics = [layer.weight("running_mean"), layer.weight("running_var")]
    return layer.call("BatchNormalization", [layer.x, *_affine(layer), *statistics], epsilon=float(layer.op.eps))


def instance_norm_(layer: Layer) -> str:
    """InstanceNormalization; with statistics of its own what BatchNormalization does."""
    if layer.has("running_mean"):
        return batch_norm_(layer)
    return layer.call("InstanceNormalization", [layer.x, *_affine(layer)], epsilon=float(layer.op.eps))


def group_norm_(layer: Layer) -> str:
    """GroupNormalization with a weight for each channel."""
    groups = layer.known("num_groups", layer.op.num_groups)
    return layer.call("GroupNormalization", [layer.x, *_affine(layer)], epsilon=float(layer.op.eps), num_groups=groups)


def layer_norm_(layer: Layer) -> str:
    """LayerNormalization over the last axes; over channels they are the last for its time."""
    shape = layer.op.normalized_shape
    axes = len(shape) if isinstance(shape, tuple) else 1
    if shape is not None or layer.rank == 2:  # noqa: PLR2004 - channels are the last
        return _standardized(layer, layer.x, axes)
    behind = layer.call("Transpose", [layer.x], perm=[0, *range(2, layer.rank), 1])
    y = _standardized(layer, behind, 1)
    return layer.call("Transpose", [y], perm=[0, layer.rank - 1, *range(1, layer.rank - 1)])


def _standardized(layer: Layer, x: str, axes: int) -> str:
    """One node with a weight, written out without: (x - mean) / sqrt(variance + eps)."""
    if layer.has("weight") or layer.has("bias"):
        scale = layer.weight("weight") if layer.has("weight") else _ones(layer)
        inputs = [x, scale, *([layer.weight("bias")] if layer.has("bias") else [])]
        return layer.call("LayerNormalization", inputs, axis=-axes, epsilon=float(layer.op.eps))
    dims = layer.whole(*range(-axes, 0))
    mean = layer.call("ReduceMean", [x, dims], keepdims=1)
    centred = layer.call("Sub", [x, mean])
    square = layer.call("Mul", [centred, centred])
    variance = layer.call("ReduceMean", [square, dims], keepdims=1)
    more = layer.call("Add", [variance, layer.number(layer.op.eps)])
    y = layer.call("Div", [centred, layer.call("Sqrt", [more])])
    return layer.call("Add", [y, layer.weight("bias")]) if layer.has("bias") else y


def _ones(layer: Layer) -> str:
    """A scale where there is only a shift."""
    shape = [layer.known("normalized_shape", n) for n in layer.weights["bias"].shape]
    return layer.file.array(np.ones(shape, layer.file.dtype), f"1_{'_'.join(map(str, shape))}")


def local_response_norm_(layer: Layer) -> str:
    """LRN."""
    op = layer.op
    how: dict[str, Any] = {"alpha": float(op.alpha), "beta": float(op.beta), "bias": float(op.k)}
    return layer.call("LRN", size=layer.known("size", op.size), **how)
