"""calflops: functions of PyTorch, replaced by ones that count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.conventions.affine import affine, normalization
from cnnplan.conventions.attention import unseen_doubled
from cnnplan.conventions.base import ADDS, BIASES, POOLS, Convention, Layer, Rule, doubled, of_input
from cnnplan.conventions.functions import local_response_norm
from cnnplan.conventions.recurrent import recurrent
from cnnplan.ops.windows import margins, per_axis
from cnnplan.sizes import floor_div, prod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Term
    from cnnplan.sizes import Extent

__all__ = ["CONVENTION"]

ACTIVATIONS = ("relu", "prelu", "elu", "leaky_relu", "silu", "gelu")


def _conv(layer: Layer) -> Iterable[Term]:
    yield ADDS, layer.macs
    if layer.op.bias:
        yield BIASES, layer.outputs


def _transposed(layer: Layer) -> Iterable[Term]:
    """Divided by the groups once too often; biases at the positions that a convolution of the input would have."""
    op, n = layer.op, layer.x[0]
    inner = op.out_channels // op.groups
    kernel = prod(per_axis(op.kernel_size, len(layer.x) - 2))
    counted = n * prod(layer.x[2:]) * layer.x[1] * floor_div(inner, op.groups) * kernel
    yield ADDS, layer.macs
    if op.groups != 1:
        yield "groups divided by twice", 2 * (counted - layer.macs)
    if op.bias:
        yield BIASES, n * inner * _convolved(layer)


def _convolved(layer: Layer) -> Extent:
    """The positions of a convolution with the geometry of a transposed one."""
    op, axes = layer.op, len(layer.x) - 2
    pads = (before + after for before, after in margins(op.padding, axes))
    geometry = zip(layer.x[2:], op.spans(axes), op.strides(axes), pads, strict=True)
    positions: Extent = prod(floor_div(size + pad - span, stride) + 1 for size, span, stride, pad in geometry)
    return positions


def _upsample(layer: Layer) -> Iterable[Term]:
    """The size that is asked for, without channels; or the input, where a factor is."""
    size = layer.op.size
    yield "upsampling", layer.inputs if size is None else prod(size) if isinstance(size, tuple) else size


RULES: dict[str, Rule] = {
    "conv": _conv,
    "conv_transpose": _transposed,
    **dict.fromkeys(("linear", "matmul"), doubled),
    "batch_norm": affine(2, 1),
    **normalization(5, 4),
    **dict.fromkeys(POOLS, of_input("pooling")),
    **dict.fromkeys(ACTIVATIONS, of_input("activations")),
    "multi_head_attention": unseen_doubled,
    "softmax": of_input("softmax"),
    "upsample": _upsample,
    "local_response_norm": local_response_norm,
    **recurrent({"rnn": 1, "gru": 1 + 3 + 3, "lstm": 4 + 3 + 3}, adds=True),
}

CONVENTION = Convention(
    name="calflops",
    version="0.3.2",
    unit="FLOPs",
    source="calflops/pytorch_ops.py: calculate_flops",
    note="Sums and products written as operators do not pass its functions.",
    rules=RULES,
)
