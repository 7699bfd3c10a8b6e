"""Layers on the features of tokens and steps as PyTorch writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.torch.source.choosing import multiplied
from cnnplan.translation.torch.source.written import Layer, Written, called, given

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["attention", "embedding", "linear", "multi_head_attention", "recurrent"]

ATTENDED: Final = 3
"""Queries, keys and values."""


def linear(layer: Layer) -> Written:
    """A linear layer."""
    if len(layer.reads) > 1:
        return multiplied(layer)
    module = called("nn.Linear", layer.features, layer.args["out_features"], **given(layer, "bias"))
    return Written(module, f"{{}}({layer.reads[0]})")


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


def embedding(layer: Layer) -> Written:
    """Rows of a table."""
    module = called("nn.Embedding", layer.args["num_embeddings"], layer.args["embedding_dim"])
    return Written(module, f"{{}}({layer.reads[0]})")


def attention(layer: Layer) -> Written:
    """Attention in one kernel."""
    mask = {"attn_mask": layer.reads[ATTENDED]} if len(layer.reads) > ATTENDED else {}
    return Written("", called("F.scaled_dot_product_attention", *layer.reads[:ATTENDED], **mask, **layer.args))
