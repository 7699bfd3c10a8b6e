"""Layers on the features of tokens and steps as Keras 3 writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.keras.source.written import Layer, made, optional

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["attention", "linear", "recurrent"]


def linear(layer: Layer) -> str:
    """A dense layer."""
    if len(layer.reads) > 1:
        return (
            f"ops.matmul({layer.x}, ops.swapaxes({layer.reads[1]}, -1, -2))" if layer.args["bias"] == "False" else _no()
        )
    more = optional(layer, use_bias=("bias", "True"))
    return made("Dense", layer.args["out_features"], x=layer.x, layer=layer, **more)


def _no() -> str:
    raise Unwritable("a linear layer by a weight that is computed, with a bias")


def attention(layer: Layer) -> str:
    """Attention with its linear layers."""
    if len(layer.reads) > 1 or layer.op.kdim or layer.op.vdim:
        raise Unwritable("multi_head_attention of several inputs")
    features, heads = layer.shapes[0][-1], layer.op.num_heads
    more = optional(layer, use_bias=("bias", "True"))
    told = [layer.args["num_heads"], str(features // heads), *(f"{key}={value}" for key, value in more.items())]
    return f"layers.MultiHeadAttention({', '.join(told)}, name={layer.name})({layer.x}, {layer.x})"


def recurrent(name: str) -> Callable[[Layer], str]:
    """A recurrent layer; Keras's have one bias, PyTorch's two, but for a GRU."""

    def writer(layer: Layer) -> str:
        op = layer.op
        wanted = "both" if name == "GRU" else "one"
        if len(layer.reads) > 1 or op.num_layers != 1 or getattr(op, "proj_size", None) or getattr(op, "memory", False):
            raise Unwritable(f"{layer.verb} with several layers, a state that comes in, or a projection")
        if op.bias and op.biases != wanted:
            raise Unwritable(f"{layer.verb} with biases: {op.biases}: Keras has {wanted}, say biases: {wanted}")
        if name == "GRU" and op.reset != "after":
            raise Unwritable("gru with reset: before")
        kind = "SimpleRNN" if name == "RNN" else name
        more = optional(layer, use_bias=("bias", "True"), activation=("nonlinearity", "'tanh'"))
        told = [layer.args["hidden_size"], *(f"{key}={value}" for key, value in more.items()), "return_sequences=True"]
        inner = f"layers.{kind}({', '.join(told)})"
        if op.bidirectional:
            return f"layers.Bidirectional({inner}, name={layer.name})({layer.x})"
        return f"{inner[:-1]}, name={layer.name})({layer.x})"

    return writer
