"""Keras 3 on TensorFlow, channels last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.runtimes.base import Effect, Fact, Runtime
from cnnplan.runtimes.haiku import VALID
from cnnplan.runtimes.sharing import refuses
from cnnplan.runtimes.windows import axes, is_dilated, surely
from cnnplan.sizes import eq, every

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition

__all__ = ["CUBIC", "DILATED", "NEAREST", "RUNTIME"]


def _is_either(layer: Layer) -> bool:
    """Either steps or taps lie apart, not both."""
    return all(surely(eq(axis.stride, 1)) for axis in axes(layer)) or not is_dilated(layer)


def _is_same(layer: Layer) -> Condition | bool:
    """The element below the middle of the new one is the one below its beginning."""
    if layer.op.mode != "nearest" or layer.op.size is None:
        return True
    pairs: list[tuple[Any, Any]] = list(zip(layer.x[2:], layer.y[2:], strict=True))
    if any(type(n) is not int for pair in pairs for n in pair):
        return every(eq(n, m) for n, m in pairs)
    return all((2 * i + 1) * n // (2 * m) == i * n // m for n, m in pairs for i in range(m))


DILATED = refuses(
    "stride and dilation",
    ("conv", "conv_transpose"),
    "refuses strides together with a dilation_rate",
    "a stride in a layer before or behind it",
    _is_either,
)

NEAREST = Fact(
    name="nearest of the middle",
    verbs=("upsample",),
    effect=Effect.VALUES,
    says="takes, resizing by nearest, the element below the middle of the new one, and PyTorch the one below its "
    "beginning",
    instead="a whole factor",
    agrees=_is_same,
)

CUBIC = Fact(
    name="slope of bicubic",
    verbs=("upsample",),
    effect=Effect.VALUES,
    says="blends by a cubic of another slope, -0.5 where PyTorch has -0.75",
    instead="mode bilinear",
    agrees=lambda layer: layer.op.mode != "bicubic" or layer.op.antialias,
)

RUNTIME = Runtime(
    name="keras_tensorflow",
    title="Keras on TensorFlow",
    versions={"keras": "3.15.1", "tensorflow": "2.21.0"},
    written="keras.layers",
    facts=(DILATED, VALID, NEAREST, CUBIC),
    measured={
        "adaptive_avg_pool": 53,
        "adaptive_max_pool": 60,
        "avg_pool": 122,
        "batch_norm": 47,
        "conv": 207,
        "conv_transpose": 246,
        "group_norm": 58,
        "gru": 27,
        "lstm": 25,
        "max_pool": 211,
        "pad": 25,
        "rnn": 26,
        "upsample": 133,
    },
)
