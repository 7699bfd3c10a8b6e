"""Layers on the features of tokens and steps as Keras 3 writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.keras.source.written import Layer, made, optional

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["attention", "embedding", "linear", "product_attention", "recurrent"]

HEADED: Final = 4
"""The axes (N, heads, T, features)."""

ATTENDED: Final = 3
"""Queries, keys and values."""


def linear(layer: Layer) -> str:
    """A dense layer; by a weight that is computed, a product."""
    if len(layer.reads) > 1:
        product = f"ops.matmul({layer.x}, ops.swapaxes({layer.reads[1]}, -1, -2))"
        bias = f"Weight(({layer.reads[1]}.shape[0],), name={layer.name})({layer.x})"
        return product if layer.args["bias"] == "False" else f"{product} + {bias}"
    more = optional(layer, use_bias=("bias", "True"))
    return made("Dense", layer.args["out_features"], x=layer.x, layer=layer, **more)


def attention(layer: Layer) -> str:
    """Attention with its linear layers."""
    if len(layer.reads) > 1 or layer.op.kdim or layer.op.vdim:
        raise Unwritable("multi_head_attention of several inputs")
    heads, more = layer.args["num_heads"], optional(layer, use_bias=("bias", "True"))
    told = [heads, f"{layer.x}.shape[-1] // {heads}", *(f"{key}={value}" for key, value in more.items())]
    return f"layers.MultiHeadAttention({', '.join(told)}, name={layer.name})({layer.x}, {layer.x})"


def recurrent(name: str) -> Callable[[Layer], str]:
    """A recurrent layer; Keras's have one bias, PyTorch's two, but for a GRU; several stand one behind the other."""

    def writer(layer: Layer) -> str:
        op = layer.op
        wanted = "both" if name == "GRU" else "one"
        if op.bias and op.biases != wanted:
            raise Unwritable(f"{layer.verb} with biases: {op.biases}: Keras has {wanted}, say biases: {wanted}")
        if len(layer.reads) > 1 or getattr(op, "proj_size", None) or getattr(op, "memory", False):
            raise Unwritable(f"{layer.verb} with a state that comes in, a projection or its memory")
        if op.num_layers != 1:
            raise Unwritable(f"{layer.verb} with num_layers: say repeat, which is one layer behind the other")
        if name == "GRU" and op.reset != "after":
            raise Unwritable("gru with reset: before, which Keras has with one bias: say reset: after")
        kind = "SimpleRNN" if name == "RNN" else name
        more = optional(layer, use_bias=("bias", "True"))
        more |= {"activation": '"relu"'} if getattr(op, "nonlinearity", "tanh") == "relu" else {}
        told = [layer.args["hidden_size"], *(f"{key}={value}" for key, value in more.items()), "return_sequences=True"]
        inner = f"layers.{kind}({', '.join(told)})"
        if op.bidirectional:
            return f"layers.Bidirectional({inner}, name={layer.name})({layer.x})"
        return f"{inner[:-1]}, name={layer.name})({layer.x})"

    return writer


def product_attention(layer: Layer) -> str:
    """Attention in one kernel."""
    op = layer.op
    if op.enable_gqa:
        raise Unwritable("attention whose heads share keys")
    if not op.is_causal:
        return f"dot_attention({', '.join(layer.reads)})"
    if layer.rank != HEADED or len(layer.reads) > ATTENDED:
        raise Unwritable("causal attention with a mask besides, or of other than four axes")
    return f"causal_attention({', '.join(layer.reads)})"


def embedding(layer: Layer) -> str:
    """Rows of a table; one that is a linear layer besides knows how to turn round."""
    kind = "ReversibleEmbedding" if layer.lends else "Embedding"
    return made(kind, layer.args["num_embeddings"], layer.args["embedding_dim"], x=layer.x, layer=layer)
