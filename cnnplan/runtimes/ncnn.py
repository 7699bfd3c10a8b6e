"""ncnn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.ops.windows import is_same
from cnnplan.runtimes.base import Effect, Fact, Runtime
from cnnplan.runtimes.sharing import EVEN, NUMBERS, by_factor, counted, needless
from cnnplan.runtimes.windows import axes, has_ceil, sized
from cnnplan.sizes import ge, le, maximum, minimum

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition, Shape

__all__ = ["RUNTIME"]

IMAGES = 2


def _uncut(layer: Layer) -> Shape | None:
    return sized(layer, [axis.spread for axis in axes(layer)]) if is_same(layer.op.padding) else None


def _ceiled(layer: Layer) -> Shape | None:
    """The last window is kept, and one more where a window is longer than the padded input."""
    if not has_ceil(layer.op):
        return None
    return sized(layer, [axis.ceiled + minimum(maximum(axis.lack, 0), 1) for axis in axes(layer)])


def _shifted(layer: Layer) -> Condition | bool:
    """The last axis does not leave so much out that it would be padded by less than 0, while the other is padded."""
    if not is_same(layer.op.padding) or layer.axes != IMAGES:
        return True
    high, wide = axes(layer)
    return le(high.need, 0) | ge(wide.need, -1 if layer.op.padding == "same" else 0)


def _mean(layer: Layer) -> Condition | bool:
    return True if layer.op.count_include_pad else needless(layer)


RUNTIME = Runtime(
    name="ncnn",
    title="ncnn",
    versions={"ncnn": "1.0.20261020"},
    written="its own layers, with the numbers that pnnx writes",
    facts=(
        Fact(
            name="last window kept",
            verbs=("max_pool", "avg_pool"),
            effect=Effect.SIZE,
            says="keeps, in ceil mode, a last window that starts in the padding or behind it",
            instead=EVEN,
            shape=_ceiled,
        ),
        Fact(
            name="same of less than nothing",
            verbs=("conv", "max_pool", "avg_pool"),
            effect=Effect.VALUES,
            says="starts the windows of `same` behind the first elements, where they leave some out, if the other axis "
            "is padded",
            instead=NUMBERS,
            agrees=_shifted,
        ),
        Fact(
            name="same takes nothing off",
            verbs=("conv_transpose",),
            effect=Effect.SIZE,
            says="takes nothing off the output of a transposed convolution for `same`",
            instead=NUMBERS,
            shape=_uncut,
        ),
        Fact(
            name="same counts its padding",
            verbs=("avg_pool",),
            effect=Effect.VALUES,
            says="counts the padding of `same` in the mean, whatever count_include_pad says",
            instead=NUMBERS,
            agrees=_mean,
        ),
        Fact(
            name="divisor of the last window",
            verbs=("avg_pool",),
            effect=Effect.VALUES,
            says="divides a window that sticks out by another number of elements",
            instead=EVEN,
            agrees=counted,
        ),
        by_factor("layer"),
    ),
    measured={
        "adaptive_avg_pool": 28,
        "adaptive_max_pool": 32,
        "avg_pool": 560,
        "batch_norm": 14,
        "conv": 428,
        "conv_transpose": 534,
        "group_norm": 14,
        "instance_norm": 9,
        "layer_norm": 19,
        "local_response_norm": 53,
        "max_pool": 450,
        "pad": 93,
        "pixel_shuffle": 37,
        "upsample": 492,
    },
)
