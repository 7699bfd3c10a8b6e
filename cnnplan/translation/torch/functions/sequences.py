"""Layers over tokens: attention and recurrence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch.functions.table import takes, told
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from cnnplan.translation.torch.emitting import Emitter


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
    args = told({"num_heads": module.num_heads, "bias": bias}, bias=True)
    y = t.owning("multi_head_attention", args, turned, t.params(module), origin=path)
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
    turned: Value | str = x if module.batch_first else t.add("permute", {"dims": [1, 0, 2]}, [x])
    y = t.owning(verb, args, [turned], t.params(module), origin=path)
    return [y if module.batch_first else t.add("permute", {"dims": [1, 0, 2]}, [y])]
