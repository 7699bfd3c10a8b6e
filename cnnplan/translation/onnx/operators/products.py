"""Products of matrices: a layer with a weight where one side stands in the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.contents import decimal
from cnnplan.translation.onnx.operators.elementwise import layers
from cnnplan.translation.onnx.refusals import NotUnderstood
from cnnplan.translation.onnx.steps import FLAT, Permuted

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value


def linear(job: Job, x: Value, weight: Value, bias: Value | None) -> Value:
    """A linear layer, its weight (out, in)."""
    out, features = weight.shape
    x = job.fitted(x, -1, features)
    weights = {"weight": weight}
    args: dict[str, Any] = {"out_features": out}
    if bias is None:
        args["bias"] = False
    else:
        weights["bias"] = bias
    return job.layer("linear", args, [x], weights)


def transposed(value: Value) -> Value:
    """A matrix of the file the other way round; one that a node turned is what it was."""
    if value.steps[-1:] == (Permuted((1, 0)),):
        return replace(value, shape=value.shape[::-1], steps=value.steps[:-1])
    return value.rearranged(value.shape[::-1], _turned)


def _turned(array: Any) -> Any:
    return array.T


def matmul_(job: Job) -> None:
    """MatMul."""
    job.give(multiplied(job, job.value(0), job.value(1)))


def multiplied(job: Job, left: Value, right: Value) -> Value:
    """The product of two matrices, or of batches of them; of a vector and a matrix."""
    if right.is_weight and len(right.shape) == 2:  # noqa: PLR2004 - a matrix
        return linear(job, job.as_layer(left), transposed(right), None)
    left, right = job.as_layer(left), job.as_layer(right)
    row, column = len(left.shape) == 1, len(right.shape) == 1
    if row:
        left = job.layer("unsqueeze", {"dim": 0}, [left], tag="row")
    if column:
        right = job.layer("unsqueeze", {"dim": 1}, [right], tag="column")
    y = job.layer("matmul", {}, layers(job, [left, right]))
    if row:
        y = job.layer("squeeze", {"dim": -2}, [y], tag="no_row")
    return job.layer("squeeze", {"dim": -1}, [y], tag="no_column") if column else y


def gemm_(job: Job) -> None:
    """Gemm: a linear layer, or a product and a sum."""
    job.give(summed(job, job.value(0), job.value(1), job.value(2) if job.has(2) else None))


def summed(job: Job, left: Value, right: Value, bias: Value | None) -> Value:
    """A product of matrices with the attributes of a Gemm, and what is added."""
    scaled = job.number("alpha", 1.0) != 1.0 or (bias is not None and job.number("beta", 1.0) != 1.0)
    if scaled or job.whole("transA") or not right.is_weight:
        return _product(job, left, right, bias)
    weight = right if job.whole("transB") else transposed(right)
    plain = bias if bias is not None and bias.is_weight and _vector(bias) == weight.shape[:1] else None
    if plain is not None:
        plain = plain if len(plain.shape) == 1 else plain.rearranged(weight.shape[:1], FLAT)
    y = linear(job, job.as_layer(left), weight, plain)
    return y if bias is None or plain is not None else job.layer("add", {}, layers(job, [y, bias]), tag="bias")


def _vector(value: Value) -> Any:
    return value.shape[-1:] if all(n == 1 for n in value.shape[:-1]) else None


def _product(job: Job, left: Value, right: Value, bias: Value | None) -> Value:
    left, right = layers(job, [left, right])
    if job.whole("transA"):
        left = job.layer("permute", {"dims": [1, 0]}, [left], tag="turned")
    if job.whole("transB"):
        right = job.layer("permute", {"dims": [1, 0]}, [right], tag="transposed")
    y = _times(job, job.layer("matmul", {}, [left, right]), "alpha")
    if bias is not None and job.number("beta", 1.0) != 1.0:
        bias = _times(job, job.as_layer(bias), "beta")
    return y if bias is None else job.layer("add", {}, layers(job, [y, bias]), tag="bias")


def _times(job: Job, value: Value, name: str) -> Value:
    """A value times a factor that is an attribute."""
    factor = decimal(job.number(name, 1.0))
    return value if factor == 1 else job.layer("multiply", {"value": factor}, [value], tag=name)


def einsum_(job: Job) -> None:
    """Einsum."""
    equation = "".join(job.text("equation").split())
    if "->" not in equation or "." in equation:
        raise NotUnderstood(f"equation {equation}")
    values = [job.as_layer(value) for value in job.values()]
    job.give(job.layer("einsum", {"equation": equation}, values))
