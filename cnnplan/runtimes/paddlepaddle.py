"""PaddlePaddle on the processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.ops.windows import is_same
from cnnplan.runtimes.base import Effect, Fact, Runtime
from cnnplan.runtimes.sharing import NUMBERS, STAYING, by_factor, folds_evenly, keeps, refuses
from cnnplan.runtimes.windows import axes, is_apart, sized
from cnnplan.sizes import eq, every, maximum, minimum

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition, Shape

__all__ = ["RUNTIME"]


def _transposed(layer: Layer) -> Shape | None:
    """Off comes what a convolution of the input with the same kernel would be padded by."""
    if not is_same(layer.op.padding):
        return None
    sides = [(axis.n - 1) * axis.stride + axis.kernel - maximum(axis.undilated, 0) for axis in axes(layer)]
    return sized(layer, sides)


def _mean(layer: Layer) -> Condition | bool:
    """No window reaches into padding at the end that is more than the padding in front."""
    if not layer.op.count_include_pad:
        return True
    found = []
    for axis in axes(layer):
        end = (axis.m - 1) * axis.stride + axis.kernel - axis.before
        found.append(eq(minimum(end, axis.n + axis.after), minimum(end, axis.n + axis.before)))
    return every(found)


RUNTIME = Runtime(
    name="paddlepaddle",
    title="PaddlePaddle",
    versions={"paddlepaddle": "3.3.1"},
    written="paddle.nn.functional",
    facts=(
        keeps("max_pool", "avg_pool"),
        Fact(
            name="same of a convolution's input",
            verbs=("conv_transpose",),
            effect=Effect.SIZE,
            says="takes off for SAME what a convolution would pad its input by, and forgets the dilation",
            instead=NUMBERS,
            shape=_transposed,
        ),
        Fact(
            name="same forgets the dilation",
            verbs=("conv", "conv_transpose"),
            effect=Effect.VALUES,
            says="forgets the dilation with SAME",
            instead=NUMBERS,
            agrees=lambda layer: not (is_same(layer.op.padding) and is_apart(layer)),
        ),
        Fact(
            name="padding at the end as in front",
            verbs=("avg_pool",),
            effect=Effect.VALUES,
            says="counts in the mean as much padding at the end as there is in front",
            instead="count_include_pad: false, or a pad in front",
            agrees=_mean,
        ),
        refuses(
            "chunks of equal length",
            ("chunk",),
            "cuts into chunks of equal length only",
            "split with the extents of the parts",
            folds_evenly,
        ),
        by_factor("layer"),
        STAYING,
    ),
    measured={
        "adaptive_avg_pool": 53,
        "adaptive_max_pool": 60,
        "avg_pool": 613,
        "batch_norm": 47,
        "chunk": 120,
        "conv": 503,
        "conv_transpose": 630,
        "group_norm": 58,
        "gru": 27,
        "instance_norm": 42,
        "layer_norm": 56,
        "local_response_norm": 87,
        "lstm": 25,
        "max_pool": 571,
        "pad": 200,
        "pixel_shuffle": 37,
        "pixel_unshuffle": 23,
        "rnn": 26,
        "split": 60,
        "upsample": 759,
    },
)
