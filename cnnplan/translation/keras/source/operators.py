"""Operators as Keras 3 writes them, channels first: a layer that is called, or a function of `keras.ops`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.keras.source.arrangement import flatten, reshape, shuffle, slice_
from cnnplan.translation.keras.source.normalizations import batch_norm, group_norm, layer_norm
from cnnplan.translation.keras.source.sequences import attention, linear, recurrent
from cnnplan.translation.keras.source.windows import adaptive, conv, conv_transpose, pad, pool, upsample, whole
from cnnplan.translation.keras.source.written import Layer, made

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ACTIVATIONS", "write"]


ACTIVATIONS: Final = {
    "relu": "ops.relu", "relu6": "ops.relu6", "silu": "ops.silu", "sigmoid": "ops.sigmoid", "tanh": "ops.tanh",
    "selu": "ops.selu", "hard_swish": "ops.hard_silu", "hard_sigmoid": "ops.hard_sigmoid", "mish": "ops.mish",
    "abs": "ops.abs", "sqrt": "ops.sqrt", "exp": "ops.exp", "log": "ops.log", "sin": "ops.sin", "cos": "ops.cos",
    "identity": "ops.identity",
}  # fmt: skip
"""Functions of one tensor."""

MANY: Final = 3
FOLDED: Final = {"+": "add", "*": "multiply"}


def write(layer: Layer) -> str:
    """A layer as an expression.

    Raises:
        Unwritable: Keras has nothing of the kind.
    """
    if layer.verb in ACTIVATIONS:
        return f"{ACTIVATIONS[layer.verb]}({layer.x})"
    if layer.verb not in WRITERS:
        raise Unwritable(f"the operator {layer.verb}, which Keras has not")
    return WRITERS[layer.verb](layer)


def arithmetic(symbol: str) -> Callable[[Layer], str]:
    """Arithmetic of inputs, or of one and a number."""

    def writer(layer: Layer) -> str:
        operands = [*layer.reads]
        if layer.args["value"] != "None":
            operands = [layer.x, layer.args["value"]]
            if layer.args.get("reverse") == "True":
                operands.reverse()
        if (len(operands) > MANY or any(each.startswith("*") for each in operands)) and symbol in FOLDED:
            return f"functools.reduce(ops.{FOLDED[symbol]}, [{', '.join(operands)}])"
        return f" {symbol} ".join(each if each.isidentifier() else f"({each})" for each in operands)

    return writer


def along(name: str) -> Callable[[Layer], str]:
    """A function along an axis."""
    return lambda layer: f"ops.{name}({layer.x}, axis={layer.args['dim']})"


def reduced(layer: Layer) -> str:
    """Axes made one."""
    mode = layer.op.mode if layer.verb == "reduce" else "mean"
    names = {"sum": "sum", "mean": "mean", "max": "max", "min": "min", "prod": "prod", "logsumexp": "logsumexp"}
    if mode not in names:
        raise Unwritable(f"reduce by {mode}")
    dim = layer.args["dim"] if layer.args["dim"] != "None" else "None"
    keep = ", keepdims=True" if layer.args["keepdim"] == "True" else ""
    return f"ops.{names[mode]}({layer.x}, axis={dim}{keep})"


def clip(layer: Layer) -> str:
    """Between two bounds, or on one side of one."""
    low, high = layer.args["min"], layer.args["max"]
    x = layer.x if low == "None" else f"ops.maximum({layer.x}, {low})"
    return x if high == "None" else f"ops.minimum({x}, {high})"


def prelu(layer: Layer) -> str:
    """A trained slope."""
    first = 2 if layer.op.num_parameters != 1 else 1
    shared = ", ".join(str(axis) for axis in range(first, layer.rank))
    return made("PReLU", f"shared_axes=[{shared}]", x=layer.x, layer=layer)


def softplus(layer: Layer) -> str:
    """A smooth relu."""
    if layer.op.beta != 1:
        raise Unwritable("softplus with a beta")
    return f"ops.softplus({layer.x})"


def gelu(layer: Layer) -> str:
    """An element times a probability."""
    return f"ops.gelu({layer.x}, approximate={layer.op.approximate == 'tanh'})"


WRITERS: Final[dict[str, Callable[[Layer], str]]] = {
    "conv": conv, "conv_transpose": conv_transpose, "linear": linear, "batch_norm": batch_norm,
    "layer_norm": layer_norm, "group_norm": group_norm, "instance_norm": group_norm,
    "max_pool": pool("Max", 'float("-inf")'), "avg_pool": pool("Average", "0.0"),
    "global_avg_pool": whole("Average"), "global_max_pool": whole("Max"),
    "adaptive_avg_pool": adaptive("Average"), "adaptive_max_pool": adaptive("Max"),
    "add": arithmetic("+"), "subtract": arithmetic("-"), "multiply": arithmetic("*"), "divide": arithmetic("/"),
    "softmax": along("softmax"), "log_softmax": along("log_softmax"), "reduce": reduced, "mean": reduced,
    "concat": lambda layer: f"ops.concatenate([{', '.join(layer.reads)}], axis={layer.args['dim']})",
    "stack": lambda layer: f"ops.stack([{', '.join(layer.reads)}], axis={layer.args['dim']})",
    "reshape": reshape, "flatten": flatten, "slice": slice_, "pad": pad, "upsample": upsample, "clip": clip,
    "permute": lambda layer: f"ops.transpose({layer.x}, {layer.args['dims']})",
    "transpose": lambda layer: f"ops.swapaxes({layer.x}, {layer.args['dim0']}, {layer.args['dim1']})",
    "unsqueeze": lambda layer: f"ops.expand_dims({layer.x}, {layer.args['dim']})",
    "squeeze": lambda layer: f"ops.squeeze({layer.x}, {layer.args['dim']})",
    "chunk": lambda layer: f"ops.split({layer.x}, {layer.args['chunks']}, axis={layer.args['dim']})",
    "pow": lambda layer: f"{layer.x} ** {layer.args['exponent']}",
    "matmul": lambda layer: f"ops.matmul({', '.join(layer.reads)})",
    "einsum": lambda layer: f"ops.einsum({layer.args['equation']}, {', '.join(layer.reads)})",
    "roll": lambda layer: f"ops.roll({layer.x}, {layer.args['shifts']}, axis={layer.args['dims']})",
    "leaky_relu": lambda layer: f"ops.leaky_relu({layer.x}, negative_slope={layer.args['negative_slope']})",
    "elu": lambda layer: f"ops.elu({layer.x}, alpha={layer.args['alpha']})",
    "softplus": softplus, "gelu": gelu, "prelu": prelu, "channel_shuffle": shuffle,
    "dropout": lambda layer: made("Dropout", layer.args["p"], x=layer.x, layer=layer),
    "embedding": lambda layer: made(
        "Embedding", layer.args["num_embeddings"], layer.args["embedding_dim"], x=layer.x, layer=layer
    ),
    "multi_head_attention": attention, "lstm": recurrent("LSTM"), "gru": recurrent("GRU"), "rnn": recurrent("RNN"),
    "scale": lambda layer: f"Scale({layer.args['dim']}, name={layer.name})({layer.x})",
}  # fmt: skip
