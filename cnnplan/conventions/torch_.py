"""The FLOP counter that PyTorch brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.conventions.attention import unseen
from cnnplan.conventions.base import ADDS, Convention, doubled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Layer, Term

__all__ = ["CONVENTION"]


def _attention(layer: Layer) -> Iterable[Term]:
    """The projections, doubled."""
    for name, amount in unseen(layer):
        yield name, amount
        yield ADDS, layer.macs + amount


CONVENTION = Convention(
    name="torch",
    version="2.13.0",
    unit="FLOPs",
    source="torch/utils/flop_counter.py: FlopCounterMode, the formulas of mm, addmm, bmm and convolution",
    note="It sees matrix products and convolutions as they reach the kernels of a CPU, whose fused attention and LSTM "
    "it has no formula for.",
    rules={
        **dict.fromkeys(("conv", "conv_transpose", "linear", "matmul", "rnn", "gru"), doubled),
        "multi_head_attention": _attention,
    },
)
