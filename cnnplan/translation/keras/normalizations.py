"""Normalizations, and what brings data to a range."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.keras.calls import Refused, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.keras.calls import Call

__all__ = ["LAYERS"]


def batch_normalization(call: Call) -> None:
    """Keras's epsilon is 0.001; scale and shift may be missing."""
    config, x = call.config, call.x
    axis = config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) else axis
    args = {"eps": number(config.get("epsilon", 1e-3))}
    scale, center = config.get("scale", True), config.get("center", True)
    if scale != center:
        args |= {"weight": scale, "bias": center}
    elif not scale:
        args["affine"] = False
    _channelwise(call, "batch_norm", args, axis % x.rank)


def _channelwise(call: Call, verb: str, args: dict[str, Any], axis: int) -> None:
    """An operator that looks at the axis behind the batch."""
    x = call.x
    if axis == 1 and not x.moved:
        call.add(verb, args, x.name, "norm")
    elif axis == x.rank - 1:
        call.add(verb, args, call.image(), "norm")
        call.imaged(x.rank)
    else:
        raise Refused(f"axis (={axis}) of an input with {x.rank} axes")


def layer_normalization(call: Call) -> None:
    """Along the last axis."""
    config, x = call.config, call.x
    axis = config.get("axis", -1)
    axes = axis if isinstance(axis, list) else [axis]
    if [each % x.rank for each in axes] != [x.rank - 1]:
        raise Refused(f"axis (={axis}): along the last axis only")
    scale, center = config.get("scale", True), config.get("center", True)
    args = {"normalized_shape": x.shape[-1], "eps": number(config.get("epsilon", 1e-3))}
    args |= {"elementwise_affine": scale or center}
    args |= {name: False for name, there in (("weight", scale), ("bias", center)) if not there and (scale or center)}
    call.add("layer_norm", args, call.plain(), "norm")


def group_normalization(call: Call) -> None:
    """Groups of channels."""
    config, x = call.config, call.x
    groups = config.get("groups", 32)
    groups = x.shape[-1] if groups == -1 else groups
    scale, center = config.get("scale", True), config.get("center", True)
    args = {"num_groups": groups, "eps": number(config.get("epsilon", 1e-3)), "affine": scale or center}
    args |= {name: False for name, there in (("weight", scale), ("bias", center)) if not there and (scale or center)}
    _channelwise(call, "group_norm", args, config.get("axis", -1) % x.rank)


def normalization(call: Call) -> None:
    """Statistics of the data, which are no weights that are trained."""
    config, x = call.config, call.x
    axis = config.get("axis", -1)
    axes = [axis] if isinstance(axis, int) else axis or []
    if len(axes) != 1:
        raise Refused("statistics along several axes")
    if config.get("mean") is not None:
        _standardized(call, config)
        return
    _channelwise(call, "batch_norm", {"affine": False, "eps": 0}, axes[0] % x.rank)


def _standardized(call: Call, config: Any) -> None:
    """Less a mean, by a deviation, both of them numbers of the config."""
    call.moved = call.x.moved
    deviations = [sqrt(each) for each in _flat(config["variance"])]
    less = _by_channel(call, _flat(config["mean"]), "mean_of_data")
    call.add("subtract", None, [call.x.name, less], "less")
    by = _by_channel(call, deviations, "deviation")
    call.add("divide", None, ["less", by], "by")


def _flat(values: Any) -> list[float]:
    """The numbers in lists of lists."""
    return [each for value in values for each in _flat(value)] if isinstance(values, list) else [values]


def _by_channel(call: Call, values: list[Any], name: str) -> str:
    """A number for every channel."""
    told: Any = [number(each) for each in values]
    if call.moved:
        for _ in range(call.x.rank - 2):
            told = [[each] for each in told]
        told = [told]
    return call.add("constant", {"values": told}, name=name)


def rescaling(call: Call) -> None:
    """Times a number, plus a number."""
    call.moved = call.x.moved
    scale, offset = call.config.get("scale", 1), call.config.get("offset", 0)
    source: Any = call.x.name
    for verb, value, neutral in (("multiply", scale, 1), ("add", offset, 0)):
        if isinstance(value, list):
            constant = _by_channel(call, value, f"{verb}_by")
            source = call.add(verb, None, [source or call.entries[-2]["name"], constant], f"{verb}_")
        elif value != neutral or verb == "multiply":
            source = call.add(verb, {"value": number(value)}, source, f"{verb}_")


LAYERS: Final[dict[str, Callable[[Call], None]]] = {
    "BatchNormalization": batch_normalization,
    "LayerNormalization": layer_normalization,
    "GroupNormalization": group_normalization,
    "Normalization": normalization,
    "Rescaling": rescaling,
}
"""By class."""
