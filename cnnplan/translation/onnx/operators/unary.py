"""What is done to one value, element by element."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import sqrt
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.sizes import Count, round_half_even
from cnnplan.translation.onnx import arithmetic
from cnnplan.translation.onnx.contents import BOOL, DTYPES, FLOATS
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value


def _unary(job: Job, function: Callable[[Any], Any] | None, name: str, verb: str, **args: Any) -> None:
    value = job.value()
    known = job.translator.numbers(value)
    if known is not None and function is not None:
        job.give_numbers(known.map(function), value.dtype)
    elif value.is_fixed:
        elements = partial(job.translator.elements, value)
        job.give(
            replace(
                value, name=job.output(), numbers=None, tensor=None, steps=(), fill=None, derived=_done(elements, name)
            )
        )
    elif verb:
        job.give(job.layer(verb, args, [job.as_layer(value)]))
    else:
        raise NotUnderstood("it is understood of constants alone, and this is what a layer gives")


def _done(elements: Callable[[], Any], name: str) -> Callable[[], Any]:
    return lambda: getattr(np, name)(elements())


def _root(value: Any) -> Any:
    if isinstance(value, Count):
        raise NotUnderstood(f"the root of {value}")
    return sqrt(value)


def sqrt_(job: Job) -> None:
    """Sqrt."""
    _unary(job, _root, "sqrt", "sqrt")


def abs_(job: Job) -> None:
    """Abs."""
    _unary(job, arithmetic.size_of, "abs", "abs")


def exp_(job: Job) -> None:
    """Exp."""
    _unary(job, None, "exp", "exp")


def log_(job: Job) -> None:
    """Log."""
    _unary(job, None, "log", "log")


def sin_(job: Job) -> None:
    """Sin."""
    _unary(job, None, "sin", "sin")


def cos_(job: Job) -> None:
    """Cos."""
    _unary(job, None, "cos", "cos")


def neg_(job: Job) -> None:
    """Neg."""
    _unary(job, arithmetic.negative, "negative", "multiply", value=-1)


def reciprocal_(job: Job) -> None:
    """Reciprocal: 1 / x."""
    _unary(job, partial(arithmetic.divide, 1, whole=False), "reciprocal", "divide", value=1, reverse=True)


def not_(job: Job) -> None:
    """Not."""
    value = job.value()
    if value.layer:
        job.give(job.layer("compare", {"mode": "equal", "value": 0}, [value]))
    else:
        _unary(job, arithmetic.inverse, "logical_not", "")


def floor_(job: Job) -> None:
    """Floor of sizes."""
    _unary(job, arithmetic.down, "floor", "")


def ceil_(job: Job) -> None:
    """Ceil of sizes."""
    _unary(job, arithmetic.up, "ceil", "")


def round_(job: Job) -> None:
    """Round of sizes."""
    _unary(job, round_half_even, "round", "")


def sign_(job: Job) -> None:
    """Sign of numbers that are known."""
    _unary(job, None, "sign", "")


def identity_(job: Job) -> None:
    """Identity: the same value."""
    job.give(replace(job.value(), name=job.output()) if job.value().layer else job.value())


def dropout_(job: Job) -> None:
    """Dropout, which does nothing in a network that runs."""
    job.unused(1)
    training = job.translator.numbers(job.value(2), every=True) if job.has(2) else None
    if training is not None and any(training.flat):
        raise NotUnderstood("training_mode true")
    job.give(job.value())


def cast_(job: Job) -> None:
    """Cast: decimals become whole numbers as sizes do, a layer's numbers stay what they are."""
    to = job.whole("to", 1)
    _cast(job, job.value(), to)


def castlike_(job: Job) -> None:
    """CastLike: to the type of another."""
    _cast(job, job.value(), job.value(1).dtype)


def _cast(job: Job, value: Value, to: int) -> None:
    known = job.translator.numbers(value)
    whole = to not in FLOATS
    if known is not None:
        change = bool if to == BOOL else arithmetic.cut if whole else _decimal
        job.give_numbers(known.map(change), to)
    elif not value.layer:
        dtype = DTYPES.get(to, "")
        dtype = "float32" if dtype.startswith(("bfloat", "float8")) else dtype
        if value.is_weight and not whole:
            job.give(replace(value, dtype=to))
        else:
            elements = partial(job.translator.elements, value)
            job.give(replace(value, dtype=to, tensor=None, steps=(), derived=lambda: elements().astype(dtype)))
    elif value.is_float is not whole or value.dtype == to or (not whole and value.counts):
        job.give(replace(value, dtype=to))
    elif value.dtype == BOOL and not whole:
        one = job.layer("constant", {"shape": (1,) * len(value.shape), "value": 1}, [], tag="one")
        job.give(job.layer("where", {"value": 0}, [value, one]))
    else:
        raise NotUnderstood(f"a cast of what a layer gives from {DTYPES[value.dtype]} to {DTYPES.get(to, to)}")


def _decimal(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value
