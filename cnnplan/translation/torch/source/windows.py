"""Layers with windows, and images in other sizes, as PyTorch writes them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.torch.source.choosing import filtered
from cnnplan.translation.torch.source.written import Layer, Written, called, given

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["adaptive", "conv", "conv_transpose", "pool", "upsample"]


USUAL: Final = frozenset({("count_include_pad", "True"), ("ceil_mode", "False"), ("padding", "0"), ("dilation", "1")})
"""Arguments of a pooling that PyTorch takes where they are left out."""


def uneven(layer: Layer) -> bool:
    """Whether the padding is not the same on both sides."""
    return isinstance(layer.values.padding, tuple) and any(isinstance(each, tuple) for each in layer.values.padding)


def padded(layer: Layer, value: str = "0") -> tuple[dict[str, str], str, tuple[str, ...]]:
    """The padding as an argument; or what pads the input before."""
    padding, x = layer.values.padding, layer.reads[0]
    if "padding" in layer.args and not _settled(layer.args["padding"]) and not uneven(layer):
        return given(layer, "padding"), x, ()
    if padding in {"same", "same_lower"}:
        if padding == "same_lower":
            raise Unwritable("padding: same_lower")
        stride = layer.args.get("stride", "1" if layer.verb == "conv" else layer.args["kernel_size"])
        if stride == "1" and value == "0":
            return {"padding": "'same'"}, x, ()
        more = {**given(layer, "dilation"), **({"value": value} if value != "0" else {})}
        return {}, called("pad_same", x, layer.args["kernel_size"], stride, **more), ("pad_same",)
    if padding in {"valid", 0}:
        return {}, x, ()
    if uneven(layer):
        pairs = layer.padding or padding
        pairs = pairs if all(isinstance(each, tuple) for each in pairs) else [pairs]
        flat = ", ".join(f"{before}, {after}" for before, after in reversed([*pairs]))
        return {}, f"F.pad({x}, ({flat})" + (f", value={value})" if value != "0" else ")"), ()
    return given(layer, "padding"), x, ()


def _settled(text: str) -> bool:
    """Whether it is a value, and no expression."""
    try:
        ast.literal_eval(text)
    except ValueError:
        return False
    return True


def conv(layer: Layer) -> Written:
    """A convolution; of a weight that is given, the function."""
    if len(layer.reads) > 1:
        return filtered(layer)
    padding, x, needs = padded(layer)
    rank = layer.rank - 2
    more = {**given(layer, "stride"), **padding, **given(layer, "dilation", "groups", "bias", "padding_mode")}
    module = called(f"nn.Conv{rank}d", layer.channels, layer.args["out_channels"], layer.args["kernel_size"], **more)
    return Written(module, f"{{}}({x})", needs)


def conv_transpose(layer: Layer) -> Written:
    """A transposed convolution."""
    if len(layer.reads) > 1:
        return filtered(layer)
    if uneven(layer):
        raise Unwritable("a transposed convolution that is padded unevenly")
    more = given(layer, "stride", "padding", "output_padding", "groups", "bias", "dilation")
    name = f"nn.ConvTranspose{layer.rank - 2}d"
    module = called(name, layer.channels, layer.args["out_channels"], layer.args["kernel_size"], **more)
    return Written(module, f"{{}}({layer.reads[0]})")


def pool(name: str, *known: str, value: str = "0") -> Callable[[Layer], Written]:
    """A pooling."""

    def writer(layer: Layer) -> Written:
        padding, x, needs = padded(layer, value)
        if "padding" not in padding and x != layer.reads[0] and name == "avg_pool":
            raise Unwritable("an average of windows that is padded unevenly")
        more = {**given(layer, "stride"), **padding, **given(layer, *known)}
        more = {key: text for key, text in more.items() if (key, text) not in USUAL}
        function = f"F.{name}{layer.rank - 2}d"
        return Written("", called(function, x, layer.args["kernel_size"], **more), needs)

    return writer


def adaptive(name: str) -> Callable[[Layer], Written]:
    """A pooling to a size."""
    return lambda layer: Written(
        "", f"F.{name}{layer.rank - 2}d({layer.reads[0]}, {layer.args.get('output_size', '1')})"
    )


def upsample(layer: Layer) -> Written:
    """An image in another size."""
    more = given(layer, "size", "scale_factor", "mode", "align_corners", "antialias")
    return Written("", called("F.interpolate", layer.reads[0], **more))
