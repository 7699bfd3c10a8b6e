"""Layers that are no windows: dense ones, shapes, normalizations, sums, sequences, attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.translation.keras import activations, normalizations, sequences
from cnnplan.translation.keras.activations import activate
from cnnplan.translation.keras.calls import Refused, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.keras.calls import Call

__all__ = ["LAYERS"]


def dense(call: Call) -> None:
    """A weighted sum of the last axis."""
    args = {"out_features": call.config["units"], "bias": call.config.get("use_bias", True)}
    call.add("linear", args, call.plain(), "linear_")
    activate(call)


def embedding(call: Call) -> None:
    """Rows of a table."""
    config = call.config
    args = {"num_embeddings": config["input_dim"], "embedding_dim": config["output_dim"]}
    call.add("embedding", args, call.x.name, "embedding")


def activation(call: Call) -> None:
    """A function as a layer."""
    _kept(call)
    activate(call)


def activation_layer(call: Call) -> None:
    """A layer that is an activation."""
    _kept(call)
    activations.LAYERS[call.kind](call, call.config)


def softmax(call: Call) -> None:
    """Softmax along an axis."""
    axis = call.config.get("axis", -1)
    if not isinstance(axis, int):
        raise Refused(f"axis (={axis}): of one axis only")
    call.moved = call.x.moved
    call.add("softmax", {"dim": call.axis(axis)}, call.x.name, "softmax")


def _kept(call: Call) -> None:
    """It changes elements only: what comes in keeps its order."""
    call.moved = call.x.moved


def passed(call: Call) -> None:
    """What is the input in inference."""
    call.moved = call.x.moved
    call.add("identity", None, call.x.name, "same_")


def dropout(call: Call) -> None:
    """Elements left out in training."""
    call.moved = call.x.moved
    call.add("dropout", {"p": number(call.config.get("rate", 0.5))}, call.x.name, "dropout")


def dropped(call: Call) -> None:
    """Whole samples left out in training."""
    call.moved = call.x.moved
    call.add("drop_path", {"p": number(call.config.get("drop_path_rate", 0.5))}, call.x.name, "drop")


def flatten(call: Call) -> None:
    """All axes but the batch, in Keras's order."""
    call.add("flatten", None, call.plain(), "flat")


def reshape(call: Call) -> None:
    """The same elements, counted otherwise; from a vector to channels without a size is an image at once."""
    target, x = list(call.config["target_shape"]), call.x
    if x.rank == 2 and len(target) > 2 and all(each == 1 for each in target[:-1]):  # noqa: PLR2004
        call.moved = True
        call.add("reshape", {"shape": ["in_shape[0]", target[-1], *target[:-1]]}, x.name, "reshape", moved=True)
        return
    call.add("reshape", {"shape": ["in_shape[0]", *target]}, call.plain(), "reshape")


def permute(call: Call) -> None:
    """Axes in another order; the batch is not counted."""
    call.add("permute", {"dims": [0, *call.config["dims"]]}, call.plain(), "permute")


def repeated(call: Call) -> None:
    """A vector, so often in a row."""
    times = call.config["n"]
    call.add("unsqueeze", {"dim": 1}, call.x.name, "row")
    call.add("expand", {"shape": [-1, times, -1]}, name="rows")


def concatenate(call: Call) -> None:
    """Inputs one behind the other."""
    sources = _alike(call)
    call.add("concat", {"dim": call.axis(call.config.get("axis", -1))}, sources, "concat")


def _alike(call: Call) -> list[str]:
    """The inputs in one order: moved where all are, else as Keras has them."""
    call.moved = all(tensor.moved for tensor in call.inputs)
    return [tensor.name if call.moved else call.plain(i) for i, tensor in enumerate(call.inputs)]


def _merging(verb: str) -> Callable[[Call], None]:
    def merge(call: Call) -> None:
        sources = _alike(call)
        for tensor in call.inputs:
            if tensor.rank != call.x.rank:
                raise Refused("its inputs have different numbers of axes")
        call.add(verb, None, sources, verb)

    return merge


def average(call: Call) -> None:
    """The mean of the inputs."""
    sources = _alike(call)
    call.add("add", None, sources, "sum_")
    call.add("multiply", {"value": f"1 / {len(sources)}"}, name="mean_")


def distributed(call: Call) -> None:
    """A dense layer at every step, which it is anyhow."""
    inner = call.config.get("layer") or {}
    if inner.get("class_name") not in ("Dense", "Activation", "Dropout"):
        raise Refused(f"of {inner.get('class_name')}: of Dense, Activation and Dropout only")
    call.config = inner["config"]
    LAYERS[inner["class_name"]](call)


def _operation(verb: str) -> Callable[[Call], None]:
    """An operation on tensors, or on a tensor and a number: `x + 3.0`."""

    def operate(call: Call) -> None:
        if len(call.inputs) > 1:
            _merging(verb)(call)
            return
        values = [value for value in call.given if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(values) != 1:
            raise Refused("an operation on a tensor and something that is no number")
        call.moved = call.x.moved
        if verb in ("subtract", "divide") and call.given and call.given[0] is values[0]:
            raise Refused("a number less, or divided by, a tensor")
        call.add(verb, {"value": number(values[0])}, call.x.name, verb)

    return operate


def mean(call: Call) -> None:
    """The mean along axes."""
    axis = call.config.get("axis")
    axes = [axis] if isinstance(axis, int) else axis
    if axes is None:
        raise Refused("along all axes")
    dims = sorted(call.axis(each) for each in axes)
    keep = bool(call.config.get("keepdims"))
    call.moved = call.x.moved and keep
    call.add("mean", {"dim": dims, "keepdim": keep}, call.x.name, "mean_")
    if call.x.moved and not keep and 1 not in dims and len(dims) < call.x.rank - 2:
        raise Refused("along some of the axes of an image")


OPERATIONS: Final = {"Add": "add", "Subtract": "subtract", "Multiply": "multiply", "Divide": "divide"}
MODULE: Final = "keras.src.ops"
"""What the module of an operation begins with: a layer of the same class stands in keras.layers."""


def scaled_sum(call: Call) -> None:
    """Of keras.applications' Inception-ResNet: the first, and the second times a number."""
    first, second = _alike(call)
    call.add("multiply", {"value": number(call.config["scale"])}, second, "scaled")
    call.add("add", None, [first, "scaled"], "add_")


def layer_scale(call: Call) -> None:
    """Of keras.applications' ConvNeXt: a factor for every channel."""
    call.add("scale", {"dim": 1}, call.image(), "scale_")
    call.imaged(call.x.rank)


APPLICATIONS: Final = {"CustomScaleLayer": scaled_sum, "LayerScale": layer_scale, "StochasticDepth": dropped}
"""Layers that keras.applications has for itself."""

NUMPY: Final[dict[str, Callable[[Call], None]]] = {
    **{name: _operation(verb) for name, verb in OPERATIONS.items()},
    "TrueDivide": _operation("divide"),
    "Mean": mean,
    "Concatenate": concatenate,
}
"""Operations, by class."""

LAYERS: Final[dict[str, Callable[[Call], None]]] = {
    "Dense": dense,
    "Embedding": embedding,
    "Activation": activation,
    **dict.fromkeys(activations.LAYERS, activation_layer),
    "Softmax": softmax,
    **dict.fromkeys(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), dropout),
    **dict.fromkeys(
        ("GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "Identity", "Masking"), passed
    ),
    "Flatten": flatten,
    "Reshape": reshape,
    "Permute": permute,
    "RepeatVector": repeated,
    "Concatenate": concatenate,
    **{name: _merging(verb) for name, verb in OPERATIONS.items() if name != "Divide"},
    "Average": average,
    **normalizations.LAYERS,
    **sequences.LAYERS,
    "TimeDistributed": distributed,
}
"""Layers, by class."""
