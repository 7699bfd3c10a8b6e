"""Operators as PyTorch writes them: a module that is made once, or a function that is called."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from cnnplan.translation.expressions import Unwritable, simple
from cnnplan.translation.torch.source.arrangement import along, columns, concat, flatten, method, parts, slice_, topk
from cnnplan.translation.torch.source.choosing import (
    compare,
    constant,
    crop,
    deform_conv,
    fake_quantize,
    gather,
    locally_connected,
    lp_pool,
    pad,
    reduce,
    where,
)
from cnnplan.translation.torch.source.normalizations import batch_norm, group_norm, instance_norm, layer_norm
from cnnplan.translation.torch.source.sequences import attention, embedding, linear, multi_head_attention, recurrent
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


def function(name: str, key: str) -> Callable[[Layer], Written]:
    """A function of a tensor and a number."""
    return lambda layer: Written("", f"{name}({layer.reads[0]}, {layer.args[key]})")


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
