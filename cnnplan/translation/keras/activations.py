"""Activations, by the name of a function or as layers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.keras.calls import Refused, number

if TYPE_CHECKING:
    from cnnplan.translation.keras.calls import Call

__all__ = ["LAYERS", "activate", "activated"]

FUNCTIONS: Final[dict[str, str]] = {
    **{name: name for name in ("relu", "sigmoid", "tanh", "elu", "selu", "softplus", "mish", "silu", "gelu", "relu6")},
    "swish": "silu",
    "hard_silu": "hard_swish",
    "hard_swish": "hard_swish",
    "hard_sigmoid": "hard_sigmoid",
    "exponential": "exp",
}


def activate(call: Call) -> None:
    """Append the activation of the config."""
    activated(call, call.config.get("activation"))


def activated(call: Call, activation: Any) -> None:
    """Append an activation: "relu", or the config of a layer or function."""
    if isinstance(activation, dict):
        inner = activation.get("config")
        if isinstance(inner, dict) and activation.get("class_name") in LAYERS:
            LAYERS[activation["class_name"]](call, inner)
            return
        activation = inner if isinstance(inner, str) else activation.get("class_name")
    if activation in (None, "linear"):
        return
    if activation == "softmax":
        call.add("softmax", {"dim": 1 if call.moved else -1}, name="softmax")
    elif activation == "leaky_relu":
        call.add("leaky_relu", {"negative_slope": number(0.2)}, name="leaky")
    elif activation in FUNCTIONS:
        call.add(FUNCTIONS[activation], name="act")
    else:
        raise Refused(f"the activation {activation} is not known")


def _relu(call: Call, config: dict[str, Any]) -> None:
    top, slope, threshold = config.get("max_value"), config.get("negative_slope", 0), config.get("threshold", 0)
    if threshold:
        raise Refused(f"threshold (={threshold}) of a ReLU")
    if slope and top is None:
        call.add("leaky_relu", {"negative_slope": number(slope)}, name="relu")
    elif slope:
        raise Refused(f"max_value (={top}) and negative_slope (={slope}) of a ReLU together")
    elif top is None:
        call.add("relu", name="relu")
    else:
        verb, args = ("relu6", None) if top == 6 else ("clip", {"min": 0, "max": number(top)})  # noqa: PLR2004
        call.add(verb, args, name="relu")


def _slope(call: Call, config: dict[str, Any]) -> None:
    call.add("leaky_relu", {"negative_slope": number(config.get("negative_slope", 0.3))}, name="leaky")


LAYERS: Final[dict[str, Any]] = {
    "ReLU": _relu,
    "LeakyReLU": _slope,
    "ELU": lambda call, config: call.add("elu", {"alpha": number(config.get("alpha", 1))}, name="elu"),
}
"""Activations that are layers, by their class: they take the call and a config."""
