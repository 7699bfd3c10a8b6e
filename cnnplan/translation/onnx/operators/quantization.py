"""Weights that are stored as whole numbers; activations that are rounded while the network runs are refused."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.contents import DTYPES, FLOAT
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job


def dequantizelinear_(job: Job) -> None:
    """DequantizeLinear of a tensor of the file: a weight, whatever it is stored as."""
    value = job.value()
    others = [job.value(index) for index in range(1, len(job.node.inputs)) if job.has(index)]
    if value.tensor is None or any(other.layer for other in others):
        raise NotUnderstood(f"an activation that is kept in {DTYPES.get(value.dtype, value.dtype)}")
    job.wants("block_size", job.whole("block_size"), 0)
    axis = job.whole("axis", 1)
    parts = [partial(job.translator.elements, each) for each in others]
    step = partial(_scaled, parts=parts, axis=axis)
    job.give(replace(value.rearranged(value.shape, step, value.name), dtype=FLOAT))


def _scaled(array: Any, *, parts: list[Any], axis: int) -> Any:
    """(x - zero point) times scale, one for all or one for each index of an axis."""
    scale, *zeros = [_along(part(), array, axis) for part in parts]
    shifted = array.astype("float32") - (zeros[0].astype("float32") if zeros else 0)
    return shifted * scale


def _along(numbers: Any, array: Any, axis: int) -> Any:
    if numbers.ndim != 1 or numbers.size == 1:
        return numbers.reshape(())
    return numbers.reshape([-1 if place == axis % array.ndim else 1 for place in range(array.ndim)])


def _rounded(job: Job) -> None:
    raise NotUnderstood(f"the operator {job.node.op} rounds activations to whole numbers while the network runs")


quantizelinear_ = dynamicquantizelinear_ = qlinearconv_ = qlinearmatmul_ = convinteger_ = matmulinteger_ = _rounded
