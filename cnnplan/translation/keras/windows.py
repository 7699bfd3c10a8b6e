"""Convolutions and poolings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.keras.activations import activate
from cnnplan.translation.keras.calls import Refused, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.keras.calls import Call

__all__ = ["LAYERS"]


def _each(value: Any, axes: int) -> list[int]:
    return list(value) if isinstance(value, list) else [value] * axes


def _padding(config: Any, sequence: str = "") -> Any:
    padding = config.get("padding", "valid")
    if padding in ("same", "valid"):
        return padding
    raise Refused(f"padding (={padding}){sequence}")


def _geometry(call: Call, axes: int) -> dict[str, Any]:
    config = call.config
    return {
        "kernel_size": _each(config["kernel_size"], axes),
        "stride": _each(config.get("strides", 1), axes),
        "padding": _causal(call) if config.get("padding") == "causal" else _padding(config),
        "dilation": _each(config.get("dilation_rate", 1), axes),
    }


def _causal(call: Call) -> list[list[int]]:
    config = call.config
    kernel, dilation = _each(config["kernel_size"], 1)[0], _each(config.get("dilation_rate", 1), 1)[0]
    return [[(kernel - 1) * dilation, 0]]


def convolution(call: Call) -> None:
    """Conv1D, Conv2D, Conv3D."""
    axes, config = call.x.rank - 2, call.config
    args = {"out_channels": config["filters"], **_geometry(call, axes), "groups": config.get("groups", 1)}
    args["bias"] = config.get("use_bias", True)
    call.add("conv", args, call.image(), "conv")
    _finish(call)


def _finish(call: Call) -> None:
    call.moved = not call.first
    activate(call)
    call.moved = False
    call.imaged(call.x.rank)


def depthwise(call: Call) -> None:
    """DepthwiseConv1D, DepthwiseConv2D: every channel by itself."""
    axes, times = call.x.rank - 2, call.config.get("depth_multiplier", 1)
    source = call.image()
    args = {"out_channels": f"{times} * in_channels", **_geometry(call, axes), "groups": "in_channels"}
    call.add("conv", {**args, "bias": call.config.get("use_bias", True)}, source, "conv")
    _finish(call)


def separable(call: Call) -> None:
    """SeparableConv1D, SeparableConv2D: every channel by itself, then all together."""
    axes, times = call.x.rank - 2, call.config.get("depth_multiplier", 1)
    source = call.image()
    args = {"out_channels": f"{times} * in_channels", **_geometry(call, axes), "groups": "in_channels", "bias": False}
    call.add("conv", args, source, "depthwise")
    bias = call.config.get("use_bias", True)
    call.add("conv", {"out_channels": call.config["filters"], "kernel_size": 1, "bias": bias}, name="pointwise")
    _finish(call)


def transposed(call: Call) -> None:
    """Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: `same` gives n * stride elements."""
    axes, config = call.x.rank - 2, call.config
    kernels, strides = _each(config["kernel_size"], axes), _each(config.get("strides", 1), axes)
    dilations = _each(config.get("dilation_rate", 1), axes)
    if config.get("output_padding") is not None:
        raise Refused(f"output_padding (={config['output_padding']})")
    args: dict[str, Any] = {"out_channels": config["filters"], "kernel_size": kernels, "stride": strides}
    if _padding(config) == "same":
        args["padding"] = "same"
    else:
        sides = zip(kernels, strides, dilations, strict=True)
        args["output_padding"] = [max(stride - dilation * (kernel - 1) - 1, 0) for kernel, stride, dilation in sides]
    args |= {"dilation": dilations, "bias": config.get("use_bias", True)}
    call.add("conv_transpose", args, call.image(), "conv")
    _finish(call)


def _pooling(verb: str) -> Callable[[Call], None]:
    def pool(call: Call) -> None:
        axes, config = call.x.rank - 2, call.config
        kernel = _each(config["pool_size"], axes)
        strides = config.get("strides")
        stride = kernel if strides is None else _each(strides, axes)
        args: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "padding": _padding(config)}
        if verb == "avg_pool":
            args["count_include_pad"] = False
        call.add(verb, args, call.image(), "pool")
        call.imaged(call.x.rank)

    return pool


def _global(verb: str) -> Callable[[Call], None]:
    def pool(call: Call) -> None:
        source, rank = call.image(), call.x.rank
        call.add(verb, None, source, "pool")
        if call.config.get("keepdims"):
            call.imaged(rank)
        else:
            call.add("flatten", None, name="flat")

    return pool


def padded(call: Call) -> None:
    """ZeroPadding1D, 2D, 3D."""
    padding, axes = call.config["padding"], call.x.rank - 2
    pairs = [[each, each] if isinstance(each, int) else each for each in _each(padding, axes)]
    if axes == 1:
        pairs = [padding if isinstance(padding, list) else [padding, padding]]
    call.add("pad", {"padding": pairs}, call.image(), "pad")
    call.imaged(call.x.rank)


def cropped(call: Call) -> None:
    """Cropping1D, 2D, 3D: a slice of every axis."""
    cropping, axes = call.config["cropping"], call.x.rank - 2
    pairs = [[each, each] if isinstance(each, int) else each for each in _each(cropping, axes)]
    if axes == 1:
        pairs = [cropping if isinstance(cropping, list) else [cropping, cropping]]
    source = call.image()
    for axis, (before, after) in enumerate(pairs, 2):
        args = {"dim": axis, "start": before, "end": f"in_shape[{axis}] - {after}"}
        source = call.add("slice", args, source, f"axis_{axis}")
    call.imaged(call.x.rank)


def upsampled(call: Call) -> None:
    """UpSampling1D, 2D, 3D."""
    axes = call.x.rank - 2
    mode = call.config.get("interpolation", "nearest")
    if mode not in ("nearest", "bilinear", "bicubic"):
        raise Refused(f"interpolation (={mode})")
    args = {"scale_factor": _each(call.config.get("size", 2), axes), "mode": mode}
    call.add("upsample", args, call.image(), "upsample")
    call.imaged(call.x.rank)


def prelu(call: Call) -> None:
    """A slope for every channel, or for every element that shares none."""
    shared = call.config.get("shared_axes") or []
    if call.x.rank > 2 and sorted(shared) != list(range(1, call.x.rank - 1)):  # noqa: PLR2004
        raise Refused(f"shared_axes (={shared}): a slope for every position ties the weights to a size")
    channels = call.x.shape[1 if call.first else -1]
    call.add("prelu", {"num_parameters": number(channels)}, call.image(), "prelu")
    call.imaged(call.x.rank)


_AXES: Final = ("1D", "2D", "3D")

LAYERS: Final[dict[str, Callable[[Call], None]]] = {
    **{f"Conv{n}": convolution for n in _AXES},
    **{f"Conv{n}Transpose": transposed for n in _AXES},
    **{f"DepthwiseConv{n}": depthwise for n in _AXES[:2]},
    **{f"SeparableConv{n}": separable for n in _AXES[:2]},
    **{f"MaxPooling{n}": _pooling("max_pool") for n in _AXES},
    **{f"AveragePooling{n}": _pooling("avg_pool") for n in _AXES},
    **{f"GlobalMaxPooling{n}": _global("global_max_pool") for n in _AXES},
    **{f"GlobalAveragePooling{n}": _global("global_avg_pool") for n in _AXES},
    **{f"ZeroPadding{n}": padded for n in _AXES},
    **{f"Cropping{n}": cropped for n in _AXES},
    **{f"UpSampling{n}": upsampled for n in _AXES},
    "PReLU": prelu,
}
"""By class."""
