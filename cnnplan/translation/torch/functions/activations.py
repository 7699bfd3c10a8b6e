"""Activations, and what gives its input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.functions.table import TABLE, number, same, takes
from cnnplan.translation.torch.values import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.torch.emitting import Emitter
    from cnnplan.translation.torch.values import Value

PASSING: Final = (
    "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout", "contiguous", "clone",
    "detach",
    "to", "float", "half", "double", "bfloat16", "type", "type_as", "requires_grad", "identity", "cpu", "cuda", "data",
    "alias", "positive", "real", "view_as_real_", "checkpoint", "stochastic_depth", "resolve_conj", "native_dropout_",
)  # fmt: skip
"""What gives its input, in eval mode."""

TABLE.update(dict.fromkeys(PASSING, same))


@takes("long", "int")
def whole(_: Emitter, x: Value) -> Any:
    """Whole numbers, which those that come in are already."""
    if "int" not in x.seen.dtype:
        raise Refused("numbers that are rounded to whole ones")
    return x


PLAIN: Final = {
    "relu": "relu", "relu6": "relu6", "sigmoid": "sigmoid", "tanh": "tanh", "silu": "silu", "mish": "mish",
    "selu": "selu", "hardswish": "hard_swish", "hardsigmoid": "hard_sigmoid", "abs": "abs", "sqrt": "sqrt",
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "swish": "silu",
}  # fmt: skip
"""Functions of one element, with nothing to say besides."""


def _plain(verb: str) -> Callable[..., Any]:
    def write(t: Emitter, x: Value, *_: Any, **_more: Any) -> Any:
        return t.add(verb, {}, [x])

    return write


TABLE.update({name: _plain(verb) for name, verb in PLAIN.items()})


@takes("zero_")
def zero(t: Emitter, x: Value) -> Any:
    """Nothing but zeros."""
    return t.add("multiply", {"value": 0}, [x])


@takes("leaky_relu")
def leaky_relu(t: Emitter, x: Value, negative_slope: float = 0.01, *_: Any, **_more: Any) -> Any:
    """A slope."""
    return t.add("leaky_relu", {"negative_slope": negative_slope}, [x])


@takes("elu")
def elu(t: Emitter, x: Value, alpha: float = 1.0, *_: Any, **_more: Any) -> Any:
    """An exponential below 0."""
    return t.add("elu", {"alpha": alpha} if alpha != 1 else {}, [x])


@takes("gelu")
def gelu(t: Emitter, x: Value, approximate: str = "none") -> Any:
    """GELU, exact or by tanh."""
    return t.add("gelu", {"approximate": approximate} if approximate != "none" else {}, [x])


@takes("softplus")
def softplus(t: Emitter, x: Value, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """A soft bend."""
    return t.add("softplus", {"beta": beta, "threshold": threshold}, [x])


@takes("hardtanh")
def hardtanh(t: Emitter, x: Value, min_val: float = -1.0, max_val: float = 1.0, *_: Any, **_more: Any) -> Any:
    """A clip."""
    if (min_val, max_val) == (0, 6):
        return t.add("relu6", {}, [x])
    return t.add("clip", {"min": min_val, "max": max_val}, [x])


@takes("clamp", "clip")
def clamp(t: Emitter, x: Value, min: Any = None, max: Any = None) -> Any:
    """A clip."""
    return t.add("clip", {"min": number(min), "max": number(max)}, [x])


@takes("clamp_min")
def clamp_min(t: Emitter, x: Value, min: Any) -> Any:
    """A lower bound."""
    return t.add("clip", {"min": number(min)}, [x])


@takes("softmax", "_softmax")
def softmax(t: Emitter, x: Value, dim: int = -1, *_: Any, **_more: Any) -> Any:
    """Exponentials that add up to 1."""
    return t.add("softmax", {"dim": dim}, [x])


@takes("log_softmax")
def log_softmax(t: Emitter, x: Value, dim: int = -1, *_: Any, **_more: Any) -> Any:
    """Their logarithms."""
    return t.add("log_softmax", {"dim": dim}, [x])


@takes("glu")
def glu(t: Emitter, x: Value, dim: int = -1) -> Any:
    """One half, by the sigmoid of the other."""
    halves = t.add("split", {"sections": 2, "dim": dim}, [x], origin=t.origin("split"))
    gate = t.add("sigmoid", {}, [f"{halves}.1"], origin=t.origin("sigmoid"))
    return t.add("multiply", {}, [f"{halves}.0", gate], origin=t.origin("multiply"))
