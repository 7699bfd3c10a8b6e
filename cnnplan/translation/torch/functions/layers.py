"""Layers with windows and with weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch.functions.table import number, one, takes, told
from cnnplan.translation.torch.made import Binary, Rounded
from cnnplan.translation.torch.merging import Formula
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from cnnplan.translation.torch.emitting import Emitter


@takes("conv1d", "conv2d", "conv3d", "conv")
def conv(
    t: Emitter,
    x: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """A convolution; `same` of PyTorch puts the odd zero at the end, as ours."""
    if isinstance(padding, str):
        padding = "same" if padding == "same" else 0
    args = {"out_channels": weight.shape[0], "kernel_size": one(weight.shape[2:]), "bias": bias is not None}
    args |= {"stride": one(stride), "padding": one(padding), "dilation": one(dilation), "groups": groups}
    args = told(args, stride=1, padding=0, dilation=1, groups=1, bias=True)
    return filtered(t, "conv", args, x, weight, bias)


@takes("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(
    t: Emitter,
    x: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """A transposed convolution."""
    args = {"out_channels": weight.shape[1] * groups, "kernel_size": one(weight.shape[2:]), "bias": bias is not None}
    args |= {"stride": one(stride), "padding": one(padding), "output_padding": one(output_padding)}
    args |= {"groups": groups, "dilation": one(dilation)}
    args = told(args, stride=1, padding=0, output_padding=0, dilation=1, groups=1, bias=True)
    return filtered(t, "conv_transpose", args, x, weight, bias)


@takes("linear")
def linear(t: Emitter, x: Value, weight: Value, bias: Value | None = None) -> Any:
    """A linear layer."""
    args = told({"out_features": weight.shape[0], "bias": bias is not None}, bias=True)
    return filtered(t, "linear", args, x, weight, bias)


def filtered(t: Emitter, verb: str, args: dict[str, Any], x: Value, weight: Value, bias: Value | None) -> Any:
    """Such a layer with weights of its own; or with a weight that is computed, and a bias that is added."""
    if t.owned(weight=weight, bias=bias):
        return t.weighted(verb, args, [x], weight=weight, bias=bias)
    if bias is not None and t.owned(bias=bias) and not weight.param:
        return t.weighted(verb, args, [x, weight], bias=bias)
    made = t.add(verb, {**args, "bias": False}, [x, weight])
    if bias is None:
        return made
    rank = x.rank
    axis = rank - 1 if verb == "linear" else 1
    shape = [bias.shape[0] if dim == axis else 1 for dim in range(rank)]
    return t.add("add", {}, [made, t.add("reshape", {"shape": shape}, [bias])])


def pooled(kernel_size: Any, stride: Any, padding: Any, **more: Any) -> dict[str, Any]:
    """The arguments that poolings have in common."""
    kernel, step = one(kernel_size), one(stride)
    args = {"kernel_size": kernel, "stride": None if step in (None, (), kernel) else step, "padding": one(padding)}
    return told({**args, **more}, padding=0, dilation=1, ceil_mode=False, count_include_pad=True, divisor_override=None)


@takes("max_pool1d_with_indices", "max_pool2d_with_indices", "max_pool3d_with_indices")
def max_pool_with_indices(t: Emitter, input: Value, kernel_size: Any, *args: Any, **more: Any) -> Any:
    """A maximum of windows, and where it was, which max_unpool asks for."""
    more.pop("return_indices", None)
    names = ("stride", "padding", "dilation", "ceil_mode")
    told_ = (
        {"stride": None, "padding": 0, "dilation": 1, "ceil_mode": False} | dict(zip(names, args, strict=False)) | more
    )
    where = t.here.outputs[1].ref
    t.pools[where] = (input, pooled(kernel_size, told_["stride"], told_["padding"], ceil_mode=told_["ceil_mode"]))
    if t.here.outputs[0].ref not in t.wanted:
        return [None, None]
    return [max_pool(t, input, kernel_size, **told_), None]


@takes("max_unpool1d", "max_unpool2d", "max_unpool3d")
def max_unpool(t: Emitter, input: Value, indices: Value, *_: Any, **_more: Any) -> Any:
    """Maxima back where they were."""
    if indices.seen.ref not in t.pools:
        raise Refused("max_unpool with places that come from no max_pool")
    like, args = t.pools[indices.seen.ref]
    sizes = ([getattr(n, "value", n) for n in shape[2:]] for shape in (t.here.outputs[0].shape, like.shape))
    if len({*map(tuple, sizes)}) > 1:
        raise Refused("max_unpool to another size than that of what was pooled")
    return t.add("max_unpool", args, [input, like])


@takes("max_pool1d", "max_pool2d", "max_pool3d", "_max_pool1d", "_max_pool2d", "_max_pool3d", "fn")
def max_pool(
    t: Emitter,
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """A maximum of windows."""
    if return_indices:
        raise Refused("max_pool gives the places of its maxima too")
    return t.add("max_pool", pooled(kernel_size, stride, padding, dilation=one(dilation), ceil_mode=ceil_mode), [input])


@takes("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(
    t: Emitter,
    input: Value,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Any = None,
) -> Any:
    """A mean of windows."""
    more = {"ceil_mode": ceil_mode, "count_include_pad": count_include_pad, "divisor_override": divisor_override}
    return t.add("avg_pool", pooled(kernel_size, stride, padding, **more), [input])


@takes("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")
def adaptive_avg_pool(t: Emitter, x: Value, output_size: Any) -> Any:
    """A mean of parts."""
    size = one(output_size)
    if size == 1:
        return t.add("global_avg_pool", {}, [x])
    return t.add("adaptive_avg_pool", {"output_size": size}, [x])


@takes("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def adaptive_max_pool(t: Emitter, x: Value, output_size: Any, return_indices: bool = False) -> Any:
    """A maximum of parts."""
    if return_indices:
        raise Refused("adaptive_max_pool gives the places of its maxima too")
    size = one(output_size)
    if size == 1:
        return t.add("global_max_pool", {}, [x])
    return t.add("adaptive_max_pool", {"output_size": size}, [x])


@takes("lp_pool1d", "lp_pool2d", "lp_pool3d")
def lp_pool(t: Emitter, x: Value, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Any:
    """A norm of windows."""
    if ceil_mode:
        raise Refused("lp_pool in ceil mode")
    return t.add("lp_pool", {"norm_type": norm_type, **pooled(kernel_size, stride, 0)}, [x])


@takes("prelu")
def prelu(t: Emitter, x: Value, weight: Value) -> Any:
    """A slope that is trained."""
    return t.weighted("prelu", told({"num_parameters": weight.shape[0]}, num_parameters=1), [x], weight=weight)


@takes("embedding")
def embedding(t: Emitter, x: Value, weight: Value, *_: Any, **_more: Any) -> Any:
    """Rows of a table, which may be somebody else's weight too; of one that is a parameter itself, elements of it."""
    if not t.owned(weight=weight):
        return t.add("gather", {"dim": 0}, [weight, x])
    args = {"num_embeddings": weight.shape[0], "embedding_dim": weight.shape[1]}
    return t.weighted("embedding", args, [x], weight=weight)


@takes("interpolate", "upsample")
def interpolate(
    t: Emitter,
    input: Value,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: Any = None,
    recompute_scale_factor: Any = None,
    antialias: bool = False,
) -> Any:
    """An image in another size."""
    smooth = antialias and mode in {"bilinear", "bicubic"} and not align_corners
    if antialias > smooth or mode not in {"nearest", "linear", "bilinear", "bicubic", "trilinear"}:
        raise Refused(f"interpolate by {mode}{' with antialias' if antialias else ''}")
    if scale_factor is not None:
        factors = scale_factor if isinstance(scale_factor, tuple) else (scale_factor,) * (input.rank - 2)
        whole = all(number(f) == int(f) for f in factors)
        if recompute_scale_factor and not whole:
            size, scale_factor = tuple(map(_times, input.shape[2:], factors)), None
        else:
            scale_factor = one(tuple(int(f) if number(f) == int(f) else f for f in factors))
    more = {"when": resized(t, size, input)} if t.optional else {}
    args = {"size": one(size), "scale_factor": scale_factor, "mode": mode}
    if align_corners and mode != "nearest":
        args["align_corners"] = True
    if smooth:
        args["antialias"] = True
    return t.add("upsample", told(args, mode="nearest"), [input], **more)


def resized(t: Emitter, size: Any, x: Value) -> str:
    """Whether an image has another size, in the language: where it has that already nothing is computed."""
    sides = size if isinstance(size, tuple) else (size,) * (x.rank - 2)
    pairs = [(t.argument(one), t.argument(other)) for one, other in zip(sides, x.shape[2:], strict=True)]
    return " or ".join(f"{one} != {other}" for one, other in pairs if one != other) or "false"


def _times(extent: Any, factor: float) -> Any:
    """An extent times a decimal, as it is computed where the size is given and not the factor."""
    if isinstance(extent, Formula):
        return Formula(Rounded("floor", Binary("*", extent.made, factor)), math.floor(extent.value * factor))
    return math.floor(extent * factor)
