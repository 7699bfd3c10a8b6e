"""Recurrent layers and attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.ops import OPERATORS
from cnnplan.translation.keras.calls import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.keras.calls import Call

__all__ = ["LAYERS"]


def _recurrent(verb: str) -> Callable[[Call], None]:
    def recur(call: Call) -> None:
        _rows(call, verb, call.config, bidirectional=False)
        _last(call, call.config)

    return recur


def _rows(call: Call, verb: str, config: Any, *, bidirectional: bool) -> None:
    if config.get("return_state"):
        raise Refused("return_state: its states are outputs")
    args: dict[str, Any] = {"hidden_size": config["units"], "bias": config.get("use_bias", True)}
    if bidirectional:
        args["bidirectional"] = True
    usual = {"lstm": "tanh", "gru": "tanh", "rnn": "tanh"}
    if config.get("activation", "tanh") != usual[verb]:
        raise Refused(f"activation (={config['activation']})")
    if verb != "rnn" and config.get("recurrent_activation", "sigmoid") != "sigmoid":
        raise Refused(f"recurrent_activation (={config['recurrent_activation']})")
    if verb == "gru" and not config.get("reset_after", True):
        args |= {"reset": "before", "biases": "one"}
    elif verb != "gru":
        args["biases"] = "one"
    if strange := set(args) - set(OPERATORS[verb].model_fields):
        raise Refused(f"the weights of Keras's {verb}: {', '.join(sorted(strange))}")
    call.add(verb, args, call.plain(), "cells")


def _last(call: Call, config: Any) -> None:
    """The last step alone, where not all are wanted."""
    if not config.get("return_sequences"):
        call.add("slice", {"dim": 1, "start": "in_shape[1] - 1", "end": "in_shape[1]"}, name="last")
        call.add("squeeze", {"dim": 1}, name="state")


VERBS: Final = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn"}


def bidirectional(call: Call) -> None:
    """A recurrent layer in both directions, its outputs one behind the other."""
    inner = call.config.get("layer") or {}
    if call.config.get("merge_mode", "concat") != "concat" or inner.get("class_name") not in VERBS:
        raise Refused(f"{inner.get('class_name')} with merge_mode {call.config.get('merge_mode')}")
    config = inner["config"]
    _rows(call, VERBS[inner["class_name"]], config, bidirectional=True)
    _last(call, config)


def attention(call: Call) -> None:
    """Heads of their own width, between linear layers."""
    config, inputs = call.config, [*call.inputs]
    if config.get("attention_axes") not in (None, [1], (1,)) or config.get("sliding_window") or config.get("use_gate"):
        raise Refused("attention_axes, sliding_window and use_gate")
    heads, key = config["num_heads"], config["key_dim"]
    value_dim, bias = config.get("value_dim") or key, config.get("use_bias", True)
    query, value = inputs[0], inputs[1] if len(inputs) > 1 else inputs[0]
    keys = inputs[2] if len(inputs) > 2 else value  # noqa: PLR2004
    named = {}
    for name, tensor, width in (("query", query, key), ("key", keys, key), ("value", value, value_dim)):
        call.add("linear", {"out_features": heads * width, "bias": bias}, tensor.name, name)
        call.add("reshape", {"shape": ["in_shape[0]", "in_shape[1]", heads, width]}, name=f"{name}_heads")
        named[name] = call.add("permute", {"dims": [0, 2, 1, 3]}, name=f"{name}_first")
    call.add("scaled_dot_product_attention", None, list(named.values()), "attention")
    call.add("permute", {"dims": [0, 2, 1, 3]}, name="joined")
    call.add("reshape", {"shape": ["in_shape[0]", "in_shape[1]", heads * value_dim]}, name="flat")
    call.add("linear", {"out_features": config.get("output_shape") or query.shape[-1], "bias": bias}, name="output")


def dot_attention(call: Call) -> None:
    """Attention without weights."""
    if call.config.get("use_scale") or call.config.get("score_mode", "dot") != "dot":
        raise Refused("use_scale, and a score that is no product")
    sources = [call.inputs[0].name, (call.inputs[2] if len(call.inputs) > 2 else call.inputs[1]).name]  # noqa: PLR2004
    keys = call.add("permute", {"dims": [0, 2, 1]}, sources[1], "keys")
    call.add("matmul", None, [sources[0], keys], "scores")
    weights = call.add("softmax", {"dim": -1}, name="weights")
    call.add("matmul", None, [weights, call.inputs[1].name], "mixed")


LAYERS: Final[dict[str, Callable[[Call], None]]] = {
    **{name: _recurrent(verb) for name, verb in VERBS.items()},
    "Bidirectional": bidirectional,
    "MultiHeadAttention": attention,
    "Attention": dot_attention,
}
"""By class."""
