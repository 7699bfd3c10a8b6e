"""Layers of PyTorch source that compare, choose, reduce, fill in, or read their weights from another layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.torch.source.written import Layer, Written, called, given

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "compare",
    "constant",
    "crop",
    "deform_conv",
    "fake_quantize",
    "filtered",
    "gather",
    "lent",
    "locally_connected",
    "lp_pool",
    "multiplied",
    "pad",
    "reduce",
    "where",
]

SIGNS: Final = {
    "greater": ">", "greater_equal": ">=", "less": "<", "less_equal": "<=", "equal": "==", "not_equal": "!=",
}  # fmt: skip

REDUCED: Final = {"sum": "sum", "mean": "mean", "max": "amax", "min": "amin", "logsumexp": "logsumexp"}
RANGES: Final = {
    "int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767), "uint16": (0, 65535), "int4": (-8, 7),
    "uint4": (0, 15),
}  # fmt: skip


def pad(layer: Layer) -> Written:
    """Axes made longer or shorter; PyTorch counts them from the last one."""
    dims = layer.values.dims
    axes = [*range(2, layer.rank)] if dims is None else [dim % layer.rank for dim in _several(dims)]
    sides = dict(zip(axes, _pairs(layer, len(axes)), strict=True))
    flat: list[str] = []
    for axis in reversed(range(min(axes), layer.rank)):
        flat += sides.get(axis, ("0", "0"))
    more = given(layer, "mode", "value")
    more = {key: text for key, text in more.items() if text not in {"'constant'", "0.0"}}
    return Written("", called("F.pad", layer.reads[0], f"({', '.join(flat)})", **more))


def _several(value: Any) -> Sequence[int]:
    return value if isinstance(value, tuple | list) else (value,)


def _pairs(layer: Layer, axes: int) -> list[tuple[str, str]]:
    """Before and after of each axis, as text."""
    told = layer.padding
    if told is None:
        raw = layer.values.padding
        told = raw if isinstance(raw, tuple) else str(raw)
    if isinstance(told, str):
        return [(told, told)] * axes
    pairs = [tuple(map(str, each)) if isinstance(each, tuple) else (str(each), str(each)) for each in told]
    return [(pair[0], pair[1]) for pair in (pairs * axes if len(pairs) == 1 else pairs)]


def crop(layer: Layer) -> Written:
    """The middle, as large as a number or another input."""
    if len(layer.reads) > 1:
        size = f"{layer.reads[1]}.shape[2:]"
    else:
        size = layer.args["size"]
        size = size if size.startswith("(") else f"({', '.join([size] * (layer.rank - 2))}{',' * (layer.rank == 3)})"  # noqa: PLR2004
    return Written("", f"center_crop({layer.reads[0]}, {size})", ("center_crop",))


def reduce(layer: Layer) -> Written:
    """Elements along axes made one."""
    mode, x = layer.values.mode, layer.reads[0]
    dim = layer.args.get("dim", str(tuple(range(layer.rank))))
    more = given(layer, "keepdim")
    if mode in REDUCED:
        return Written("", called(f"{x}.{REDUCED[mode]}", f"dim={dim}", **more))
    if mode in {"l1", "l2"}:
        return Written("", called("torch.linalg.vector_norm", x, mode[1], f"dim={dim}", **more))
    if mode in {"var", "std"}:
        return Written("", called(f"{x}.{mode}", f"dim={dim}", **given(layer, "correction"), **more))
    if mode == "sum_square":
        return Written("", called(f"({x} * {x}).sum", f"dim={dim}", **more))
    axes = sorted((each % layer.rank for each in _several(layer.values.dim or tuple(range(layer.rank)))), reverse=True)
    call = x
    for axis in axes:
        call = called(f"{call}.prod", f"dim={axis}", **more)
    return Written("", call)


def compare(layer: Layer) -> Written:
    """True or false."""
    other = layer.reads[1] if len(layer.reads) > 1 else layer.args["value"]
    return Written("", f"{layer.reads[0]} {SIGNS[layer.values.mode]} {other}")


def where(layer: Layer) -> Written:
    """One or the other."""
    other = layer.reads[2] if len(layer.reads) > 2 else layer.args["value"]  # noqa: PLR2004 - the choice, and two
    return Written("", called("torch.where", *layer.reads[:2], other))


def constant(layer: Layer) -> Written:
    """Numbers that are not trained."""
    dtype = layer.values.dtype
    more = {"dtype": f"torch.{dtype}" if dtype else None, "device": f"{layer.device}.device" if layer.device else None}
    if layer.values.values is not None:
        if dtype is None:
            more["dtype"] = f"{layer.device}.dtype" if layer.device else "torch.get_default_dtype()"
        return Written("", called("torch.tensor", layer.args["values"], **more))
    if layer.values.value is not None:
        if dtype is None and layer.device:
            more["dtype"] = f"{layer.device}.dtype"
        value = layer.args["value"]
        value = f"{value}.0" if dtype is None and value.lstrip("-").isdigit() else value
        return Written("", called("torch.full", layer.args["shape"], value, **more))
    made = called("Constant", layer.args["shape"], **({"dtype": f"torch.{dtype}"} if dtype else {}))
    return Written(made, "{}()", ("Constant",))


def multiplied(layer: Layer) -> Written:
    """A linear layer by a weight that another layer gives."""
    x, weight = layer.reads
    if "bias" in layer.weights:
        return Written(f"Bias({layer.args['out_features']})", called("F.linear", x, weight, "{}()"), ("Bias",))
    return Written("", called("F.linear", x, weight))


def filtered(layer: Layer) -> Written:
    """A convolution by a weight that another layer gives, transposed or not."""
    transposed = layer.verb == "conv_transpose"
    name = f"F.conv{'_transpose' if transposed else ''}{layer.rank - 2}d"
    if layer.values.padding in ("same", "same_lower") or isinstance(layer.padding, tuple):
        raise Unwritable("a convolution by a weight that is computed, padded to its size or unevenly")
    if layer.args.get("padding_mode", "'zeros'") != "'zeros'":
        raise Unwritable("a convolution by a weight that is computed, padded with something else than zeros")
    more = given(layer, "stride", "padding", "output_padding", "groups", "dilation")
    x, weight = layer.reads
    if "bias" in layer.weights:
        return Written(f"Bias({layer.args['out_channels']})", called(name, x, weight, "{}()", **more), ("Bias",))
    return Written("", called(name, x, weight, **more))


def gather(layer: Layer) -> Written:
    """Elements of an axis, by a list, a table or another layer."""
    x, dim = layer.reads[0], layer.values.dim % layer.rank
    index = layer.reads[1] if len(layer.reads) > 1 else f"torch.tensor({layer.args['index']}, device={x}.device)"
    if len(layer.reads) == 1 and isinstance(layer.values.index, tuple) and isinstance(layer.values.index[0], int):
        return Written("", f"{x}.index_select({dim}, {index})")
    before = (f"index = {index}",) if len(layer.reads) == 1 else ()
    index = "index" if before else index
    return Written("", f"{x}[{':, ' * dim}{index}]", before=before)


def lp_pool(layer: Layer) -> Written:
    """The norm of each window."""
    if layer.values.padding not in (0, "valid") or layer.values.ceil_mode:
        raise Unwritable("a pooling by norms that is padded or in ceil mode: PyTorch's F.lp_pool knows neither")
    power = layer.args["norm_type"]
    name = f"F.lp_pool{layer.rank - 2}d"
    return Written("", called(name, layer.reads[0], power, layer.args["kernel_size"], **given(layer, "stride")))


def locally_connected(layer: Layer) -> Written:
    """Windows with weights of their own."""
    if layer.values.padding not in (0, "valid") and (
        isinstance(layer.padding, tuple) or not layer.args["padding"].isdigit()
    ):
        raise Unwritable("a layer without shared weights that is padded unevenly")
    if "weight" not in layer.weights:
        raise Unwritable("a layer without shared weights, whose number of places is a number of today's sizes")
    more = given(layer, "stride", "padding", "dilation", "bias")
    return Written(
        called("LocallyConnected", str(tuple(layer.weights["weight"])), **more),
        f"{{}}({layer.reads[0]})",
        ("LocallyConnected",),
    )


def deform_conv(layer: Layer) -> Written:
    """A convolution whose taps are moved: torchvision has it."""
    if isinstance(layer.padding, tuple) or layer.values.padding in ("same", "same_lower"):
        raise Unwritable("a deformable convolution that is padded unevenly or to its size")
    more = given(layer, "stride", "padding", "dilation", "groups", "bias")
    module = called("DeformConv2d", layer.channels, layer.args["out_channels"], layer.args["kernel_size"], **more)
    return Written(module, f"{{}}({', '.join(layer.reads)})")


def fake_quantize(layer: Layer) -> Written:
    """Rounded to steps."""
    if layer.values.scale is None:
        raise Unwritable("fake_quantize without a scale: PyTorch has no step that fits itself to the tensor")
    low, high = RANGES[layer.values.dtype]
    zero = layer.args.get("zero_point", "0")
    told = (layer.reads[0], layer.args["scale"], zero, str(low), str(high))
    return Written("", called("torch.fake_quantize_per_tensor_affine", *told))


def lent(layer: Layer, written: Written, owner: str, verb: str) -> Written:
    """A layer with the weights of an earlier one; where that is of another operator, with its weight alone.

    Raises:
        Unwritable: it takes more than a weight of the other.
    """
    if layer.verb == verb or not written.module:
        return written
    if (layer.verb, verb) != ("linear", "embedding"):
        raise Unwritable(f"a {layer.verb} with the weights of a {verb}")
    return Written("", called("F.linear", layer.reads[0], f"{owner}.weight"))
