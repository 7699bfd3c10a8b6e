"""Products of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer


def linear_(layer: Layer) -> str:
    """Gemm on two axes, elsewhere MatMul and Add."""
    weight = layer.inputs[1] if len(layer.inputs) > 1 else layer.weight("weight")
    bias = [layer.weight("bias")] if layer.has("bias") else []
    if layer.rank == 2:  # noqa: PLR2004 - a matrix
        return layer.call("Gemm", [layer.x, weight, *bias], transB=1)
    return affine(layer, layer.x, weight, bias)


def affine(layer: Layer, x: str, weight: str, bias: list[str]) -> str:
    """A product with a matrix (out, in), and what is added."""
    y = layer.call("MatMul", [x, layer.call("Transpose", [weight], perm=[1, 0])])
    return layer.call("Add", [y, *bias]) if bias else y


def matmul_(layer: Layer) -> str:
    """MatMul."""
    return layer.call("MatMul")


def einsum_(layer: Layer) -> str:
    """Einsum."""
    return layer.call("Einsum", equation=layer.op.equation)
