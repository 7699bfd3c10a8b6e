"""Sums, means and the like along axes."""

from __future__ import annotations

from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.translation.onnx import arithmetic
from cnnplan.translation.onnx.numbers import Numbers
from cnnplan.translation.onnx.refusals import NotUnderstood
from cnnplan.translation.onnx.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.onnx.job import Job


def _reduced(job: Job, verb: str, mode: str, fold: Callable[..., Any] | None, name: str) -> None:
    value = job.value()
    rank = len(value.shape)
    axes = job.axes(1)
    keep = bool(job.whole("keepdims", 1))
    if job.whole("noop_with_empty_axes") and not axes:
        job.give(value)
        return
    axes = sorted(axis % rank for axis in axes or range(rank))
    known = job.translator.numbers(value)
    if known is not None and fold is not None and len(axes) == rank:
        found = reduce(partial(fold, whole=not value.is_float), known.flat)
        job.give_numbers(Numbers((1,) * rank if keep else (), (found,)), value.dtype)
        return
    if value.is_fixed:
        _fixed(job, value, axes, name, keep=keep)
        return
    args: dict[str, Any] = {"mode": mode} if mode else {}
    args["dim"] = axes[0] if len(axes) == 1 else axes
    if keep:
        args["keepdim"] = True
    job.give(job.layer(verb, args, [job.as_layer(value)]))


def _fixed(job: Job, value: Value, axes: list[int], name: str, *, keep: bool) -> None:
    """What rests on no input and no trained weight."""
    if not name:
        raise NotUnderstood("it is understood of what a layer gives, and this is a constant")
    shape = tuple(1 if axis in axes else n for axis, n in enumerate(value.shape) if keep or axis not in axes)
    elements = partial(job.translator.elements, value)
    job.give(
        Value(
            job.output(),
            value.dtype,
            shape,
            derived=lambda: getattr(np, name)(elements(), axis=tuple(axes), keepdims=keep),
        )
    )


def reducemean_(job: Job) -> None:
    """ReduceMean."""
    _reduced(job, "mean", "", None, "mean")


def reducesum_(job: Job) -> None:
    """ReduceSum."""
    _reduced(job, "reduce", "sum", arithmetic.add, "sum")


def reducemax_(job: Job) -> None:
    """ReduceMax."""
    _reduced(job, "reduce", "max", arithmetic.greatest, "max")


def reducemin_(job: Job) -> None:
    """ReduceMin."""
    _reduced(job, "reduce", "min", arithmetic.least, "min")


def reduceprod_(job: Job) -> None:
    """ReduceProd."""
    _reduced(job, "reduce", "prod", arithmetic.multiply, "prod")


def reducel1_(job: Job) -> None:
    """ReduceL1."""
    _reduced(job, "reduce", "l1", None, "")


def reducel2_(job: Job) -> None:
    """ReduceL2."""
    _reduced(job, "reduce", "l2", None, "")


def reducelogsumexp_(job: Job) -> None:
    """ReduceLogSumExp."""
    _reduced(job, "reduce", "logsumexp", None, "")


def reducesumsquare_(job: Job) -> None:
    """ReduceSumSquare: the sum of the squares."""
    x = job.as_layer(job.value())
    axes = sorted(axis % len(x.shape) for axis in job.axes(1) or range(len(x.shape)))
    square = job.layer("pow", {"exponent": 2}, [x], tag="square")
    if job.whole("noop_with_empty_axes") and not job.axes(1):
        job.give(square)
        return
    args = {"mode": "sum", "dim": axes, "keepdim": bool(job.whole("keepdims", 1))}
    job.give(job.layer("reduce", args, [square]))
