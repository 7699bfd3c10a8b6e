"""The GFLOPs that Ultralytics prints of its networks: twice what its own fork of thop counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.conventions.affine import affine
from cnnplan.conventions.attention import three
from cnnplan.conventions.base import ADDS, NOTHING, Convention, Layer, Rule, of_input
from cnnplan.sizes import prod
from cnnplan.sizes.forms.functions import ceil_div, floor_div

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Term
    from cnnplan.sizes import Extent

__all__ = ["CONVENTION"]


def _attention(layer: Layer) -> Iterable[Term]:
    """A softmax beside the products: of each row of n an exp and a division each, and n - 1 adds."""
    query, key, _ = three(layer)
    rows = query[0] * layer.op.num_heads * query[1]
    yield "softmax", rows * (3 * key[1] - 1)


def _adaptive(layer: Layer) -> Iterable[Term]:
    """A sum over each window, and a division for each element of the output; windows may overlap."""
    axes = zip(layer.x[2:], layer.shape[2:], strict=True)
    summed = prod([*layer.x[:2], *(_windows(before, after) for before, after in axes)])
    yield "adaptive pooling", summed + layer.outputs


def _windows(before: Extent, after: Extent) -> Any:
    """The elements in all windows along an axis, those twice that two windows share."""
    if not isinstance(after, int):
        return before
    return sum(ceil_div(before * (i + 1), after) - floor_div(before * i, after) for i in range(after))


def _twice(rule: Rule) -> Rule:
    """Everything is multiplied by two in the end, what is no multiply-add too."""

    def doubled(layer: Layer) -> Iterable[Term]:
        yield ADDS, layer.macs
        for name, amount in rule(layer):
            yield name, 2 * amount

    return doubled


RULES: dict[str, Rule] = {
    **dict.fromkeys(("conv", "conv_transpose", "linear", "matmul", "scaled_dot_product_attention"), NOTHING),
    "multi_head_attention": _attention,
    "batch_norm": affine(4, 2),
    "layer_norm": affine(4, 2, "other normalizations", "elementwise_affine"),
    "group_norm": affine(4, 2, "other normalizations"),
    "prelu": of_input("activations"),
    "adaptive_avg_pool": _adaptive,
    "global_avg_pool": _adaptive,
}

CONVENTION = Convention(
    name="ultralytics",
    version="8.4.190",
    unit="FLOPs, two for everything that is counted",
    source="get_flops, and the hooks of ultralytics-thop 2.2.3",
    note="What its modules do as functions costs nothing, average pooling and interpolation among it.",
    rules={verb: _twice(rule) for verb, rule in RULES.items()},
)
