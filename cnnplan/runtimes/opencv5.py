"""OpenCV 5's dnn module on the processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.ops.windows import is_same
from cnnplan.runtimes.base import Effect, Fact, Runtime
from cnnplan.runtimes.opencv import RATIO, UNKNOWN, is_seen, transposed
from cnnplan.runtimes.sharing import EVEN, IMAGES, NUMBERS, SMOOTH_CUBIC, counted, is_even_lower, keeps, refuses
from cnnplan.runtimes.windows import axes, is_bare, surely
from cnnplan.sizes import every, ge

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition

__all__ = ["RUNTIME"]


def _centred(layer: Layer) -> Condition | bool:
    """`same` pads half a kernel in front."""
    if not is_same(layer.op.padding):
        return True
    return every(is_seen(layer, axis, (axis.kernel - 1) // 2) for axis in axes(layer))


def _pointwise(layer: Layer) -> bool:
    """No kernel of one element, one step apart, is padded."""
    larger = any(surely(ge(axis.kernel, 2)) or surely(ge(axis.stride, 2)) for axis in axes(layer))
    return larger or all(map(is_bare, axes(layer)))


RUNTIME = Runtime(
    name="opencv5",
    title="OpenCV",
    versions={"opencv": "5.0.0"},
    written="ONNX",
    facts=(
        *UNKNOWN,
        refuses(
            "resize of images",
            ("upsample",),
            "resizes two spatial axes only",
            "reshape to two axes, and resize along one of them",
            lambda layer: layer.axes == IMAGES,
        ),
        keeps("max_pool", "avg_pool"),
        Fact(
            name="same leaves one window at the end",
            verbs=("conv_transpose",),
            effect=Effect.SIZE,
            says="leaves (n - 1) * stride + 1 elements for auto_pad",
            instead=NUMBERS,
            shape=transposed,
        ),
        Fact(
            name="same pads half a kernel in front",
            verbs=("conv", "max_pool", "avg_pool"),
            effect=Effect.VALUES,
            says="pads (kernel_size - 1) // 2 in front for auto_pad, whatever size, stride and dilation",
            instead=NUMBERS,
            agrees=_centred,
        ),
        Fact(
            name="same_lower of a transposed convolution",
            verbs=("conv_transpose",),
            effect=Effect.VALUES,
            says="takes the odd element off the end for SAME_LOWER, as for SAME_UPPER",
            instead=NUMBERS,
            agrees=is_even_lower,
        ),
        Fact(
            name="padding of a kernel of one element",
            verbs=("conv",),
            effect=Effect.VALUES,
            says="leaves part of the output as it finds it in memory where a 1 x 1 convolution of stride 1 is padded",
            instead="a pad in front",
            agrees=_pointwise,
        ),
        Fact(
            name="divisor of the last window",
            verbs=("avg_pool",),
            effect=Effect.VALUES,
            says="divides a window that sticks out in ceil mode by another number of elements",
            instead=EVEN,
            agrees=counted,
        ),
        SMOOTH_CUBIC,
        RATIO,
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
