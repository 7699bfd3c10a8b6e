"""Layers with windows, with weights, and normalizations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch.emitting import Refused, Value
from cnnplan.translation.torch.functions.table import number, takes
from cnnplan.translation.torch.merging import Formula

if TYPE_CHECKING:
    from cnnplan.translation.torch.emitting import Emitter


def one(value: Any) -> Any:
    """`(3, 3)` as 3."""
    if isinstance(value, tuple) and value and all(each == value[0] for each in value):
        return value[0]
    return value


def told(args: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    """Arguments without those that are as they are anyway."""
    return {name: value for name, value in args.items() if name not in defaults or value != defaults[name]}


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


@takes("batch_norm")
def batch_norm(
    t: Emitter,
    input: Value,
    running_mean: Value | None = None,
    running_var: Value | None = None,
    weight: Value | None = None,
    bias: Value | None = None,
    training: bool = False,
    momentum: Any = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """A batch norm with statistics from training, or of the batch."""
    del momentum
    tracked = running_mean is not None and not training
    args: dict[str, Any] = {
        "eps": eps,
        "affine": weight is not None or bias is not None,
        "track_running_stats": tracked,
    }
    args |= {"weight": weight is not None, "bias": bias is not None} if args["affine"] else {}
    args = told(args, eps=1e-5, affine=True, track_running_stats=True, weight=True, bias=True)
    statistics = {"running_mean": running_mean, "running_var": running_var} if tracked else {}
    if not t.owned(weight=weight, bias=bias, **statistics) and not tracked:
        plain = t.add("batch_norm", {**args, "affine": False}, [input])
        return affine(t, plain, input.rank, weight, bias)
    return t.weighted("batch_norm", args, [input], weight=weight, bias=bias, **statistics)


def affine(t: Emitter, made: str, rank: int, weight: Value | None, bias: Value | None) -> str:
    """A scale and a shift of the channels that are somebody else's, or computed."""
    for verb, value in (("multiply", weight), ("add", bias)):
        if value is not None:
            shape = [1, *value.shape[:1], *[1] * (rank - 2)]
            made = t.add(verb, {}, [made, t.add("reshape", {"shape": shape}, [value])])
    return made


@takes("instance_norm")
def instance_norm(
    t: Emitter,
    input: Value,
    running_mean: Value | None = None,
    running_var: Value | None = None,
    weight: Value | None = None,
    bias: Value | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """An instance norm."""
    del momentum
    args = {"eps": eps, "affine": weight is not None, "track_running_stats": not use_input_stats}
    args = told(args, eps=1e-5, affine=False, track_running_stats=False)
    statistics = {} if use_input_stats else {"running_mean": running_mean, "running_var": running_var}
    return t.weighted("instance_norm", args, [input], weight=weight, bias=bias, **statistics)


@takes("layer_norm")
def layer_norm(
    t: Emitter,
    input: Value,
    normalized_shape: Any,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """A layer norm along the last axes."""
    if any(isinstance(extent, Formula) for extent in normalized_shape):
        raise Refused("layer_norm along axes whose extent depends on the size of the input")
    args = {"normalized_shape": one(normalized_shape) if len(normalized_shape) == 1 else normalized_shape}
    args |= told({"eps": eps, "elementwise_affine": weight is not None}, eps=1e-5, elementwise_affine=True)
    if weight is not None and bias is None:
        args["bias"] = False
    return t.weighted("layer_norm", args, [input], weight=weight, bias=bias)


@takes("group_norm")
def group_norm(
    t: Emitter,
    input: Value,
    num_groups: int,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """A group norm."""
    owned = (weight is not None or bias is not None) and t.owned(weight=weight, bias=bias)
    args = told({"num_groups": num_groups, "affine": owned, "eps": eps}, affine=True, eps=1e-5)
    if owned:
        args |= {name: False for name, held in (("weight", weight), ("bias", bias)) if held is None}
        return t.weighted("group_norm", args, [input], weight=weight, bias=bias)
    return affine(t, t.add("group_norm", args, [input]), input.rank, weight, bias)


@takes("rms_norm")
def rms_norm(t: Emitter, input: Value, normalized_shape: Any, weight: Value | None = None, eps: Any = None) -> Any:
    """Divided by the root of the mean of the squares, in its parts."""
    dims = [*range(input.rank - len(normalized_shape), input.rank)]
    squares = t.add("multiply", {}, [input, input], origin=t.origin("square"))
    mean = t.add("mean", {"dim": dims, "keepdim": True}, [squares], origin=t.origin("mean"))
    sum_ = t.add("add", {"value": 1.1920929e-07 if eps is None else eps}, [mean], origin=t.origin("eps"))
    factor = t.add("pow", {"exponent": -0.5}, [sum_], origin=t.origin("root"))
    made = t.add("multiply", {}, [input, factor], origin=t.origin("norm"))
    if weight is None:
        return made
    shape = [*[1] * (input.rank - weight.rank), *weight.shape]
    return t.add("multiply", {}, [made, t.add("reshape", {"shape": shape}, [weight])], origin=t.origin("scale"))


@takes("local_response_norm")
def local_response_norm(
    t: Emitter,
    input: Value,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
) -> Any:
    """A division by neighbouring channels."""
    return t.add("local_response_norm", {"size": size, "alpha": alpha, "beta": beta, "k": k}, [input])


@takes("prelu")
def prelu(t: Emitter, x: Value, weight: Value) -> Any:
    """A slope that is trained."""
    return t.weighted("prelu", told({"num_parameters": weight.shape[0]}, num_parameters=1), [x], weight=weight)


@takes("embedding")
def embedding(t: Emitter, x: Value, weight: Value, *_: Any, **_more: Any) -> Any:
    """Rows of a table."""
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
    del recompute_scale_factor
    smooth = antialias and mode in {"bilinear", "bicubic"} and not align_corners
    if antialias > smooth or mode not in {"nearest", "linear", "bilinear", "bicubic", "trilinear"}:
        raise Refused(f"interpolate by {mode}{' with antialias' if antialias else ''}")
    if scale_factor is not None:
        factors = scale_factor if isinstance(scale_factor, tuple) else (scale_factor,)
        scale_factor = one(tuple(int(number(f)) if number(f) == int(f) else f for f in factors))
        if len(factors) == 1:
            scale_factor = factors[0] if factors[0] != int(factors[0]) else int(factors[0])
    args = {"size": one(size), "scale_factor": scale_factor, "mode": mode}
    if align_corners and mode != "nearest":
        args["align_corners"] = True
    if smooth:
        args["antialias"] = True
    return t.add("upsample", told(args, mode="nearest"), [input])


@takes("MultiheadAttention")
def multi_head_attention(t: Emitter, query: Value, key: Value, value: Value, *_: Any, **more: Any) -> Any:
    """Attention with its linear layers, known as a whole."""
    module = t.here.module
    if more.get("attn_mask") is not None or more.get("key_padding_mask") is not None:
        raise Refused("multi_head_attention with a mask")
    if module.bias_k is not None or module.add_zero_attn or query.rank != 3 or not module._qkv_same_embed_dim:  # noqa: PLR2004, SLF001
        raise Refused("multi_head_attention with other keys than usual")
    reads = [query] if query.seen.ref == key.seen.ref == value.seen.ref else [query, key, value]
    turned: list[Value | str] = [*reads]
    if not module.batch_first:
        turned = [t.add("permute", {"dims": [1, 0, 2]}, [x]) for x in reads]
    path = t.here.path
    bias = module.in_proj_bias is not None
    t.read.update(f"{path}.{name}" for name, _ in module.named_parameters())
    args = told({"num_heads": module.num_heads, "bias": bias}, bias=True)
    y = t.add("multi_head_attention", args, turned, origin=path)
    return [y if module.batch_first else t.add("permute", {"dims": [1, 0, 2]}, [y]), None]


@takes("scaled_dot_product_attention")
def attention(
    t: Emitter,
    query: Value,
    key: Value,
    value: Value,
    attn_mask: Value | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: Any = None,
    enable_gqa: bool = False,
) -> Any:
    """Attention in one kernel; with a bias or a scale of its own in its parts."""
    del dropout_p
    heads = query.rank - 3
    if query.rank > 3 and key.shape[heads] == 1 and query.shape[heads] != 1:  # noqa: PLR2004 - one head of keys for all
        key, value = (alike(t, each, heads, query.shape[heads]) for each in (key, value))
    plain = scale is None or abs(scale * query.shape[-1] ** 0.5 - 1) < 1e-6  # noqa: PLR2004 - as exact as a float
    truths = attn_mask is not None and attn_mask.seen.dtype == "bool"
    if plain and (attn_mask is None or ((truths or enable_gqa) and attn_mask.rank == query.rank)):
        args = told({"is_causal": is_causal, "enable_gqa": enable_gqa}, is_causal=False, enable_gqa=False)
        reads = [query, key, value, *([] if attn_mask is None else [attn_mask])]
        return t.add("scaled_dot_product_attention", args, reads)
    if enable_gqa:
        raise Refused("attention with fewer heads of keys than of queries, and a mask or a scale")
    if is_causal:
        raise Refused("attention that is causal, with a mask or a scale")
    factor = query.shape[-1] ** -0.5 if scale is None else scale
    scaled = t.add("multiply", {"value": factor}, [query], origin=t.origin("scale"))
    turned = t.add("transpose", {"dim0": -2, "dim1": -1}, [key], origin=t.origin("transpose"))
    scores = t.add("matmul", {}, [scaled, turned], origin=t.origin("scores"))
    if attn_mask is not None:
        if truths:
            raise Refused("attention with a mask of truth values for some axes, or with a scale")
        from cnnplan.translation.torch.functions.table import longer  # noqa: PLC0415

        mask = attn_mask if attn_mask.rank == query.rank else longer(t, attn_mask, query.rank)
        scores = t.add("add", {}, [scores, mask], origin=t.origin("mask"))
    weights = t.add("softmax", {"dim": -1}, [scores], origin=t.origin("softmax"))
    return t.add("matmul", {}, [weights, value], origin=t.origin("values"))


def alike(t: Emitter, x: Value, dim: int, count: Any) -> Value:
    """A tensor with one axis repeated."""
    shape = [count if at == dim else extent for at, extent in enumerate(x.shape)]
    name = t.add("expand", {"shape": shape}, [x])
    return Value(x.seen._replace(shape=tuple(shape)), t, name)


@takes("LSTM", "GRU", "RNN")
def recurrent(t: Emitter, x: Value, *state: Any) -> Any:
    """A recurrent layer, known as a whole."""
    module = t.here.module
    if any(each is not None for each in state) or getattr(module, "proj_size", False):
        raise Refused("a recurrent layer with a state that is given")
    verb = t.here.name.lower()
    path = t.here.path
    args = {"hidden_size": module.hidden_size, "num_layers": module.num_layers, "bias": module.bias}
    args |= {"bidirectional": module.bidirectional}
    args = told(args, num_layers=1, bias=True, bidirectional=False)
    t.read.update(f"{path}.{name}" for name, _ in module.named_parameters())
    turned: Value | str = x if module.batch_first else t.add("permute", {"dims": [1, 0, 2]}, [x])
    y = t.add(verb, args, [turned], origin=path)
    return [y if module.batch_first else t.add("permute", {"dims": [1, 0, 2]}, [y])]
