"""Operators as Keras 3 writes them, channels first: a layer that is called, or a function of `keras.ops`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.keras.source.arrangement import expand, flatten, reshape, shuffle, slice_, split
from cnnplan.translation.keras.source.normalizations import (
    batch_norm,
    group_norm,
    layer_norm,
    local_response_norm,
)
from cnnplan.translation.keras.source.sequences import (
    attention,
    embedding,
    linear,
    product_attention,
    recurrent,
)
from cnnplan.translation.keras.source.windows import (
    adaptive,
    conv,
    conv_transpose,
    crop,
    lp_pool,
    pad,
    pixel_shuffle,
    pixel_unshuffle,
    pool,
    upsample,
    whole,
)
from cnnplan.translation.keras.source.written import Layer, made

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ACTIVATIONS", "write"]


ACTIVATIONS: Final = {
    "relu": "ops.relu", "relu6": "ops.relu6", "silu": "ops.silu", "sigmoid": "ops.sigmoid", "tanh": "ops.tanh",
    "selu": "ops.selu", "hard_swish": "ops.hard_silu", "hard_sigmoid": "ops.hard_sigmoid",
    "mish": "keras.activations.mish",
    "abs": "ops.abs", "sqrt": "ops.sqrt", "exp": "ops.exp", "log": "ops.log", "sin": "ops.sin", "cos": "ops.cos",
    "identity": "keras.activations.linear",
}  # fmt: skip
"""Functions of one tensor."""

REDUCED: Final = {
    **{name: f"ops.{name}({{x}}, {{how}})" for name in ("sum", "mean", "max", "min", "prod", "logsumexp")},
    "l1": "ops.sum(ops.abs({x}), {how})",
    "l2": "ops.sqrt(ops.sum(ops.square({x}), {how}))",
}

MANY: Final = 3
FOLDED: Final = {"+": "add", "*": "multiply"}


def write(layer: Layer) -> str:
    """A layer as an expression.

    Raises:
        Unwritable: Keras has nothing of the kind.
    """
    if layer.verb == "identity":
        return layer.x
    if layer.verb in WRITERS:
        return WRITERS[layer.verb](layer)
    if layer.verb not in ACTIVATIONS:
        raise Unwritable(f"the operator {layer.verb}, which Keras has not")
    return f"{ACTIVATIONS[layer.verb]}({layer.x})"


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
    if mode not in REDUCED:
        raise Unwritable(f"reduce by {mode}")
    keep = ", keepdims=True" if layer.args["keepdim"] == "True" else ""
    return REDUCED[mode].format(x=layer.x, how=f"axis={layer.args['dim']}{keep}")


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


def mish(layer: Layer) -> str:
    """By its formula: `keras.activations.mish` warns of NumPy on some backends."""
    return f"{layer.x} * ops.tanh(ops.softplus({layer.x}))"


def softplus(layer: Layer) -> str:
    """A smooth relu."""
    if layer.op.beta != 1:
        raise Unwritable("softplus with a beta")
    return f"ops.softplus({layer.x})"


def gelu(layer: Layer) -> str:
    """An element times a probability."""
    return f"ops.gelu({layer.x}, approximate={layer.op.approximate == 'tanh'})"


def numbers(layer: Layer) -> str:
    """Trained numbers, or constants; a layer of Keras reads something."""
    shape = layer.args["shape"]
    if layer.verb == "constant" and not layer.op.stored:
        dtype = f'"{layer.op.dtype}"' if layer.op.dtype else "keras.config.floatx()"
        told = (
            f"ops.array({layer.args['values']}"
            if layer.op.value is None
            else f"ops.full({shape}, {layer.args['value']}"
        )
        return f"{told}, dtype={dtype})"
    trained = "" if layer.verb == "parameter" else ", trainable=False"
    return f"Weight({shape}{trained}, name={layer.name})({layer.first})"


def compare(layer: Layer) -> str:
    """Truth values."""
    other = layer.args["value"] if layer.args["value"] != "None" else layer.reads[1]
    return f"ops.{layer.op.mode}({layer.x}, {other})"


def gather(layer: Layer) -> str:
    """Elements of an axis, by a list or another layer."""
    index = layer.reads[1] if len(layer.reads) > 1 else layer.args["index"]
    return f"ops.take({layer.x}, {index}, axis={layer.args['dim']})"


def where(layer: Layer) -> str:
    """One or the other."""
    value = [] if layer.args["value"] == "None" else [layer.args["value"]]
    return f"ops.where({', '.join([*layer.reads, *value])})"


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
    "embedding": embedding, "scaled_dot_product_attention": product_attention,
    "parameter": numbers, "constant": numbers, "mish": mish,
    "local_response_norm": local_response_norm, "lp_pool": lp_pool, "pixel_shuffle": pixel_shuffle, "crop": crop,
    "pixel_unshuffle": pixel_unshuffle, "expand": expand, "split": split, "compare": compare, "where": where,
    "flip": lambda layer: f"ops.flip({layer.x}, axis={layer.args['dims']})", "require": lambda layer: layer.x,
    "gather": gather,
    "drop_path": lambda layer: layer.x, "glu": lambda layer: f"ops.glu({layer.x}, axis={layer.args['dim']})",
    "multi_head_attention": attention, "lstm": recurrent("LSTM"), "gru": recurrent("GRU"), "rnn": recurrent("RNN"),
    "scale": lambda layer: f"Scale({layer.args['dim']}, name={layer.name})({layer.x})",
}  # fmt: skip
