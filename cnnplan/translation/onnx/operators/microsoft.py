"""Operators that onnxruntime makes of several when it optimizes a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.contents import decimal
from cnnplan.translation.onnx.operators.convolution import convolved
from cnnplan.translation.onnx.operators.elementwise import layers
from cnnplan.translation.onnx.operators.normalization import eps, rms, tensors
from cnnplan.translation.onnx.operators.products import multiplied, summed
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value

VERBS = {"Relu": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "HardSwish": "hard_swish"}
"""Activations without arguments."""


def _activated(job: Job, y: Value, params: list[float]) -> Value:
    """A layer's output through the activation of a node."""
    name = job.text("activation")
    if not name:
        return y
    if name in VERBS:
        return job.layer(VERBS[name], {}, [y], tag="activation")
    if name == "LeakyRelu" and params:
        return job.layer("leaky_relu", {"negative_slope": decimal(params[0])}, [y], tag="activation")
    if name == "Clip" and len(params) == 2:  # noqa: PLR2004 - two bounds
        low, high = map(decimal, params)
        return job.layer("clip", {"min": low, "max": high}, [y], tag="activation")
    raise NotUnderstood(f"activation {name}")


def fusedconv_(job: Job) -> None:
    """FusedConv: a convolution, what is added to it, and an activation."""
    y = convolved(job, job.value(0), job.value(1), job.value(2) if job.has(2) else None)
    if job.has(3):
        y = job.layer("add", {}, layers(job, [y, job.value(3)]), tag="sum")
    job.give(_activated(job, y, job.numbers("activation_params") or []))


def fusedgemm_(job: Job) -> None:
    """FusedGemm: a linear layer and an activation."""
    y = summed(job, job.value(0), job.value(1), job.value(2) if job.has(2) else None)
    params = [job.number(name) for name in ("activation_alpha", "activation_beta") if job.attribute(name)]
    job.give(_activated(job, y, params))


def fusedmatmul_(job: Job) -> None:
    """FusedMatMul: a product with axes turned, and a factor."""
    job.wants("transBatchA", job.whole("transBatchA"), 0)
    job.wants("transBatchB", job.whole("transBatchB"), 0)
    left, right = job.value(0), job.value(1)
    if job.whole("transA"):
        left = _turned(job, left, "turned")
    if job.whole("transB"):
        right = _turned(job, right, "transposed")
    y = multiplied(job, left, right)
    factor = decimal(job.number("alpha", 1.0))
    job.give(y if factor == 1 else job.layer("multiply", {"value": factor}, [y], tag="alpha"))


def _turned(job: Job, value: Value, tag: str) -> Value:
    value = job.as_layer(value)
    return value if len(value.shape) == 1 else job.layer("transpose", {"dim0": -2, "dim1": -1}, [value], tag=tag)


def _gelu(job: Job, **args: Any) -> None:
    x = job.as_layer(job.value(0))
    if job.has(1):
        x = job.layer("add", {}, layers(job, [x, job.value(1)]), tag="bias")
    job.give(job.layer("gelu", args, [x]))


def gelu_(job: Job) -> None:
    """Gelu."""
    _gelu(job)


def biasgelu_(job: Job) -> None:
    """BiasGelu."""
    _gelu(job)


def fastgelu_(job: Job) -> None:
    """FastGelu: the one with tanh."""
    _gelu(job, approximate="tanh")


def quickgelu_(job: Job) -> None:
    """QuickGelu: x sigmoid(alpha x)."""
    x = job.as_layer(job.value())
    factor = decimal(job.number("alpha", 1.702))
    inner = x if factor == 1 else job.layer("multiply", {"value": factor}, [x], tag="alpha")
    gate = job.layer("sigmoid", {}, [inner], tag="gate")
    job.give(job.layer("multiply", {}, [x, gate]))


def skiplayernormalization_(job: Job) -> None:
    """SkipLayerNormalization: a sum of two, or of three, and its layer norm."""
    job.unused(1, 2)
    y = _skipped(job, 4)
    job.give(_normal(job, y, 2, 3))


def skipsimplifiedlayernormalization_(job: Job) -> None:
    """SkipSimplifiedLayerNormalization: the same without means."""
    job.unused(1, 2)
    job.give(rms(job, _skipped(job, 3), job.value(2)))


def _skipped(job: Job, bias: int) -> Value:
    """The sum of an input, one that skipped layers, and a bias where there is one."""
    every = [job.value(index) for index in (0, 1, bias) if job.has(index)]
    y = job.layer("add", {}, layers(job, every), tag="sum")
    if job.output(3):
        job.give(y, 3)
    return y


def _normal(job: Job, y: Value, weight: int, bias: int) -> Value:
    """A layer norm over the last axis."""
    weights = tensors(job, weight=weight, bias=bias)
    x = job.fitted(y, -1, weights["weight"].shape[0])
    args: dict[str, Any] = {"normalized_shape": x.shape[-1], **eps(job, 1e-12)}
    if "bias" not in weights:
        args["bias"] = False
    return job.layer("layer_norm", args, [x], weights)


def embedlayernormalization_(job: Job) -> None:
    """EmbedLayerNormalization: words, their places and segments looked up, their sum and its layer norm."""
    job.unused(1)
    words = job.value(0)
    y = _looked_up(job, job.value(2), words, "words")
    places = job.value(8) if job.has(8) else None
    steps = words.shape[1]
    table = job.value(3)
    if places is not None:
        y = job.layer("add", {}, [y, _looked_up(job, table, places, "places")], tag="with_places")
    else:
        rows = job.layer("slice", {"dim": 0, "end": steps}, [job.as_layer(table)], tag="places")
        y = job.layer("add", {}, layers(job, [y, rows]), tag="with_places")
    if job.has(1):
        y = job.layer("add", {}, [y, _looked_up(job, job.value(4), job.value(1), "segments")], tag="with_segments")
    if job.output(2):
        job.give(y, 2)
    job.give(_normal(job, y, 5, 6))


def _looked_up(job: Job, table: Value, index: Value, tag: str) -> Value:
    rows, width = table.shape
    args = {"num_embeddings": rows, "embedding_dim": width}
    return job.layer("embedding", args, [job.as_layer(index)], {"weight": table}, tag=tag)
