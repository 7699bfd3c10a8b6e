"""Poolings to a given size: plain ones where windows come out even, a function of ONNX's operators where they do not.

Element i of m on n is of the places from floor(i n / m) to ceil((i + 1) n / m): a mean is a product with a matrix of
that. Whoever reads the function again knows it by its body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.writing.adaptive import called, defined
from cnnplan.translation.onnx.writing.protos import DOMAIN
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer


def _pooled(layer: Layer, kind: str) -> str | None:
    """One window, or windows that are all alike; None where there is no such pooling."""
    sizes = [*zip(layer.shapes[0][2:], layer.shape[2:], strict=True)]
    if all(m == 1 for _, m in sizes):
        return layer.call(f"Global{kind}Pool")
    if not all(isinstance(n, int) and isinstance(m, int) and n % m == 0 for n, m in sizes):
        return None
    kernel: Any = [n // m for n, m in sizes]
    return layer.call(f"{kind}Pool", kernel_shape=kernel, strides=kernel)


def adaptive_avg_pool_(layer: Layer) -> str:
    """Windows that come out even, or the function."""
    plain = _pooled(layer, "Average")
    if plain is not None:
        return plain
    pairs = zip(layer.shapes[0][2:], layer.shape[2:], strict=True)
    sizes = tuple(None if n is m or n == m else layer.known("output_size", m) for n, m in pairs)
    name = called(sizes)
    layer.file.functions.setdefault(name, defined(sizes, layer.file.dtype))
    return layer.file.calls_of(name, [layer.x], 1, {}, DOMAIN)[0]


def adaptive_max_pool_(layer: Layer) -> str:
    """Windows that come out even."""
    plain = _pooled(layer, "Max")
    if plain is None:
        told = f"{layer.op.verb} to {layer.op.output_size} of a size that is no multiple of it"
        raise Unwritable(f"{told}: give the input a size with --set")
    return plain
