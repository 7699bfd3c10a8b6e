"""Haiku on JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.ops.windows import is_same
from cnnplan.runtimes.base import Effect, Fact, Runtime
from cnnplan.runtimes.windows import axes, is_bare, sized, surely
from cnnplan.sizes import eq, every, maximum

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition, Shape

__all__ = ["AROUND", "RUNTIME", "VALID"]

OTHERWISE = "padding dilation * (kernel_size - 1) - padding there, which takes off what padding takes off here"


def _around(layer: Layer) -> Shape | None:
    """Padding, where there is any, is added around the input, between whose elements zeros stand: none is VALID."""
    if not _is_padded(layer):
        return None
    sides = [(a.n - 1) * a.stride + 2 + a.before + a.after - a.span for a in axes(layer)]
    return sized(layer, [maximum(side, 0) for side in sides])


def _is_padded(layer: Layer) -> bool:
    return not is_same(layer.op.padding) and not all(map(is_bare, axes(layer)))


def valid(layer: Layer) -> Shape | None:
    """Without padding a step follows the last element, too, however short the kernel is."""
    if is_same(layer.op.padding) or _is_padded(layer) or not all(surely(eq(axis.extra, 0)) for axis in axes(layer)):
        return None
    return sized(layer, [axis.n * axis.stride + maximum(axis.span - axis.stride, 0) for axis in axes(layer)])


VALID = Fact(
    name="kernel shorter than the stride",
    verbs=("conv_transpose",),
    effect=Effect.SIZE,
    says="ends a transposed convolution after a whole step, n * stride, where the kernel is smaller than the stride",
    instead="output_padding of stride - kernel_size in PyTorch, or a slice there",
    shape=valid,
)


def _centred(layer: Layer) -> Condition | bool:
    """As much is added as is taken off."""
    if not _is_padded(layer):
        return True
    return every(eq(2 * axis.before, axis.span - 1) for axis in axes(layer))


INSIDE_OUT = "adds the padding of a transposed convolution around its input, instead of taking it off its output"
AROUND = (
    Fact(
        name="padding of a transposed convolution",
        verbs=("conv_transpose",),
        effect=Effect.SIZE,
        says=INSIDE_OUT,
        instead=OTHERWISE,
        shape=_around,
    ),
    Fact(
        name="padding of a transposed convolution, shifted",
        verbs=("conv_transpose",),
        effect=Effect.VALUES,
        says=INSIDE_OUT,
        instead=OTHERWISE,
        agrees=_centred,
    ),
)


RUNTIME = Runtime(
    name="haiku",
    title="Haiku",
    versions={"dm-haiku": "0.0.17", "jax": "0.12.0.1"},
    written="haiku.Conv2DTranspose, haiku.max_pool",
    facts=(*AROUND, VALID),
    measured={
        "avg_pool": 122,
        "conv": 503,
        "conv_transpose": 395,
        "max_pool": 211,
    },
)
