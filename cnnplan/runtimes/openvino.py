"""OpenVINO on the processor, in float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.runtimes.base import Effect, Fact, Runtime
from cnnplan.runtimes.sharing import (
    EVEN,
    LARGER,
    SAME_SPREAD,
    SMOOTH_CUBIC,
    by_factor,
    counted,
    fits,
    is_even,
    keeps,
    refuses,
)
from cnnplan.runtimes.windows import axes, is_bare

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition

__all__ = ["RUNTIME"]


def _padded(layer: Layer) -> Condition | bool:
    """There is no padding, or no window sticks out."""
    return all(map(is_bare, axes(layer))) or counted(layer)


RUNTIME = Runtime(
    name="openvino",
    title="OpenVINO",
    versions={"openvino": "2026.4.1"},
    written="ONNX",
    facts=(
        refuses(
            "window longer than the input",
            ("max_pool", "avg_pool"),
            "refuses a window that is longer than the padded input, which ceil mode allows",
            LARGER,
            fits,
        ),
        refuses(
            "circular padding", ("pad",), "knows no mode wrap", "concat of slices", lambda x: x.op.mode != "circular"
        ),
        keeps("max_pool"),
        SAME_SPREAD,
        Fact(
            name="divisor of the last window",
            verbs=("avg_pool",),
            effect=Effect.VALUES,
            says="divides a window that sticks out in ceil mode by another number of elements",
            instead=EVEN,
            agrees=_padded,
        ),
        Fact(
            name="response norm of an even size",
            verbs=("local_response_norm",),
            effect=Effect.VALUES,
            says="takes another number of channels for an even size",
            instead="an odd size",
            agrees=lambda layer: not is_even(layer),
        ),
        SMOOTH_CUBIC,
        by_factor("axis"),
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
