"""Activations."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.contents import decimal
from cnnplan.translation.onnx.refusals import NotUnderstood
from cnnplan.translation.onnx.steps import FLAT

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job

SIXTH = decimal(1 / 6)

APART = 13
"""The version from which on Softmax goes along one axis and does not merge those behind it."""


def _simple(job: Job, verb: str, **args: Any) -> None:
    job.give(job.layer(verb, args, [job.as_layer(job.value())]))


def relu_(job: Job) -> None:
    """Relu."""
    _simple(job, "relu")


def leakyrelu_(job: Job) -> None:
    """LeakyRelu."""
    _simple(job, "leaky_relu", negative_slope=decimal(job.number("alpha", 0.01)))


def prelu_(job: Job) -> None:
    """PRelu with a slope for all, or one per channel."""
    x, slope = job.as_layer(job.value()), job.value(1)
    shape: Any = slope.shape
    extents = [n for n in shape if n != 1]
    if slope.layer or len(extents) > 1:
        raise NotUnderstood(f"a slope of {shape}")
    channels = extents[0] if extents else 1
    if extents and (len(shape) - shape.index(channels) != len(x.shape) - 1 or x.shape[1] != channels):
        raise NotUnderstood(f"a slope of {shape} on {len(x.shape)} axes")
    flat = slope.rearranged((channels,), FLAT)
    job.give(job.layer("prelu", {"num_parameters": channels} if extents else {}, [x], {"weight": flat}))


def elu_(job: Job) -> None:
    """Elu."""
    alpha = decimal(job.number("alpha", 1.0))
    _simple(job, "elu", **({} if alpha == 1 else {"alpha": alpha}))


def selu_(job: Job) -> None:
    """Selu with the factors that it has by default."""
    for name, value in (("alpha", 1.67326319217681884765625), ("gamma", 1.05070102214813232421875)):
        if decimal(job.number(name, value)) != decimal(value):
            raise NotUnderstood(f"{name} {job.number(name)}")
    _simple(job, "selu")


def sigmoid_(job: Job) -> None:
    """Sigmoid."""
    _simple(job, "sigmoid")


def tanh_(job: Job) -> None:
    """Tanh."""
    _simple(job, "tanh")


def hardsigmoid_(job: Job) -> None:
    """HardSigmoid: PyTorch's, or one with factors of its own as what it is made of."""
    alpha, beta = decimal(job.number("alpha", 0.2)), decimal(job.number("beta", 0.5))
    if alpha == SIXTH and beta == Fraction(1, 2):
        _simple(job, "hard_sigmoid")
        return
    x = job.layer("multiply", {"value": alpha}, [job.as_layer(job.value())], tag="scale")
    x = job.layer("add", {"value": beta}, [x], tag="shift")
    job.give(job.layer("clip", {"min": 0, "max": 1}, [x]))


def hardswish_(job: Job) -> None:
    """HardSwish."""
    _simple(job, "hard_swish")


def softplus_(job: Job) -> None:
    """Softplus."""
    _simple(job, "softplus")


def mish_(job: Job) -> None:
    """Mish."""
    _simple(job, "mish")


def gelu_(job: Job) -> None:
    """Gelu."""
    how = job.text("approximate", "none")
    job.wants("approximate", how, "none", "tanh")
    _simple(job, "gelu", **({} if how == "none" else {"approximate": how}))


def swish_(job: Job) -> None:
    """Swish without a factor."""
    job.wants("alpha", job.number("alpha", 1.0), 1.0)
    _simple(job, "silu")


def softsign_(job: Job) -> None:
    """Softsign: x / (1 + |x|)."""
    x = job.as_layer(job.value())
    size = job.layer("abs", {}, [x], tag="abs")
    job.give(job.layer("divide", {}, [x, job.layer("add", {"value": 1}, [size], tag="more")]))


def _softmax(job: Job, verb: str) -> None:
    x = job.as_layer(job.value())
    rank = len(x.shape)
    old = job.opset < APART
    axis = job.whole("axis", 1 if old else -1) % rank
    if old and any(n != 1 for n in x.shape[axis + 1 :]):
        raise NotUnderstood(f"axis {axis} of {rank} before version 13, which merges those behind it")
    job.give(job.layer(verb, {"dim": axis}, [x]))


def softmax_(job: Job) -> None:
    """Softmax along an axis."""
    _softmax(job, "softmax")


def logsoftmax_(job: Job) -> None:
    """LogSoftmax along an axis."""
    _softmax(job, "log_softmax")


def clip_(job: Job) -> None:
    """Clip between two numbers."""
    value = job.value()
    least, most = _bound(job, 1, "min"), _bound(job, 2, "max")
    known = job.translator.numbers(value)
    if known is not None:
        job.give_numbers(known.map(lambda n: _clipped(n, least, most)), value.dtype)
    elif (least, most) == (0, 6):
        _simple(job, "relu6")
    elif (least, most) == (0, None):
        _simple(job, "relu")
    elif (least, most) == (None, None):
        job.give(value)
    else:
        _simple(job, "clip", **{key: n for key, n in (("min", least), ("max", most)) if n is not None})


def _bound(job: Job, index: int, name: str) -> Any:
    if job.has(index):
        found = job.known(index, name).flat[0]
    else:
        attribute = job.attribute(name)
        found = None if attribute is None else decimal(job.number(name))
    return None if isinstance(found, float) or found is None or abs(found) > 1e38 else found  # noqa: PLR2004 - no bound


def _clipped(value: Any, least: Any, most: Any) -> Any:
    from cnnplan.sizes import maximum, minimum  # noqa: PLC0415 - shape arithmetic alone

    value = value if least is None else maximum(value, least)
    return value if most is None else minimum(value, most)
