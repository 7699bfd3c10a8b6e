"""Normalizations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.contents import decimal
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value


TINY = 1e-30
"""What nothing is divided by that is less: zeros stay zeros."""


def eps(job: Job, default: float = 1e-5) -> dict[str, Any]:
    """What is added to a variance, where it is not what it is by default."""
    found = decimal(job.number("epsilon", default))
    return {} if found == decimal(1e-5) else {"eps": found}


def tensors(job: Job, **inputs: int) -> dict[str, Value]:
    """Inputs that must be weights of the file."""
    found = {name: job.value(index) for name, index in inputs.items() if job.has(index)}
    for name, value in found.items():
        if value.layer:
            raise NotUnderstood(f"its {name} is computed")
    return found


def batchnormalization_(job: Job) -> None:
    """BatchNormalization with the statistics that it has."""
    if job.whole("training_mode"):
        _standardized(job)
        return
    job.wants("spatial", job.whole("spatial", 1), 1)
    weights = tensors(job, weight=1, bias=2, running_mean=3, running_var=4)
    x = job.fitted(job.as_layer(job.value()), 1, weights["weight"].shape[0])
    job.give(job.layer("batch_norm", eps(job), [x], weights))


def _standardized(job: Job) -> None:
    """With the statistics of what comes in, as weights are standardized: for one sample an instance norm."""
    x = job.as_layer(job.value())
    job.unused(1, 2)
    if x.shape[0] != 1:
        raise NotUnderstood(f"training_mode 1 on {x.shape[0]} samples")
    job.give(job.layer("instance_norm", {"affine": True, **eps(job)}, [x], tensors(job, weight=1, bias=2)))


def instancenormalization_(job: Job) -> None:
    """InstanceNormalization."""
    weights = tensors(job, weight=1, bias=2)
    x = job.fitted(job.as_layer(job.value()), 1, weights["weight"].shape[0])
    job.give(job.layer("instance_norm", {"affine": True, **eps(job)}, [x], weights))


def layernormalization_(job: Job) -> None:
    """LayerNormalization over the last axes."""
    job.unused(1, 2)
    x = job.as_layer(job.value())
    weights = tensors(job, weight=1, bias=2)
    axis = job.whole("axis", -1) % len(x.shape)
    shape: Any = weights["weight"].shape
    if len(shape) != len(x.shape) - axis:
        raise NotUnderstood(f"a scale of {shape} from axis {axis} on")
    for place, extent in enumerate(shape):
        x = job.fitted(x, axis + place, extent)
    args: dict[str, Any] = {"normalized_shape": shape[0] if len(shape) == 1 else [*shape]}
    if "bias" not in weights:
        args["bias"] = False
    job.give(job.layer("layer_norm", {**args, **eps(job)}, [x], weights))


def groupnormalization_(job: Job) -> None:
    """GroupNormalization with a scale per channel, as it is from version 21 on."""
    x = job.as_layer(job.value())
    groups = job.whole("num_groups")
    weights = tensors(job, weight=1, bias=2)
    if weights["weight"].shape != (x.shape[1],):
        raise NotUnderstood(f"a scale for each of {groups} groups, as before version 21")
    job.give(job.layer("group_norm", {"num_groups": groups, **eps(job)}, [x], weights))


def lrn_(job: Job) -> None:
    """LRN: local response normalization."""
    args = {
        "size": job.whole("size"),
        "alpha": decimal(job.number("alpha", 1e-4)),
        "beta": decimal(job.number("beta", 0.75)),
        "k": decimal(job.number("bias", 1.0)),
    }
    job.give(job.layer("local_response_norm", args, [job.as_layer(job.value())]))


def lpnormalization_(job: Job) -> None:
    """LpNormalization: divided by the norm along an axis."""
    x = job.as_layer(job.value())
    power = job.whole("p", 2)
    job.wants("p", power, 1, 2)
    axis = job.whole("axis", -1) % len(x.shape)
    norm = job.layer("reduce", {"mode": f"l{power}", "dim": axis, "keepdim": True}, [x], tag="norm")
    some = job.layer("clip", {"min": decimal(TINY)}, [norm], tag="some")
    job.give(job.layer("divide", {}, [x, some]))


def rmsnormalization_(job: Job) -> None:
    """RMSNormalization."""
    job.give(rms(job, job.as_layer(job.value()), job.value(1)))


def simplifiedlayernormalization_(job: Job) -> None:
    """SimplifiedLayerNormalization, as onnxruntime calls the same."""
    job.unused(1)
    rmsnormalization_(job)


def rms(job: Job, x: Value, weight: Value) -> Value:
    """Divided by the root of the mean of squares, times a weight."""
    axis = job.whole("axis", -1) % len(x.shape)
    dims = [*range(axis, len(x.shape))]
    square = job.layer("pow", {"exponent": 2}, [x], tag="square")
    mean = job.layer("mean", {"dim": dims, "keepdim": True}, [square], tag="mean")
    more = job.layer("add", {"value": decimal(job.number("epsilon", 1e-5))}, [mean], tag="eps")
    root = job.layer("sqrt", {}, [more], tag="root")
    normal = job.layer("divide", {}, [x, root], tag="normal")
    return job.layer("multiply", {}, [normal, job.as_layer(weight, len(x.shape))])


def meanvariancenormalization_(job: Job) -> None:
    """MeanVarianceNormalization along axes."""
    x = job.as_layer(job.value())
    dims = [axis % len(x.shape) for axis in job.wholes("axes", [0, 2, 3]) or []]
    mean = job.layer("mean", {"dim": dims, "keepdim": True}, [x], tag="mean")
    centred = job.layer("subtract", {}, [x, mean], tag="centred")
    square = job.layer("pow", {"exponent": 2}, [centred], tag="square")
    variance = job.layer("mean", {"dim": dims, "keepdim": True}, [square], tag="variance")
    root = job.layer("sqrt", {}, [variance], tag="root")
    more = job.layer("add", {"value": decimal(1e-9)}, [root], tag="eps")
    job.give(job.layer("divide", {}, [centred, more]))
