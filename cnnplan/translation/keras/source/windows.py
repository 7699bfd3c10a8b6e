"""Layers with windows, and images in other sizes, as Keras 3 writes them, channels first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.keras.source.written import FIRST, Layer, flag, made, optional, padded

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["adaptive", "conv", "conv_transpose", "pad", "pool", "upsample", "whole"]


def conv(layer: Layer) -> str:
    """A convolution; padding that is no `same` of Keras's stands in front of it."""
    if len(layer.reads) > 1:
        raise Unwritable("a convolution by a weight that is computed")
    if not flag(layer, "padding_mode", "'zeros'"):
        raise Unwritable(f"padding_mode: {layer.args['padding_mode']}")
    more = optional(
        layer,
        strides=("stride", "1"),
        dilation_rate=("dilation", "1"),
        groups=("groups", "1"),
        use_bias=("bias", "True"),
    )
    same = layer.op.padding == "same"
    x = layer.x if same else padded(layer)
    more |= {"padding": '"same"'} if same else {}
    return made(
        f"Conv{layer.axes}D", layer.args["out_channels"], layer.args["kernel_size"], FIRST, x=x, layer=layer, **more
    )


def conv_transpose(layer: Layer) -> str:
    """A transposed convolution, of which PyTorch's padding is cut off."""
    op = layer.op
    if len(layer.reads) > 1 or op.groups != 1 or op.dilation != 1:
        raise Unwritable("a transposed convolution in groups, with holes, or by a weight that is computed")
    if not (isinstance(op.kernel_size, int) and isinstance(op.stride, int) and isinstance(op.output_padding, int)):
        raise Unwritable("a transposed convolution whose axes differ")
    more = optional(layer, strides=("stride", "1"), use_bias=("bias", "True"))
    call = made(
        f"Conv{layer.axes}DTranspose",
        layer.args["out_channels"],
        layer.args["kernel_size"],
        FIRST,
        x=layer.x,
        layer=layer,
        **more,
    )
    pad = op.padding if isinstance(op.padding, int) else None
    if pad is None:
        raise Unwritable("a transposed convolution that is padded unevenly")
    end = pad + max(op.stride - op.kernel_size, 0) - op.output_padding
    if end < 0:
        raise Unwritable("a transposed convolution with more output padding than padding")
    if not pad and not end:
        return call
    part = f"{pad or ''}:{-end if end else ''}"
    return f"{call}[:, :, {', '.join([part] * layer.axes)}]"


def pool(name: str, value: str) -> Callable[[Layer], str]:
    """Windows, of the greatest or the mean."""

    def writer(layer: Layer) -> str:
        op = layer.op
        if op.ceil_mode or getattr(op, "dilation", 1) != 1 or getattr(op, "divisor_override", None) is not None:
            raise Unwritable(f"{layer.verb} in ceil mode, with holes or another divisor")
        if op.padding == "same" and (layer.verb == "max_pool" or not op.count_include_pad):
            more = {"strides": layer.args["stride"]} if layer.args["stride"] != "None" else {}
            told = (layer.args["kernel_size"], FIRST, 'padding="same"')
            return made(f"{name}Pooling{layer.axes}D", *told, x=layer.x, layer=layer, **more)
        x = padded(layer, value)
        if layer.verb == "avg_pool" and not op.count_include_pad and x != layer.x:
            raise Unwritable("avg_pool that leaves its padding out of the mean")
        more = {"strides": layer.args["stride"]} if layer.args["stride"] != "None" else {}
        return made(f"{name}Pooling{layer.axes}D", layer.args["kernel_size"], FIRST, x=x, layer=layer, **more)

    return writer


def whole(name: str) -> Callable[[Layer], str]:
    """A pooling of everything."""
    return lambda layer: made(f"Global{name}Pooling{layer.axes}D", FIRST, "keepdims=True", x=layer.x, layer=layer)


def adaptive(name: str) -> Callable[[Layer], str]:
    """A pooling to a size."""

    def writer(layer: Layer) -> str:
        if layer.args["output_size"] == "1":
            return whole(name)(layer)
        return made(f"Adaptive{name}Pooling{layer.axes}D", layer.args["output_size"], FIRST, x=layer.x, layer=layer)

    return writer


def pad(layer: Layer) -> str:
    """Axes made longer."""
    if layer.op.dims is not None or any(side.startswith("-") for pair in layer.sides for side in pair):
        raise Unwritable("pad of other axes than those of space, or by less than nothing")
    if layer.args["mode"] != "'constant'":
        raise Unwritable(f"pad by {layer.args['mode']}")
    return padded(layer, layer.args["value"])


def upsample(layer: Layer) -> str:
    """An image in another size."""
    op = layer.op
    scale = op.scale_factor
    if op.size is not None or not isinstance(scale, int) or op.align_corners or op.antialias:
        raise Unwritable("upsample to a size, by a fraction or to the corners")
    if op.mode == "nearest":
        x = layer.x
        for axis in range(2, layer.rank):
            x = f"ops.repeat({x}, {layer.args['scale_factor']}, axis={axis})"
        return x
    if op.mode != "bilinear":
        raise Unwritable(f"upsample by {op.mode}")
    return made("UpSampling2D", layer.args["scale_factor"], FIRST, 'interpolation="bilinear"', x=layer.x, layer=layer)
