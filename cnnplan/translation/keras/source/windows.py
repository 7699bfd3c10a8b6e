"""Layers with windows, and images in other sizes, as Keras 3 writes them, channels first."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnnplan.ops.windows import per_axis
from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.keras.source.written import FIRST, Layer, flag, made, optional, padded, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "adaptive",
    "conv",
    "conv_transpose",
    "crop",
    "lp_pool",
    "pad",
    "pixel_shuffle",
    "pixel_unshuffle",
    "pool",
    "upsample",
    "whole",
]


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
    settle(layer, "kernel_size", "stride", "padding", "output_padding")
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
    return f"trimmed({call}, {pad}, {end})"


def pool(name: str, value: str) -> Callable[[Layer], str]:
    """Windows, of the greatest or the mean."""

    def writer(layer: Layer) -> str:
        op = layer.op
        if getattr(op, "dilation", 1) != 1 or getattr(op, "divisor_override", None) is not None:
            raise Unwritable(f"{layer.verb} with holes or another divisor")
        layer = _ceiled(layer) if op.ceil_mode else layer
        more = {"strides": layer.args["stride"]} if layer.args["stride"] != "None" else {}
        if op.padding == "same" and layer.verb == "max_pool":
            told = (layer.args["kernel_size"], FIRST, 'padding="same"')
            return made(f"{name}Pooling{layer.axes}D", *told, x=layer.x, layer=layer, **more)
        x = padded(layer, value)
        if layer.verb == "avg_pool" and not op.count_include_pad and x != layer.x:
            sides = ", ".join(f"({before}, {after})" for before, after in layer.sides)
            return f"average_pool({layer.x}, {layer.args['kernel_size']}, {layer.args['stride']}, {sides})"
        return made(f"{name}Pooling{layer.axes}D", layer.args["kernel_size"], FIRST, x=x, layer=layer, **more)

    return writer


def _ceiled(layer: Layer) -> Layer:
    """The same with what ceil mode adds at the end: a window more, if it begins in front of all padding."""
    settle(layer, "kernel_size", "stride", "padding")
    op = layer.op
    kernels, strides = (per_axis(each, layer.axes) for each in (op.kernel_size, op.stride or op.kernel_size))
    numbers = [(int(before), int(after)) for before, after in layer.sides if (before + after).isdigit()]
    if layer.verb != "max_pool" or len(numbers) != layer.axes:
        raise Unwritable(f"{layer.verb} in ceil mode")
    if any(after + s > k for (_, after), k, s in zip(numbers, kernels, strides, strict=True)):
        raise Unwritable("max_pool in ceil mode, whose last window may begin in the padding")
    return layer._replace(sides=[(str(b), str(a + s - 1)) for (b, a), s in zip(numbers, strides, strict=True)])


def lp_pool(layer: Layer) -> str:
    """A norm of each window."""
    settle(layer, "kernel_size")
    op = layer.op
    if op.ceil_mode or padded(layer) != layer.x or op.norm_type % 2:
        raise Unwritable("lp_pool in ceil mode, with padding, or by an odd power")
    size = prod(per_axis(op.kernel_size, layer.axes))
    stride = layer.args["kernel_size"] if layer.args["stride"] == "None" else layer.args["stride"]
    return f"power_pool({layer.x}, {layer.args['kernel_size']}, {stride}, {layer.args['norm_type']}, {size})"


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
    if any(side.startswith("-") for pair in layer.sides for side in pair):
        raise Unwritable("pad by less than nothing")
    mode = layer.op.mode
    if layer.op.dims is not None:
        return _padded_along(layer)
    if mode == "constant":
        return padded(layer, layer.args["value"])
    pairs = ", ".join(f"({before}, {after})" for before, after in layer.sides)
    if mode == "replicate":
        return f"replicate({layer.x}, {pairs})"
    if mode == "reflect":
        return f'ops.pad({layer.x}, ((0, 0), (0, 0), {pairs}), mode="reflect")'
    raise Unwritable(f"pad by {mode!r}")


def _padded_along(layer: Layer) -> str:
    """Some axes made longer."""
    dims = layer.op.dims if isinstance(layer.op.dims, tuple) else (layer.op.dims,)
    if layer.op.mode != "constant":
        raise Unwritable(f"pad of some axes by {layer.op.mode!r}")
    sides = dict(zip((dim % layer.rank for dim in dims), layer.sides, strict=True))
    pairs = ", ".join("({}, {})".format(*sides.get(axis, ("0", "0"))) for axis in range(layer.rank))
    value = layer.args["value"]
    more = f", constant_values={value}" if value not in {"0", "0.0"} else ""
    return f"ops.pad({layer.x}, ({pairs}){more})"


def upsample(layer: Layer) -> str:
    """An image in another size."""
    op = layer.op
    if op.align_corners or op.antialias:
        raise Unwritable("upsample to the corners, or with antialias")
    if op.size is not None:
        return _resized(layer)
    if not isinstance(op.scale_factor, int):
        raise Unwritable("upsample by a fraction, or by another factor along each axis")
    if op.mode == "nearest":
        return _repeated(layer, [layer.args["scale_factor"]] * layer.axes)
    if op.mode != "bilinear":
        raise Unwritable(f"upsample by {op.mode}")
    return made("UpSampling2D", layer.args["scale_factor"], FIRST, 'interpolation="bilinear"', x=layer.x, layer=layer)


def _repeated(layer: Layer, factors: Sequence[str]) -> str:
    """Every element as often as the factor of an axis says."""
    x = layer.x
    for axis, factor in enumerate(factors):
        x = f"ops.repeat({x}, {factor}, axis={2 + axis})"
    return x


def _resized(layer: Layer) -> str:
    """An image in a size that is told."""
    if not all(isinstance(n, int) for n in (*layer.shapes[0][2:], *per_axis(layer.op.size, layer.axes))):
        raise Unwritable("a size that depends on that of the input: Keras does not know it as it builds")
    size = layer.args["size"] if isinstance(layer.op.size, tuple) else f"({layer.args['size']},) * {layer.axes}"
    if layer.op.mode == "linear":
        image, size = f"ops.expand_dims({layer.x}, 2)", f"(1, {size.strip('()').split(',')[0]})"
        return f'ops.squeeze(ops.image.resize({image}, {size}, interpolation="bilinear", {FIRST}), 2)'
    if layer.op.mode == "bilinear":
        return f'ops.image.resize({layer.x}, {size}, interpolation="bilinear", {FIRST})'
    if layer.op.mode == "nearest" and not _uneven(layer):
        return f"enlarge({layer.x}, {size})"
    raise Unwritable(f"upsample by {layer.op.mode} to a size that is no multiple")


def _uneven(layer: Layer) -> bool:
    pairs = zip(per_axis(layer.op.size, layer.axes), layer.shapes[0][2:], strict=True)
    return any(n % m for n, m in pairs)


def pixel_shuffle(layer: Layer) -> str:
    """Channels as parts of an image."""
    return f"ops.depth_to_space({layer.x}, {layer.args['upscale_factor']}, {FIRST})"


def pixel_unshuffle(layer: Layer) -> str:
    """Parts of an image as channels."""
    return f"ops.space_to_depth({layer.x}, {layer.args['downscale_factor']}, {FIRST})"


def crop(layer: Layer) -> str:
    """The middle of an image, of a size that is told, or that of another."""
    if not all(isinstance(n, int) for shape in (layer.shapes[0], layer.op.output(*layer.shapes)) for n in shape[2:]):
        raise Unwritable("a size that depends on that of the input: Keras does not know it as it builds")
    size = layer.args["size"] if isinstance(layer.op.size, tuple) else f"({layer.args['size']},) * {layer.axes}"
    return f"crop({layer.x}, {f'{layer.reads[1]}.shape[2:]' if layer.op.size is None else size})"
