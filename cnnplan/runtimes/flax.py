"""Flax's linen, with jax.image.resize, channels last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.runtimes.base import Effect, Fact, Runtime
from cnnplan.runtimes.haiku import AROUND, VALID
from cnnplan.runtimes.keras_tensorflow import CUBIC, NEAREST
from cnnplan.runtimes.sharing import NUMBERS, is_even_lower, refuses
from cnnplan.runtimes.windows import axes, is_dilated, surely
from cnnplan.sizes import eq

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer

__all__ = ["RUNTIME"]


def _is_known(layer: Layer) -> bool:
    """No SAME_LOWER, or windows one step apart with taps side by side."""
    if layer.op.padding != "same_lower":
        return True
    return not is_dilated(layer) and all(surely(eq(axis.stride, 1)) for axis in axes(layer))


RUNTIME = Runtime(
    name="flax",
    title="Flax",
    versions={"flax": "0.12.12", "jax": "0.12.0.1"},
    written="flax.linen, jax.image.resize",
    facts=(
        refuses(
            "same_lower of a transposed convolution",
            ("conv_transpose",),
            "knows no SAME_LOWER of a transposed convolution with strides or dilation",
            NUMBERS,
            _is_known,
        ),
        Fact(
            name="same_lower of stride 1",
            verbs=("conv_transpose",),
            effect=Effect.VALUES,
            says="takes the odd element off the other end for SAME_LOWER",
            instead=NUMBERS,
            agrees=is_even_lower,
        ),
        *AROUND,
        VALID,
        NEAREST,
        CUBIC,
    ),
    measured={
        "avg_pool": 505,
        "batch_norm": 47,
        "conv": 616,
        "conv_transpose": 552,
        "group_norm": 58,
        "max_pool": 422,
        "pad": 195,
        "upsample": 250,
    },
)
