"""The FLOP counter that PyTorch brings."""

from __future__ import annotations

from cnnplan.conventions.attention import unseen_doubled
from cnnplan.conventions.base import Convention, doubled

__all__ = ["CONVENTION"]


CONVENTION = Convention(
    name="torch",
    version="2.13.0",
    unit="FLOPs",
    source="torch/utils/flop_counter.py: FlopCounterMode, the formulas of mm, addmm, bmm and convolution",
    note="It sees matrix products and convolutions as kernels of a CPU; fused attention and LSTM have no formula.",
    rules={
        **dict.fromkeys(("conv", "conv_transpose", "linear", "matmul", "rnn", "gru"), doubled),
        "multi_head_attention": unseen_doubled,
    },
)
