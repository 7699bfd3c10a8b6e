"""Attention, written out: ONNX has an operator for it since version 23 only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.translation.onnx.writing.operators.products import affine
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer


def _attended(layer: Layer, query: str, keys: str, value: str, width: Any, more: list[str]) -> str:  # noqa: PLR0913, PLR0917
    """Values weighted by the softmax of the products of queries and keys, these the other way round already."""
    scale = layer.number(layer.known("the features of the queries", width) ** -0.5)
    products = layer.call("MatMul", [layer.call("Mul", [query, scale]), keys])
    for mask in more:
        products = layer.call("Add", [products, mask])
    if getattr(layer.op, "is_causal", False):
        products = layer.call("Where", [_causal(layer), products, layer.number(-np.inf)])
    return layer.call("MatMul", [layer.call("Softmax", [products], axis=-1), value])


def _causal(layer: Layer) -> str:
    """True where a key is not behind its query."""
    rows, columns = layer.shapes[0][-2], layer.shapes[1][-2]
    if isinstance(rows, int) and isinstance(columns, int):
        return layer.file.array(np.tri(rows, columns, dtype=bool), f"causal_{rows}_{columns}")
    query, key = (_places(layer, n) for n in (rows, columns))
    return layer.call("GreaterOrEqual", [layer.call("Unsqueeze", [query, layer.whole(1)]), key])


def _places(layer: Layer, count: Any) -> str:
    """The whole numbers from 0 on, so many."""
    start, step = (layer.file.array(np.array(n, np.int64), f"{n}") for n in (0, 1))
    return layer.call("Range", [start, layer.call("Squeeze", [layer.extents([count])]), step])


def scaled_dot_product_attention_(layer: Layer) -> str:
    """Products, softmax, products."""
    if layer.op.enable_gqa:
        raise Unwritable("enable_gqa")
    query, key, value, *mask = layer.inputs
    if mask and layer.is_truth(mask[0]):
        raise Unwritable("a mask of truth values: add numbers instead, minus infinity where a pair is masked")
    rank = layer.rank
    turned = layer.call("Transpose", [key], perm=[*range(rank - 2), rank - 1, rank - 2])
    return _attended(layer, query, turned, value, layer.shapes[0][-1], mask)


def multi_head_attention_(layer: Layer) -> str:
    """Three projections, attention in heads, and a projection back."""
    if len(layer.inputs) not in (1, 3):
        raise Unwritable("multi_head_attention with a mask")
    features = layer.known("the features", layer.shapes[0][2])
    heads = layer.known("num_heads", layer.op.num_heads)
    split = [0, 0, heads, features // heads]
    shape = layer.whole(*split)
    parts = _projected(layer, features)
    turns = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
    query, key, value = (
        layer.call("Transpose", [layer.call("Reshape", [part, shape])], perm=turn)
        for part, turn in zip(parts, turns, strict=True)
    )
    y = layer.call("Transpose", [_attended(layer, query, key, value, features // heads, [])], perm=[0, 2, 1, 3])
    y = layer.call("Reshape", [y, layer.whole(0, 0, features)])
    bias = [layer.weight("out_proj.bias")] if layer.op.bias else []
    return affine(layer, y, layer.weight("out_proj.weight"), bias)


def _projected(layer: Layer, features: int) -> list[str]:
    """Queries, keys and values: of one input in one product, of three in three."""
    bias = [layer.weight("in_proj_bias")] if layer.op.bias else []
    together = layer.has("in_proj_weight")
    if len(layer.inputs) == 1 and together:
        whole = affine(layer, layer.x, layer.weight("in_proj_weight"), bias)
        return [_part(layer, whole, place, features, axis=2) for place in range(3)]
    inputs = layer.inputs * 3 if len(layer.inputs) == 1 else layer.inputs
    weights = (
        [_part(layer, layer.weight("in_proj_weight"), place, features, axis=0) for place in range(3)]
        if together
        else [layer.weight(f"{letter}_proj_weight") for letter in "qkv"]
    )
    return [
        affine(layer, x, weight, [_part(layer, each, place, features, axis=0) for each in bias])
        for place, (x, weight) in enumerate(zip(inputs, weights, strict=True))
    ]


def _part(layer: Layer, value: str, place: int, size: int, *, axis: int) -> str:
    """The first, second or third part of an axis."""
    bounds = [layer.whole(place * size), layer.whole((place + 1) * size)]
    return layer.call("Slice", [value, *bounds, layer.whole(axis)])
