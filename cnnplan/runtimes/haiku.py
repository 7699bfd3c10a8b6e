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

__all__ = ["RUNTIME", "VALID", "around"]

OTHERWISE = "padding dilation * (kernel_size - 1) - padding there, which takes off what padding takes off here"


def _around(layer: Layer) -> Shape | None:
    """Padding is added around the input, between whose elements zeros stand."""
    if is_same(layer.op.padding):
        return None
    sides = [(a.n - 1) * a.stride + 2 + a.before + a.after - a.span for a in axes(layer)]
    return sized(layer, [maximum(side, 0) for side in sides])


def _stated(layer: Layer) -> Shape | None:
    """The same, where there is padding: none at all is VALID."""
    return _around(layer) if _is_padded(layer) else None


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
    if is_same(layer.op.padding):
        return True
    return every(eq(2 * axis.before, axis.span - 1) for axis in axes(layer))


def _placed(layer: Layer) -> Condition | bool:
    return _centred(layer) if _is_padded(layer) else True


def around(*, always: bool) -> tuple[Fact, Fact]:
    """Padding that is added around the input of a transposed convolution.

    Args:
        always: whether that is so of no padding, too.
    """
    says = "adds the padding of a transposed convolution around its input, instead of taking it off its output"
    verbs = ("conv_transpose",)
    size, values = (_around, _centred) if always else (_stated, _placed)
    return (
        Fact("padding of a transposed convolution", verbs, Effect.SIZE, says, OTHERWISE, shape=size),
        Fact("padding of a transposed convolution, shifted", verbs, Effect.VALUES, says, OTHERWISE, values),
    )


RUNTIME = Runtime(
    name="haiku",
    title="Haiku",
    versions={"dm-haiku": "0.0.17", "jax": "0.12.0.1"},
    written="haiku.Conv2DTranspose, haiku.max_pool",
    facts=(*around(always=False), VALID),
    measured={
        "avg_pool": 122,
        "conv": 503,
        "conv_transpose": 395,
        "max_pool": 211,
    },
)
