"""fvcore's FlopCountAnalysis: the operators of a traced network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.conventions.affine import affine, normalization
from cnnplan.conventions.attention import unseen
from cnnplan.conventions.base import NOTHING, Convention, Layer, Rule, of_input

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Term

__all__ = ["CONVENTION"]

IMAGE = 4
"""Axes of a batch of images: some counters are there for images only."""

BLENDS = {"nearest": 1, "linear": 4, "bilinear": 4}


def _image(rule: Rule) -> Rule:
    return lambda layer: rule(layer) if len(layer.x) == IMAGE else ()


def _upsample(layer: Layer) -> Iterable[Term]:
    times = BLENDS.get(layer.op.mode, 0)
    yield "upsampling", times * layer.outputs


CONVENTION = Convention(
    name="fvcore",
    version="0.1.5.post20221221",
    unit="FLOPs, one for a multiply-add",
    source="fvcore/nn/flop_count.py and jit_handles.py: FlopCountAnalysis",
    note="It does not know recurrent layers, nor the kernel that fuses the products of attention.",
    rules={
        **dict.fromkeys(("conv", "conv_transpose", "linear", "matmul"), NOTHING),
        "multi_head_attention": unseen,
        "batch_norm": affine(2, 1),
        **normalization(5, 4),
        "upsample": _image(_upsample),
        "adaptive_avg_pool": _image(of_input("adaptive pooling")),
        "global_avg_pool": _image(of_input("adaptive pooling")),
    },
)
