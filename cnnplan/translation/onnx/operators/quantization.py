"""Tensors that are kept as whole numbers: weights at what they stand for, activations rounded where the file says so.

A layer gives what the whole numbers stand for, `scale (q - zero)`; that they are whole is a `fake_quantize`. So a
network computes what it computes, and sums of products of whole numbers are the products of what they stand for. Where
a scale is worked out as the network runs (DynamicQuantizeLinear), sums have been multiplied by it already, and the node
that does so finds nothing left to do.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.ops.quantization import RANGES
from cnnplan.translation.onnx.contents import DTYPES, FLOAT, UINT8
from cnnplan.translation.onnx.numbers import Numbers
from cnnplan.translation.onnx.operators.convolution import convolved
from cnnplan.translation.onnx.operators.products import multiplied
from cnnplan.translation.onnx.refusals import NotUnderstood
from cnnplan.translation.onnx.values import Grid, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.translation.onnx.job import Job


def grid(job: Job, dtype: int, scale: int, zero: int) -> Grid:
    """What whole numbers stand for by the inputs that are their scale and zero point."""
    if not job.stored(scale).is_plain:
        return Grid(dtype, job.node.inputs[scale], job.node.inputs[zero])
    zeros = job.known(zero, "the zero point").flat if job.has(zero) else (0,)
    return Grid(dtype, _one(job.known(scale, "the scale").flat), _one(zeros))


def _one(numbers: Sequence[Any]) -> Any:
    return numbers[0] if len(set(numbers)) == 1 else tuple(numbers)


def rounded(job: Job, value: Value, scale: int, zero: int) -> Value:
    """A layer whose elements are brought to what whole numbers stand for, kept as these.

    Args:
        job: the node.
        value: the layer.
        scale: the input that holds the scale.
        zero: the input that holds the zero point, whose type is that of the whole numbers.
    """
    dtype = job.stored(zero).dtype if job.has(zero) else job.whole("output_dtype") or UINT8
    name = DTYPES.get(dtype, str(dtype))
    if name not in RANGES:
        raise NotUnderstood(f"activations rounded to {name}")
    onto = grid(job, dtype, scale, zero)
    if isinstance(onto.scale, tuple) or isinstance(onto.zero, tuple):
        raise NotUnderstood("activations with a scale of their own for each index of an axis")
    args = {"scale": onto.scale, **({"zero_point": onto.zero} if onto.zero else {}), "dtype": name}
    tag = "" if job.node.op == "QuantizeLinear" else name
    y = job.layer("fake_quantize", args, [job.as_layer(value)], tag=tag)
    return replace(y, dtype=dtype, grid=onto)


def meant(job: Job, place: int, scale: int, zero: int, axis: int | None = None) -> Value:
    """What the whole numbers of an input stand for.

    Args:
        job: the node.
        place: the input.
        scale: the input that holds the scale.
        zero: the input that holds the zero point.
        axis: along which they are, where there are several of a tensor of the file.
    """
    value = job.stored(place)
    if value.grid is not None:
        if value.grid != grid(job, value.grid.dtype, scale, zero):
            raise NotUnderstood("whole numbers that are taken for others than they were made for")
        return value.plain
    if value.layer:
        return _of_input(job, value, grid(job, value.dtype, scale, zero))
    if value.tensor is None:
        raise NotUnderstood("whole numbers that are computed before the network runs")
    others = [job.value(index) for index in (scale, zero) if job.has(index)]
    return scaled(job, value, others, axis)


def scaled(job: Job, value: Value, others: Sequence[Value], axis: int | None, block: int = 0) -> Value:
    """A tensor of the file as a weight, whatever it is stored as.

    Args:
        job: the node.
        value: the tensor.
        others: its scale, and its zero point where it has one.
        axis: along which there are several of them.
        block: how many neighbours along the axis share one.
    """
    if any(other.layer for other in others):
        raise NotUnderstood("a weight whose scale is computed")
    parts = [partial(job.translator.elements, each) for each in others]
    step = partial(_scaled, parts=parts, axis=axis or 0, block=block)
    return replace(value.rearranged(value.shape, step, value.name), dtype=FLOAT)


def _of_input(job: Job, value: Value, onto: Grid) -> Value:
    """Whole numbers that come in, as what they stand for."""
    if isinstance(onto.scale, tuple) or isinstance(onto.zero, tuple):
        raise NotUnderstood("activations with a scale of their own for each index of an axis")
    y = replace(value, dtype=FLOAT)
    if onto.zero:
        y = job.layer("subtract", {"value": onto.zero}, [y], tag="from_zero")
    return job.layer("multiply", {"value": onto.scale}, [y], tag="scaled")


def _scaled(array: Any, *, parts: list[Any], axis: int, block: int) -> Any:
    """(x - zero point) times scale, one for all or one for each index of an axis."""
    scale, *zeros = [_along(part(), array, axis, block) for part in parts]
    shifted = array.astype("float32") - (zeros[0].astype("float32") if zeros else 0)
    return shifted * scale


def _along(numbers: Any, array: Any, axis: int, block: int) -> Any:
    if block:
        places = np.arange(array.shape[axis]) // block
        return np.take(numbers, places, axis)
    if numbers.size == 1:
        return numbers.reshape(())
    if numbers.ndim != 1:
        return numbers
    return numbers.reshape([-1 if place == axis % array.ndim else 1 for place in range(array.ndim)])


def dequantizelinear_(job: Job) -> None:
    """DequantizeLinear: a weight, or an activation that was rounded."""
    value, block = job.stored(0), job.whole("block_size")
    if block and value.layer:
        raise NotUnderstood(f"block_size {block} on activations")
    if block:
        others = [job.value(index) for index in (1, 2) if job.has(index)]
        job.give(scaled(job, value, others, job.whole("axis", 1), block))
    else:
        job.give(meant(job, 0, 1, 2, job.whole("axis", 1)))


def quantizelinear_(job: Job) -> None:
    """QuantizeLinear: an activation is rounded, and so is a weight that is trained to be."""
    job.wants("block_size", job.whole("block_size"), 0)
    value = job.value()
    if value.is_weight:
        job.give(_rounded_weight(job, value))
    else:
        job.give(rounded(job, value, 1, 2))


def _rounded_weight(job: Job, value: Value) -> Value:
    dtype = job.stored(2).dtype if job.has(2) else job.whole("output_dtype") or UINT8
    name = DTYPES.get(dtype, str(dtype))
    if name not in RANGES:
        raise NotUnderstood(f"a weight rounded to {name}")
    parts = [partial(job.translator.elements, job.value(index)) for index in (1, 2) if job.has(index)]
    step = partial(_stepped, parts=parts, axis=job.whole("axis", 1), limits=RANGES[name])
    return replace(value.rearranged(value.shape, step, value.name), dtype=dtype, grid=grid(job, dtype, 1, 2))


def _stepped(array: Any, *, parts: list[Any], axis: int, limits: tuple[int, int]) -> Any:
    """The nearest numbers that whole ones stand for."""
    scale, *zeros = [_along(part(), array, axis, 0) for part in parts]
    zero = zeros[0].astype("float32") if zeros else 0
    return np.clip(np.rint(array / scale), limits[0] - zero, limits[1] - zero) * scale


def dynamicquantizelinear_(job: Job) -> None:
    """DynamicQuantizeLinear: the scale is that of what comes."""
    y = job.layer("fake_quantize", {"dtype": "uint8"}, [job.as_layer(job.value())])
    scale, zero = job.output(1), job.output(2)
    job.give(replace(y, dtype=UINT8, grid=Grid(UINT8, scale, zero)))
    job.give(Value(scale, FLOAT, (), numbers=Numbers.scalar(1), scales=(scale,)), 1)
    job.give(Value(zero, UINT8, (), numbers=Numbers.scalar(0), scales=(zero,)), 2)


def qlinearconv_(job: Job) -> None:
    """QLinearConv: a convolution of what the whole numbers stand for, rounded."""
    x, weight = meant(job, 0, 1, 2), meant(job, 3, 4, 5, axis=0)
    bias = None
    if job.has(8):
        bias = scaled(job, job.value(8), [product_of(job, job.value(1), job.value(4))], 0)
    job.give(rounded(job, convolved(job, x, weight, bias), 6, 7))


def product_of(job: Job, left: Value, right: Value) -> Value:
    """The product of two scales."""
    parts = [partial(job.translator.elements, each) for each in (left, right)]
    return Value(right.name, FLOAT, right.shape, derived=lambda: parts[0]() * parts[1]())


def qlinearmatmul_(job: Job) -> None:
    """QLinearMatMul: a product of what the whole numbers stand for, rounded."""
    left, right = meant(job, 0, 1, 2), meant(job, 3, 4, 5, axis=-1)
    job.give(rounded(job, multiplied(job, left, right), 6, 7))


def _counted(job: Job, place: int, zero: int, axis: int) -> tuple[Value, tuple[str, ...]]:
    """An input less its zero point, times the scale that is worked out as the network runs; and that scale."""
    value = job.stored(place)
    if value.grid is not None:
        onto = value.grid
        if not isinstance(onto.scale, str) or not job.has(zero) or job.node.inputs[zero] != onto.zero:
            raise NotUnderstood("whole numbers whose scale is not worked out as the network runs")
        return value.plain, (onto.scale,)
    if not value.layer and value.tensor is not None:
        one = Value("", FLOAT, (), numbers=Numbers.scalar(1))
        others = [one, *([job.value(zero)] if job.has(zero) else [])]
        return scaled(job, value, others, axis), ()
    y = replace(value, dtype=FLOAT)
    number = job.known(zero, "the zero point").flat if job.has(zero) else (0,)
    if len(set(number)) != 1 or not value.layer:
        raise NotUnderstood("activations with a zero point of their own for each index of an axis")
    return (job.layer("subtract", {"value": number[0]}, [y], tag="from_zero") if number[0] else y), ()


def convinteger_(job: Job) -> None:
    """ConvInteger: a sum of products of whole numbers, which a scale behind it makes numbers of."""
    (x, first), (weight, second) = _counted(job, 0, 2, 1), _counted(job, 1, 3, 0)
    job.give(replace(convolved(job, x, weight, None), scales=(*first, *second)))


def matmulinteger_(job: Job) -> None:
    """MatMulInteger: a sum of products of whole numbers, which a scale behind it makes numbers of."""
    (left, first), (right, second) = _counted(job, 0, 2, -2), _counted(job, 1, 3, -1)
    job.give(replace(multiplied(job, left, right), scales=(*first, *second)))
