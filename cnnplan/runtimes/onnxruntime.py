"""onnxruntime on the processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.ops.windows import is_same
from cnnplan.runtimes.base import Effect, Fact, Runtime, condition
from cnnplan.runtimes.sharing import (
    EVEN,
    NORM_OF_IMAGES,
    NUMBERS,
    SAME_SPREAD,
    SMOOTH_CUBIC,
    STAYING,
    by_factor,
    refuses,
    sticks,
)
from cnnplan.runtimes.windows import axes, is_dilated, sized
from cnnplan.sizes import every, ge

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition, Shape

__all__ = ["RUNTIME"]

IMAGES = 2
BEFORE_DILATION = (1, 18)
"""The versions of AveragePool that have no dilations, and a kernel of its own."""


def _undilated(layer: Layer) -> Shape | None:
    """Padding as if the taps lay side by side."""
    if not is_same(layer.op.padding) or not is_dilated(layer):
        return None
    return sized(layer, [axis.steps(axis.undilated) for axis in axes(layer)])


def _positive(layer: Layer) -> Condition | bool:
    """There are windows, padded like that."""
    if not is_same(layer.op.padding) or not is_dilated(layer):
        return True
    return every(ge(axis.steps(axis.undilated), 0) for axis in axes(layer))


def _covering(layer: Layer) -> Condition | bool:
    """No window of `same` leaves an element out."""
    if not is_same(layer.op.padding) or is_dilated(layer):
        return True
    return every(ge(axis.need, 0) for axis in axes(layer))


def _unshifted(layer: Layer) -> Condition | bool:
    """Padding of less than 0 that is all at the end."""
    if not is_same(layer.op.padding) or (layer.op.verb == "max_pool" and not is_dilated(layer)):
        return True
    least = -1 if layer.op.padding == "same" else -2
    return every(ge(axis.undilated, least) for axis in axes(layer))


RUNTIME = Runtime(
    name="onnxruntime",
    title="onnxruntime",
    versions={"onnxruntime": "1.32.0"},
    written="ONNX",
    facts=(
        refuses(
            "same of a dilated convolution",
            ("conv",),
            "refuses auto_pad with dilations",
            NUMBERS,
            lambda layer: not (is_same(layer.op.padding) and is_dilated(layer)),
        ),
        refuses(
            "same of less than nothing",
            ("max_pool",),
            "comes for auto_pad to a padding of less than 0, where windows leave elements out, or to less than no "
            "dilated window, and refuses it",
            NUMBERS,
            lambda layer: every((condition(_covering(layer)), condition(_positive(layer)))),
        ),
        Fact(
            name="same of less than nothing, of a mean",
            verbs=("avg_pool",),
            effect=Effect.REFUSED,
            says="takes a padding of less than 0 for auto_pad where windows leave elements out, and refuses it (up to "
            "opset 18)",
            instead=NUMBERS,
            agrees=_covering,
            opsets=BEFORE_DILATION,
        ),
        NORM_OF_IMAGES,
        Fact(
            name="same of a dilated pooling",
            verbs=("max_pool",),
            effect=Effect.SIZE,
            says="pads for auto_pad as if there were no dilations",
            instead=NUMBERS,
            shape=_undilated,
        ),
        SAME_SPREAD,
        Fact(
            name="same that starts late",
            verbs=("max_pool", "avg_pool"),
            effect=Effect.VALUES,
            says="starts behind the first elements where windows of auto_pad leave some out (a mean from opset 19)",
            instead=NUMBERS,
            agrees=_unshifted,
        ),
        Fact(
            name="norm of the last window",
            verbs=("lp_pool",),
            effect=Effect.VALUES,
            says="does not scale a window that sticks out in ceil mode, as PyTorch does",
            instead=EVEN,
            agrees=sticks,
        ),
        SMOOTH_CUBIC,
        by_factor("layer"),
        STAYING,
    ),
    measured={
        "adaptive_avg_pool": 17,
        "adaptive_max_pool": 16,
        "avg_pool": 753,
        "batch_norm": 47,
        "chunk": 120,
        "conv": 616,
        "conv_transpose": 759,
        "group_norm": 58,
        "gru": 27,
        "instance_norm": 42,
        "layer_norm": 56,
        "local_response_norm": 87,
        "lp_pool": 100,
        "lstm": 25,
        "max_pool": 1108,
        "pad": 200,
        "pixel_shuffle": 37,
        "pixel_unshuffle": 23,
        "rnn": 26,
        "split": 60,
        "upsample": 990,
    },
)
