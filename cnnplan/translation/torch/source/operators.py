"""Operators as PyTorch writes them: a module that is made once, or a function that is called."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from cnnplan.translation.expressions import Unwritable, simple
from cnnplan.translation.torch.source.choosing import (
    compare,
    constant,
    crop,
    deform_conv,
    fake_quantize,
    gather,
    locally_connected,
    lp_pool,
    multiplied,
    pad,
    reduce,
    where,
)
from cnnplan.translation.torch.source.windows import adaptive, conv, conv_transpose, pool, upsample
from cnnplan.translation.torch.source.written import Layer, Written, called, given

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ACTIVATIONS", "write"]

ACTIVATIONS: Final = {
    "relu": "nn.ReLU", "relu6": "nn.ReLU6", "silu": "nn.SiLU", "gelu": "nn.GELU", "mish": "nn.Mish", "elu": "nn.ELU",
    "selu": "nn.SELU", "sigmoid": "nn.Sigmoid", "tanh": "nn.Tanh", "hard_swish": "nn.Hardswish",
    "hard_sigmoid": "nn.Hardsigmoid", "leaky_relu": "nn.LeakyReLU", "softplus": "nn.Softplus",
    "identity": "nn.Identity", "dropout": "nn.Dropout",
}  # fmt: skip
"""What may be the value of an argument."""

FUNCTIONS: Final = {
    "relu": "torch.relu", "relu6": "F.relu6", "silu": "F.silu", "gelu": "F.gelu", "mish": "F.mish", "elu": "F.elu",
    "selu": "F.selu", "sigmoid": "torch.sigmoid", "tanh": "torch.tanh", "hard_swish": "F.hardswish",
    "hard_sigmoid": "F.hardsigmoid", "leaky_relu": "F.leaky_relu", "softplus": "F.softplus", "abs": "torch.abs",
    "sqrt": "torch.sqrt", "exp": "torch.exp", "log": "torch.log", "sin": "torch.sin", "cos": "torch.cos",
}  # fmt: skip


MANY: Final = 3
"""More operands than these are written as a list."""

SHORT: Final = 40
"""Longer bounds of a slice get names."""

ATTENDED: Final = 3
"""Queries, keys and values."""

REDUCED: Final = {"+": "torch.add", "*": "torch.mul"}


def write(layer: Layer) -> Written:
    """A layer as source.

    Raises:
        Unwritable: PyTorch has nothing of the kind.
    """
    writer = WRITERS.get(layer.verb)
    if writer is not None:
        return writer(layer)
    if layer.verb in FUNCTIONS:
        more = "".join(f", {name}={value}" for name, value in layer.args.items())
        return Written("", f"{FUNCTIONS[layer.verb]}({layer.reads[0]}{more})")
    raise Unwritable(f"the operator {layer.verb}")


def linear(layer: Layer) -> Written:
    """A linear layer."""
    if len(layer.reads) > 1:
        return multiplied(layer)
    module = called("nn.Linear", layer.features, layer.args["out_features"], **given(layer, "bias"))
    return Written(module, f"{{}}({layer.reads[0]})")


def whole(layer: Layer, *names: str) -> None:
    """Refuse a normalization without a part of its weights that PyTorch's has."""
    if any(name in layer.args for name in names):
        raise Unwritable(f"a {layer.verb} with a scale or a shift alone")


def batch_norm(layer: Layer) -> Written:
    """A batch norm."""
    whole(layer, "weight", "bias")
    rank = max(1, layer.rank - 2)
    more = given(layer, "eps", "momentum", "affine", "track_running_stats")
    return Written(called(f"nn.BatchNorm{rank}d", layer.channels, **more), f"{{}}({layer.reads[0]})")


def instance_norm(layer: Layer) -> Written:
    """An instance norm."""
    whole(layer, "weight", "bias")
    more = given(layer, "eps", "momentum", "affine", "track_running_stats")
    return Written(called(f"nn.InstanceNorm{layer.rank - 2}d", layer.channels, **more), f"{{}}({layer.reads[0]})")


def group_norm(layer: Layer) -> Written:
    """A group norm."""
    whole(layer, "weight", "bias")
    module = called("nn.GroupNorm", layer.args["num_groups"], layer.channels, **given(layer, "eps", "affine"))
    return Written(module, f"{{}}({layer.reads[0]})")


def layer_norm(layer: Layer) -> Written:
    """A layer norm along the last axes, or along the channels."""
    whole(layer, "weight")
    more = given(layer, "eps", "elementwise_affine", "bias")
    if "normalized_shape" in layer.args:
        return Written(called("nn.LayerNorm", layer.args["normalized_shape"], **more), f"{{}}({layer.reads[0]})")
    return Written(called("ChannelNorm", layer.channels, **more), f"{{}}({layer.reads[0]})", ("ChannelNorm",))


def along(name: str) -> Callable[[Layer], Written]:
    """Exponentials along an axis."""
    return lambda layer: Written("", f"{name}({layer.reads[0]}, dim={layer.args.get('dim', '1')})")


def arithmetic(symbol: str) -> Callable[[Layer], Written]:
    """Arithmetic of inputs, or of one and a number."""

    def writer(layer: Layer) -> Written:
        operands = list(layer.reads)
        if (len(operands) > MANY or any(each.startswith("*") for each in operands)) and symbol in REDUCED:
            return Written("", f"functools.reduce({REDUCED[symbol]}, [{', '.join(operands)}])")
        if "value" in layer.args:
            operands = [layer.reads[0], layer.args["value"]]
            if layer.args.get("reverse") == "True":
                operands.reverse()
        return Written("", f" {symbol} ".join(each if simple(each) else f"({each})" for each in operands))

    return writer


def concat(layer: Layer) -> Written:
    """Inputs lined up."""
    return Written("", f"torch.cat([{', '.join(layer.reads)}], dim={layer.args.get('dim', '1')})")


def method(name: str, *names: str, **defaults: str) -> Callable[[Layer], Written]:
    """A method of tensors, with these arguments in order."""

    def writer(layer: Layer) -> Written:
        told = [layer.args.get(each, defaults.get(each)) for each in names]
        return Written("", f"{layer.reads[0]}.{name}({', '.join(each for each in told if each is not None)})")

    return writer


def flatten(layer: Layer) -> Written:
    """Axes merged."""
    more = {"end_dim": layer.args["end_dim"]} if "end_dim" in layer.args else {}
    return Written("", called("torch.flatten", layer.reads[0], layer.args.get("start_dim", "1"), **more))


def slice_(layer: Layer) -> Written:
    """A part of an axis."""
    dim = int(layer.values.dim) % layer.rank
    start, end, step = (layer.args.get(name, "") for name in ("start", "end", "step"))
    start = "" if start == "0" else start
    end = "" if end == f"{layer.reads[0]}.shape[{dim}]" else end
    if not start and not end and not step:
        return Written("", layer.reads[0])
    before: tuple[str, ...] = ()
    if len(start) + len(end) > SHORT:
        before = (f"start = {start or 0}", f"end = {end}") if end else (f"start = {start}",)
        start, end = "start", "end" if end else ""
    part = ":".join([start, end, step] if step else [start, end])
    if any(not re.fullmatch(r"-?\w*", each) for each in (start, end, step)):
        part = f"{start} : {end}".strip() + (f" : {step}" if step else "")
    return Written("", f"{layer.reads[0]}[{':, ' * dim}{part}]", before=before)


def mean(layer: Layer) -> Written:
    """A mean along axes."""
    dim = layer.args.get("dim", str(tuple(range(layer.rank))))
    return Written("", called(f"{layer.reads[0]}.mean", f"dim={dim}", **given(layer, "keepdim")))


def parameter(layer: Layer) -> Written:
    """Trained numbers."""
    return Written(called("Weight", layer.args["shape"]), "{}()", ("Weight",))


def scale(layer: Layer) -> Written:
    """A factor for each index of an axis."""
    dim = ast.literal_eval(layer.args.get("dim", "1"))
    size = layer.channels if dim == 1 else layer.features
    if dim not in {1, -1, layer.rank - 1}:
        raise Unwritable("scale along another axis than the channels or the last")
    return Written(called("Scale", size, str(dim)), f"{{}}({layer.reads[0]})", ("Scale",))


def multi_head_attention(layer: Layer) -> Written:
    """Attention with its linear layers."""
    x = layer.reads
    if "kdim" in layer.args or "vdim" in layer.args or len(x) > ATTENDED:
        raise Unwritable("multi_head_attention with a mask, or with keys of other features")
    more = {**given(layer, "bias"), "batch_first": "True"}
    module = called("nn.MultiheadAttention", layer.features, layer.args["num_heads"], **more)
    query, key, value = x if len(x) == ATTENDED else (x[0], x[0], x[0])
    return Written(module, f"{{}}({query}, {key}, {value}, need_weights=False)[0]")


def recurrent(name: str) -> Callable[[Layer], Written]:
    """A recurrent layer, without its last state."""

    def writer(layer: Layer) -> Written:
        if "reset" in layer.args or "biases" in layer.args:
            raise Unwritable(
                f"{layer.verb} with {' and '.join(given(layer, 'biases', 'reset'))}, which PyTorch's has not"
            )
        more = given(layer, "num_layers", "bias", "bidirectional", "proj_size")
        if "nonlinearity" in layer.args:
            more["nonlinearity"] = f'"{layer.values.nonlinearity}"'
        module = called(f"nn.{name}", layer.features, layer.args["hidden_size"], **more, batch_first="True")
        if "memory" in layer.args:
            raise Unwritable("the memory of an lstm at every step, of which PyTorch gives the last")
        x, *states = layer.reads
        first = "" if not states else f", {states[0]}" if name != "LSTM" else f", ({', '.join(states)})"
        return Written(module, f"{{}}({x}{first})[0]")

    return writer


def parts(name: str, key: str) -> Callable[[Layer], Written]:
    """An axis in parts."""

    def writer(layer: Layer) -> Written:
        dim = layer.args.get("dim", "1")
        told = layer.args[key]
        if name == "split" and not told.isdigit() and told[0] not in "([":
            raise Unwritable(f"split into {told}, which may be a number or a list")
        if name == "split" and told.isdigit():
            size = f"{layer.reads[0]}.shape[{dim}] // {layer.args[key]}"
            return Written("", f"{layer.reads[0]}.split({size}, dim={dim})")
        return Written("", f"{layer.reads[0]}.{name}({layer.args[key]}, dim={dim})")

    return writer


def embedding(layer: Layer) -> Written:
    """Rows of a table."""
    module = called("nn.Embedding", layer.args["num_embeddings"], layer.args["embedding_dim"])
    return Written(module, f"{{}}({layer.reads[0]})")


def function(name: str, key: str) -> Callable[[Layer], Written]:
    """A function of a tensor and a number."""
    return lambda layer: Written("", f"{name}({layer.reads[0]}, {layer.args[key]})")


def attention(layer: Layer) -> Written:
    """Attention in one kernel."""
    mask = {"attn_mask": layer.reads[ATTENDED]} if len(layer.reads) > ATTENDED else {}
    return Written("", called("F.scaled_dot_product_attention", *layer.reads[:ATTENDED], **mask, **layer.args))


def columns(name: str, *required: str) -> Callable[[Layer], Written]:
    """Windows in columns, or back; PyTorch's functions are for images, and for columns of images."""

    def write(layer: Layer) -> Written:
        size = layer.values.output_size if name == "fold" else (0,) * (layer.rank - 2)
        if isinstance(size, tuple) and len(size) != 2:  # noqa: PLR2004 - height and width
            raise Unwritable(f"{name} along {len(size)} axes")
        padding = layer.values.padding
        if isinstance(padding, tuple) and any(isinstance(pad, tuple) for pad in padding):
            raise Unwritable(f"{name} with sides of their own")
        told = [layer.args[key] for key in required]
        return Written("", called(f"F.{name}", layer.reads[0], *told, **given(layer, "dilation", "padding", "stride")))

    return write


def topk(layer: Layer) -> Written:
    """The greatest elements, without their places."""
    dim = layer.args.get("dim", "1")
    return Written("", called(f"{layer.reads[0]}.topk", layer.args["k"], dim, **given(layer, "largest")) + ".values")


def max_unpool(layer: Layer) -> Written:
    """Maxima back in their places, which are looked for again: a layer has one output."""
    if layer.values.padding in ("same", "same_lower", "valid"):
        raise Unwritable(f"a max_unpool with padding {layer.values.padding}")
    axes, (x, pooled) = layer.rank - 2, layer.reads
    how, ceil = {"stride": layer.args.get("stride"), "padding": layer.args.get("padding")}, given(layer, "ceil_mode")
    kernel = layer.args["kernel_size"]
    places = called(f"F.max_pool{axes}d", pooled, kernel, **how, **ceil, return_indices="True")
    size = f"{pooled}.shape"
    return Written("", called(f"F.max_unpool{axes}d", x, f"{places}[1]", kernel, **how, output_size=size))


def grid_sample(layer: Layer) -> Written:
    """Images at places that another layer gives."""
    return Written("", called("F.grid_sample", *layer.reads, **{"align_corners": "False", **layer.args}))


WRITERS: Final[dict[str, Callable[[Layer], Written]]] = {
    "conv": conv, "conv_transpose": conv_transpose, "linear": linear, "batch_norm": batch_norm,
    "instance_norm": instance_norm, "group_norm": group_norm, "layer_norm": layer_norm,
    "max_pool": pool("max_pool", "dilation", "ceil_mode", value="float('-inf')"),
    "avg_pool": pool("avg_pool", "ceil_mode", "count_include_pad", "divisor_override"),
    "adaptive_avg_pool": adaptive("adaptive_avg_pool"), "adaptive_max_pool": adaptive("adaptive_max_pool"),
    "global_avg_pool": adaptive("adaptive_avg_pool"), "global_max_pool": adaptive("adaptive_max_pool"),
    "softmax": along("torch.softmax"), "log_softmax": along("torch.log_softmax"),
    "add": arithmetic("+"), "subtract": arithmetic("-"), "multiply": arithmetic("*"), "divide": arithmetic("/"),
    "matmul": arithmetic("@"), "concat": concat, "flatten": flatten, "slice": slice_, "pad": pad, "crop": crop,
    "reshape": method("reshape", "shape"), "permute": method("permute", "dims"), "expand": method("expand", "shape"),
    "transpose": method("transpose", "dim0", "dim1"), "unsqueeze": method("unsqueeze", "dim"),
    "squeeze": method("squeeze", "dim"), "flip": method("flip", "dims"), "roll": method("roll", "shifts", "dims"),
    "pow": method("pow", "exponent"), "upsample": upsample, "reduce": reduce, "mean": mean, "parameter": parameter,
    "scale": scale, "multi_head_attention": multi_head_attention, "rnn": recurrent("RNN"), "lstm": recurrent("LSTM"),
    "gru": recurrent("GRU"), "split": parts("split", "sections"), "chunk": parts("chunk", "chunks"),
    "clip": lambda layer: Written("", called(f"{layer.reads[0]}.clamp", **given(layer, "min", "max"))),
    "stack": lambda layer: Written("", f"torch.stack([{', '.join(layer.reads)}], dim={layer.args['dim']})"),
    "einsum": lambda layer: Written("", f"torch.einsum({layer.args['equation']}, {', '.join(layer.reads)})"),
    "gather": gather, "topk": topk, "max_unpool": max_unpool, "grid_sample": grid_sample,
    "glu": lambda layer: Written("", called("F.glu", layer.reads[0], layer.args.get("dim", "1"))),
    "unfold": columns("unfold", "kernel_size"), "fold": columns("fold", "output_size", "kernel_size"),
    "dropout": lambda layer: Written(f"nn.Dropout({layer.args.get('p', '')})", f"{{}}({layer.reads[0]})"),
    "drop_path": lambda layer: Written("", layer.reads[0]),
    "identity": lambda layer: Written("", layer.reads[0]),
    "prelu": lambda layer: Written(f"nn.PReLU({layer.args.get('num_parameters', '')})", f"{{}}({layer.reads[0]})"),
    "embedding": embedding,
    "local_response_norm": lambda layer: Written("", called("F.local_response_norm", layer.reads[0], **layer.args)),
    "pixel_shuffle": function("F.pixel_shuffle", "upscale_factor"),
    "pixel_unshuffle": function("F.pixel_unshuffle", "downscale_factor"),
    "channel_shuffle": function("F.channel_shuffle", "groups"),
    "scaled_dot_product_attention": attention,
    "compare": compare, "where": where, "constant": constant, "lp_pool": lp_pool, "deform_conv": deform_conv,
    "locally_connected": locally_connected, "fake_quantize": fake_quantize,
    "require": lambda layer: Written("", layer.reads[0]),
}  # fmt: skip
