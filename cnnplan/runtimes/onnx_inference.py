"""onnx's shape inference, which other tools ask for sizes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from cnnplan.ops.windows import per_axis
from cnnplan.runtimes.base import Effect, Fact, Runtime
from cnnplan.runtimes.sharing import FRACTION, SAME_SPREAD, keeps, single
from cnnplan.runtimes.windows import sized
from cnnplan.sizes import floor_div

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Shape

__all__ = ["RESIZED", "RUNTIME"]

BEFORE_CLIPPING = (1, 21)
"""The versions of the poolings whose inference keeps a last window that starts in the padding."""


def _resized(layer: Layer) -> Shape | None:
    """The factor is the float32 next to it, and its product is exact."""
    if layer.op.scale_factor is None:
        return None
    exact = [Fraction(single(factor)) for factor in per_axis(layer.op.scale_factor, layer.axes)]
    pairs = zip(layer.x[2:], exact, strict=True)
    return sized(layer, [floor_div(n * factor.numerator, factor.denominator) for n, factor in pairs])


RESIZED = Fact(
    name="factor in float32",
    verbs=("upsample",),
    effect=Effect.SIZE,
    says="multiplies the size by the float32 next to the factor, which may be less than the factor",
    instead=FRACTION,
    shape=_resized,
)

RUNTIME = Runtime(
    name="onnx_inference",
    title="onnx's shape inference",
    versions={"onnx": "1.23.2"},
    written="ONNX",
    facts=(keeps("max_pool", "avg_pool", "lp_pool", opsets=BEFORE_CLIPPING), SAME_SPREAD, RESIZED),
    measured={
        "adaptive_avg_pool": 17,
        "adaptive_max_pool": 16,
        "avg_pool": 753,
        "batch_norm": 47,
        "chunk": 120,
        "conv": 616,
        "conv_transpose": 759,
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
