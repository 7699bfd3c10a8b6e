"""Layers that the file writes as several nodes; the patterns found them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes import prod
from cnnplan.translation.onnx.operators.normalization import eps, tensors
from cnnplan.translation.onnx.operators.products import linear as product
from cnnplan.translation.onnx.operators.products import transposed
from cnnplan.translation.onnx.operators.scattering import replaced, scattered
from cnnplan.translation.onnx.refusals import NotUnderstood
from cnnplan.translation.onnx.steps import FLAT

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value


def _activation(job: Job, verb: str) -> None:
    args = {name: attribute.value for name, attribute in job.node.attributes.items()}
    job.give(job.layer(verb, args, [job.as_layer(job.value())]))


def gelu(job: Job) -> None:
    """X times the share of a normal distribution below x."""
    _activation(job, "gelu")


def silu(job: Job) -> None:
    """X sigmoid(x)."""
    _activation(job, "silu")


def mish(job: Job) -> None:
    """X tanh(softplus(x))."""
    _activation(job, "mish")


def hard_swish(job: Job) -> None:
    """X clip(x + 3, 0, 6) / 6."""
    _activation(job, "hard_swish")


def hard_sigmoid(job: Job) -> None:
    """clip(x + 3, 0, 6) / 6."""
    _activation(job, "hard_sigmoid")


def roll(job: Job) -> None:
    """The end of an axis before its beginning; the parts as the file has them, where the axis goes on behind `end`."""
    x = job.as_layer(job.value())
    start, axis = -job.whole("shift"), job.whole("axis") % len(x.shape)
    end = job.whole("end")
    extent = x.shape[axis]
    if not end or extent == end or (isinstance(extent, int) and start < extent < end):
        shift = extent - start if isinstance(extent, int) and start > extent // 2 else -start
        job.give(job.layer("roll", {"shifts": shift, "dims": axis}, [x]))
        return
    dim = {} if axis == 1 else {"dim": axis}
    behind = job.layer("slice", {**dim, "start": start, "end": end}, [x], tag="behind")
    before = job.layer("slice", {**dim, "end": start}, [x], tag="before")
    job.give(job.layer("concat", dim, [behind, before]))


def assign(job: Job) -> None:
    """Others written in the place of a part, which ranges of its first axes tell."""
    data, _, updates, *ranges = job.values()
    if not (data.layer or updates.layer or data.is_weight):
        scattered(job)
        return
    job.give(replaced(job, job.as_layer(data), updates, [_range(job, each) for each in ranges]))


def _range(job: Job, value: Value) -> tuple[Any, Any]:
    """Where it starts, and how many there are."""
    known = job.translator.numbers(value)
    if known is not None and known.flat == tuple(known.flat[0] + place for place in range(len(known.flat))):
        return known.flat[0], len(known.flat)
    if value.counts_from is None or len(value.shape) != 1:
        raise NotUnderstood("indices that are no part of an axis")
    return value.counts_from, value.shape[0]


def adaptive_avg_pool(job: Job) -> None:
    """A mean over windows that share out the input; an axis of size 0 is left as it is."""
    x = job.as_layer(job.value())
    sizes = [size or x.shape[axis] for axis, size in enumerate(job.wholes("output_size") or [], 2)]
    job.give(job.layer("adaptive_avg_pool", {"output_size": sizes}, [x]))


def linear(job: Job) -> None:
    """A product with a matrix of the file, and a bias."""
    job.give(product(job, job.as_layer(job.value(0)), transposed(job.value(1)), job.value(2)))


def layer_norm(job: Job) -> None:
    """A layer norm over the last axes, with a weight and a bias or without."""
    x = job.as_layer(job.value())
    weights = tensors(job, weight=1, bias=2)
    shape: Any = weights["weight"].shape if weights else x.shape[len(x.shape) - job.whole("axes") :]
    for place, extent in enumerate(shape):
        x = job.fitted(x, place - len(shape), extent)
    args: dict[str, Any] = {"normalized_shape": shape[0] if len(shape) == 1 else [*shape]}
    if not weights:
        args["elementwise_affine"] = False
    job.give(job.layer("layer_norm", {**args, **eps(job)}, [x], weights))


def group_norm(job: Job) -> None:
    """A group norm with a weight and a bias per channel."""
    x = job.as_layer(job.value())
    weights = {name: _flat(value) for name, value in tensors(job, weight=1, bias=2).items()}
    args = {"num_groups": job.whole("num_groups"), **eps(job)}
    job.give(job.layer("group_norm", args, [x], weights))


def _flat(value: Value) -> Value:
    return value.rearranged((prod(value.shape),), FLAT)
