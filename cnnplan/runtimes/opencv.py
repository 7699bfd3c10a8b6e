"""What OpenCV's dnn module has had on the processor from version 4 on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.ops.windows import is_same
from cnnplan.runtimes.base import Effect, Fact, condition
from cnnplan.runtimes.sharing import FRACTION, NORM_OF_IMAGES, is_copied, is_whole_or_stays, refuses
from cnnplan.runtimes.windows import Axis, axes, sized
from cnnplan.sizes import eq

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition, Shape

__all__ = ["RATIO", "UNKNOWN", "is_seen", "transposed"]


def is_seen(layer: Layer, axis: Axis, before: int) -> Condition:
    """The windows see the same elements with another padding in front."""
    if layer.op.verb == "conv" or type(axis.n) is not int:
        return eq(axis.before, before)
    return condition(axis.seen(axis.before) == axis.seen(before))


def transposed(layer: Layer) -> Shape | None:
    """`same` leaves one window at the end."""
    if not is_same(layer.op.padding):
        return None
    return sized(layer, [(axis.n - 1) * axis.stride + 1 for axis in axes(layer)])


UNKNOWN = (
    refuses("gru and rnn", ("gru", "rnn"), "knows no GRU as exporters write it, and no RNN", "lstm"),
    refuses("norm of a window", ("lp_pool",), "knows no LpPool", "avg_pool of powers"),
    NORM_OF_IMAGES,
)
"""Layers that it refuses."""


def _rescaled(layer: Layer) -> Condition | bool:
    """The factor is the ratio of the sizes, or the corners stay."""
    if layer.op.mode == "nearest":
        return is_copied(layer, "sizes")
    return True if layer.op.align_corners else is_whole_or_stays(layer)


RATIO = Fact(
    name="factor from the sizes",
    verbs=("upsample",),
    effect=Effect.VALUES,
    says="takes the ratio of the sizes, which were rounded, for the factor",
    instead=FRACTION,
    agrees=_rescaled,
)
