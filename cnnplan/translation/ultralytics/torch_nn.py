"""The modules of torch.nn, as the operators that are called like them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from cnnplan.spec.words import did_you_mean
from cnnplan.translation.ultralytics.network import Layer
from cnnplan.translation.ultralytics.rows import FROM
from cnnplan.translation.ultralytics.settings import ACTIVATIONS
from cnnplan.translation.ultralytics.signatures import ARGS, bind, widening

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.translation.ultralytics.network import Network
    from cnnplan.translation.ultralytics.rows import Row

__all__ = ["TORCH", "single", "torch_nn", "untold"]

TORCH: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "Conv2d": (
        "conv",
        {
            "in_channels": "required",
            "out_channels": "required",
            "kernel_size": "required",
            "stride": 1,
            "padding": 0,
            "dilation": 1,
            "groups": 1,
            "bias": True,
        },
    ),
    "ConvTranspose2d": (
        "conv_transpose",
        {
            "out_channels": "required",
            "kernel_size": "required",
            "stride": 1,
            "padding": 0,
            "output_padding": 0,
            "groups": 1,
            "bias": True,
            "dilation": 1,
        },
    ),
    "MaxPool2d": ("max_pool", {"kernel_size": "required", "stride": 0, "padding": 0, "dilation": 1}),
    "AvgPool2d": ("avg_pool", {"kernel_size": "required", "stride": 0, "padding": 0, "ceil_mode": False}),
    "AdaptiveAvgPool2d": ("adaptive_avg_pool", {"output_size": "required"}),
    "AdaptiveMaxPool2d": ("adaptive_max_pool", {"output_size": "required"}),
    "PixelShuffle": ("pixel_shuffle", {"upscale_factor": "required"}),
    "PixelUnshuffle": ("pixel_unshuffle", {"downscale_factor": "required"}),
    "ZeroPad2d": ("pad", {"padding": "required"}),
    "Upsample": ("upsample", {"size": 0, "scale_factor": 1, "mode": "nearest", "align_corners": False}),
    "Dropout": ("dropout", {"p": 0.5}),
    "Dropout2d": ("dropout", {"p": 0.5}),
    "Flatten": ("flatten", {"start_dim": 1, "end_dim": -1}),
    "BatchNorm2d": ("batch_norm", {"num_features": 0}),
    **{name: (verb, {"inplace": False}) for name, verb in ACTIVATIONS.items()},
}
"""The modules of torch.nn: the operator, and the arguments in their order."""


def single(network: Network, row: Row) -> Layer | None:
    """The one layer that a row reads; None, and a fault, where it reads several."""
    read = network.read(row)
    if len(read) == 1:
        return read[0]
    message = f"{row.module} takes one input, here are {len(read)}"
    network.fault(row, "CNN105", (FROM,), message, "write the number of one layer, or put a Concat in front")
    return None


def torch_nn(network: Network, row: Row) -> None:
    """A module of torch.nn."""
    name = row.module.removeprefix("nn.")
    if name not in TORCH:
        known = [f"nn.{each}" for each in TORCH]
        message = f"{row.module} is not known here{did_you_mean(row.module, known)}"
        network.fault(row, "CNN010", (FROM + 2,), message, f"known are {', '.join(known)}")
        return
    verb, declared = TORCH[name]
    read, args = single(network, row), bind(network.document, row, declared)
    if read is None or args is None:
        return
    layer = Layer(row.name, read.channels, read.stride)
    args = _own(network, row, name, args, layer)
    if args is None:
        return
    entry: dict[str, Any] = {verb: args or None, "from": read.name}
    repeats = network.settings.deepened(row.repeats)
    if repeats > 1:
        entry["repeat"] = repeats
    _coarser(layer, name, args, repeats)
    network.add(row, entry, layer)


def _own(network: Network, row: Row, name: str, args: dict[str, Any], layer: Layer) -> dict[str, Any] | None:
    """The arguments as the operator takes them; None, and a fault, where they contradict what comes in."""
    if name == "Conv2d":
        return _convolution(network, row, args, layer)
    if name == "ConvTranspose2d" and type(args["out_channels"]) is int:
        layer.steps += widening(network.settings, args["out_channels"])
        args["out_channels"] = layer.channels = network.settings.widened(args["out_channels"])
    if name == "ZeroPad2d":
        sides = args["padding"] if isinstance(args["padding"], list) else [args["padding"]] * 4
        if len(sides) != 4:  # noqa: PLR2004 - left, right, top, bottom
            network.fault(row, "CNN013", (ARGS, 0), "padding is a number, or [left, right, top, bottom]")
            return None
        return {"padding": [sides[2:], sides[:2]]}
    if name in ("MaxPool2d", "AvgPool2d", "Upsample"):
        args = {key: value for key, value in args.items() if value != 0 or key not in ("stride", "size")}
    if name == "PixelShuffle" and layer.channels:
        layer.channels = layer.channels // args["upscale_factor"] ** 2
        network.remark(row, (FROM + 2,), *untold(row, layer))
    return {key: value for key, value in args.items() if key not in ("num_features", "inplace")}


def _convolution(network: Network, row: Row, args: dict[str, Any], layer: Layer) -> dict[str, Any] | None:
    """A bare convolution, which is told the channels that come in, and whose width is not scaled."""
    given, channels = args.pop("in_channels"), layer.channels
    if channels is not None and given != channels:
        message = f"the first argument says that {given} channels come in, and layer {row.sources} gives {channels}"
        network.fault(row, "CNN103", (ARGS, 0), message.replace("(", "").replace(",)", ""), f"write {channels}")
        return None
    if args["out_channels"] != channels:
        network.remark(row, (ARGS, 1), *untold(row, layer))
    layer.channels = args["out_channels"] if type(args["out_channels"]) is int else None
    return args


def untold(row: Row, layer: Layer) -> tuple[str, str]:
    """What is to be said of a module that gives other channels than the package believes."""
    message = f"Ultralytics believes that {row.module} gives the {layer.channels} channels that come in"
    return message, "what reads it is built for those: use Conv, whose width is known"


def _coarser(layer: Layer, name: str, args: Mapping[str, Any], repeats: int) -> None:
    """What it does to the size of the map."""
    factor: Any = args.get("stride", args.get("kernel_size", 1) if "Pool2d" in name else 1)
    if name in ("ConvTranspose2d", "Upsample"):
        up = args.get("stride" if name == "ConvTranspose2d" else "scale_factor", 1)
        factor = Fraction(1) / up if isinstance(up, int | Fraction) and up else None
    if name in ("AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Flatten", "PixelShuffle", "PixelUnshuffle"):
        factor = None
    known = layer.stride is not None and isinstance(factor, int | Fraction) and factor > 0
    layer.stride = layer.stride * Fraction(factor) ** repeats if known else None  # type: ignore[operator]
