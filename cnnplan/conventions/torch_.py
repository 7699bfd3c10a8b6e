"""The FLOP counter that PyTorch brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.conventions.attention import unseen_doubled
from cnnplan.conventions.base import ADDS, UNCOUNTED, Convention, doubled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Layer, Term

__all__ = ["CONVENTION"]


FUSED = 4
"""The axes for which there is one kernel, where queries and values are as wide; PyTorch 2.14 has it for three too."""


def _attention(layer: Layer) -> Iterable[Term]:
    """Two products, unless one kernel hides them."""
    query, _, value = layer.shapes
    if len(query) == FUSED and query[-1] == value[-1]:
        yield UNCOUNTED, -1 * layer.macs
    else:
        yield ADDS, layer.macs


CONVENTION = Convention(
    name="torch",
    version="2.13.0",
    unit="FLOPs",
    source="torch/utils/flop_counter.py: FlopCounterMode, the formulas of mm, addmm, bmm and convolution",
    # Of multi_head_attention it sees the products too with need_weights=True, and nothing in eval without gradients.
    note="It sees matrix products and convolutions as kernels of a CPU; fused attention, heads with need_weights=False "
    "among it, and LSTM have no formula.",
    rules={
        **dict.fromkeys(("conv", "conv_transpose", "linear", "matmul", "rnn", "gru"), doubled),
        "multi_head_attention": unseen_doubled,
        "scaled_dot_product_attention": _attention,
    },
)
