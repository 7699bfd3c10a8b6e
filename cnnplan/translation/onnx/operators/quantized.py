"""Operators of onnxruntime on quantized tensors: they compute with what the whole numbers stand for, and round."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.translation.onnx.contents import FLOAT, UINT4, UINT8, decimal
from cnnplan.translation.onnx.operators.elementwise import layers
from cnnplan.translation.onnx.operators.pooling import averaged
from cnnplan.translation.onnx.operators.products import linear, multiplied, transposed
from cnnplan.translation.onnx.operators.quantization import meant, product_of, rounded, scaled
from cnnplan.translation.onnx.operators.recurrent import dynamic_lstm
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value


def _binary(job: Job, verb: str) -> None:
    values = [meant(job, 0, 1, 2), meant(job, 3, 4, 5)]
    job.give(rounded(job, job.layer(verb, {}, layers(job, values)), 6, 7))


def qlinearadd_(job: Job) -> None:
    """QLinearAdd."""
    _binary(job, "add")


def qlinearmul_(job: Job) -> None:
    """QLinearMul."""
    _binary(job, "multiply")


def _unary(job: Job, verb: str, **args: Any) -> None:
    job.give(rounded(job, job.layer(verb, args, [job.as_layer(meant(job, 0, 1, 2))]), 3, 4))


def qlinearsigmoid_(job: Job) -> None:
    """QLinearSigmoid."""
    _unary(job, "sigmoid")


def qlinearleakyrelu_(job: Job) -> None:
    """QLinearLeakyRelu."""
    _unary(job, "leaky_relu", negative_slope=decimal(job.number("alpha", 0.01)))


def qlinearsoftmax_(job: Job) -> None:
    """QLinearSoftmax along an axis."""
    shape = job.stored(0).shape
    axis = job.whole("axis", -1) % len(shape)
    if job.whole("opset") < 13 and any(n != 1 for n in shape[axis + 1 :]):  # noqa: PLR2004 - older ones merge axes
        raise NotUnderstood(f"axis {axis} of {len(shape)} before version 13, which merges those behind it")
    _unary(job, "softmax", dim=axis)


def qlinearglobalaveragepool_(job: Job) -> None:
    """QLinearGlobalAveragePool."""
    job.wants("channels_last", job.whole("channels_last"), 0)
    _unary(job, "global_avg_pool")


def qlinearaveragepool_(job: Job) -> None:
    """QLinearAveragePool."""
    job.wants("channels_last", job.whole("channels_last"), 0)
    job.give(rounded(job, averaged(job, meant(job, 0, 1, 2)), 3, 4))


def qlinearconcat_(job: Job) -> None:
    """QLinearConcat: of each input what its whole numbers stand for."""
    values = [job.as_layer(meant(job, place, place + 1, place + 2)) for place in range(2, len(job.node.inputs), 3)]
    axis = job.whole("axis") % len(values[0].shape)
    job.give(rounded(job, job.layer("concat", {} if axis == 1 else {"dim": axis}, values), 0, 1))


def qgemm_(job: Job) -> None:
    """QGemm: a linear layer, rounded where there is a scale for what comes out."""
    job.wants("alpha", job.number("alpha", 1.0), 1.0)
    job.wants("transA", job.whole("transA"), 0)
    weight = meant(job, 3, 4, 5, axis=0 if job.whole("transB") else 1)
    if not weight.is_weight:
        raise NotUnderstood("a product of two activations")
    bias = scaled(job, job.value(6), [product_of(job, job.value(1), job.value(4))], 0) if job.has(6) else None
    y = linear(job, job.as_layer(meant(job, 0, 1, 2)), weight if job.whole("transB") else transposed(weight), bias)
    job.give(rounded(job, y, 7, 8) if job.has(7) else y)


def _biased(job: Job, x: Value, weight: Value, bias: Value | None) -> None:
    if weight.is_weight and len(weight.shape) == 2:  # noqa: PLR2004 - a matrix
        job.give(linear(job, job.as_layer(x), transposed(weight), bias))
        return
    y = multiplied(job, x, weight)
    job.give(y if bias is None else job.layer("add", {}, layers(job, [y, bias]), tag="bias"))


def dynamicquantizematmul_(job: Job) -> None:
    """DynamicQuantizeMatMul: the scale of the activations is that of what comes."""
    x = job.layer("fake_quantize", {"dtype": "uint8"}, [job.as_layer(job.value())], tag="uint8")
    _biased(job, x, meant(job, 1, 2, 3, axis=-1), job.value(4) if job.has(4) else None)


def matmulintegertofloat_(job: Job) -> None:
    """MatMulIntegerToFloat: a product of what the whole numbers stand for."""
    _biased(job, meant(job, 0, 2, 4), meant(job, 1, 3, 5, axis=-1), job.value(6) if job.has(6) else None)


def dynamicquantizelstm_(job: Job) -> None:
    """DynamicQuantizeLSTM: its weights at what they stand for, its inputs rounded, its states as they are."""
    dynamic_lstm(job)


def matmulnbits_(job: Job) -> None:
    """MatMulNBits: a linear layer whose weight is packed, a few bits each, with a scale for each block."""
    if job.has(4):
        raise NotUnderstood("g_idx: weights whose blocks are not in their order")
    bits, block, features, out = (job.whole(name, 4) for name in ("bits", "block_size", "K", "N"))
    job.wants("bits", bits, 4, 8)
    packed = job.value(1)
    if packed.tensor is None or not (job.value(2).tensor is not None and block > 0):
        raise NotUnderstood("a weight that is computed")
    parts = [partial(job.translator.elements, job.value(index)) for index in (2, 3) if job.has(index)]
    step = partial(_unpacked, parts=parts, bits=bits, block=block, features=features, out=out)
    kept = UINT4 if bits == 4 else UINT8  # noqa: PLR2004 - two to a byte
    weight = replace(packed.rearranged((out, features), step), dtype=FLOAT, kept=kept)
    job.give(linear(job, job.as_layer(job.value()), weight, job.value(5) if job.has(5) else None))


def _unpacked(array: Any, *, parts: list[Any], bits: int, block: int, features: int, out: int) -> Any:  # noqa: PLR0913
    """The numbers of the blocks of each row, less 2^(bits - 1) or their zero point, times their scale."""
    rows = _spread(array.reshape(out, -1), bits)[:, : -(-features // block) * block]
    scale, *zeros = [part().reshape(out, -1) for part in parts]
    if zeros:
        offset = (_spread(zeros[0], bits) if zeros[0].dtype == np.uint8 else zeros[0])[:, : scale.shape[1]]
    else:
        offset = np.full(scale.shape, 1 << (bits - 1))
    blocks = rows.reshape(out, scale.shape[1], block)
    return ((blocks - offset[..., None]) * scale[..., None]).reshape(out, -1)[:, :features].astype("float32")


def _spread(array: Any, bits: int) -> Any:
    """Numbers of 4 bits, the low half of each byte first."""
    if bits == 8:  # noqa: PLR2004 - a byte each
        return array.astype("float32")
    return np.stack([array & 15, array >> 4], -1).reshape(len(array), -1).astype("float32")
