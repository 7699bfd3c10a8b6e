"""The modules of a file as entries of our language: most are a call of the block of that name."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING, Any, Final

from cnnplan.spec.words import did_you_mean
from cnnplan.translation.ultralytics import heads, layers
from cnnplan.translation.ultralytics.document import shown
from cnnplan.translation.ultralytics.library import known
from cnnplan.translation.ultralytics.network import Layer
from cnnplan.translation.ultralytics.rows import FROM, REPEATS
from cnnplan.translation.ultralytics.signatures import ARGS, REPEATED, WIDTH, bind, widening
from cnnplan.translation.ultralytics.torch_nn import single, torch_nn, untold

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.ultralytics.network import Network
    from cnnplan.translation.ultralytics.rows import Row

__all__ = ["KNOWN", "SPOKEN", "place"]

COARSER: Final = {"HGStem": 4, "Focus": 2, "ADown": 2, "AConv": 2}
"""What some modules divide height and width by, whatever their arguments are."""

FIXED: Final = frozenset({"HGStem", "HGBlock", "ResNetLayer"})
"""The modules whose widths are taken as they are written."""

SPOKEN: Final = frozenset(
    {"C2fAttn", "ImagePoolingAttn", "WorldDetect", "YOLOEDetect", "YOLOESegment", "YOLOESegment26"}
)
"""The modules that read texts beside the image."""

C3K = ("m", "l", "x")
RESIDUAL = ("l", "x")
"""The scales at which an argument is forced."""


def place(network: Network, row: Row) -> None:
    """Add the entry of a row, or what is wrong with it."""
    outputs = len(network.outputs)
    if row.sources is not None:
        _read(network, row)
    if row.is_astray:
        del network.outputs[outputs:]
    if row.is_astray or row.index not in network.layers:
        network.lost(row)


def _read(network: Network, row: Row) -> None:
    """Add the entry of a row, by what knows its module."""
    own = OWN.get(row.module) or layers.LAYERS.get(row.module) or heads.HEADS.get(row.module)
    if own is None and row.module.startswith("nn."):
        own = torch_nn
    named = row.module in KNOWN or row.module in network.own
    if own is None and not (named and row.module in network.blocks):
        _unknown(network, row)
    elif own is None:
        _block(network, row)
    else:
        own(network, row)


def _unknown(network: Network, row: Row) -> None:
    names = [*KNOWN, *network.own]
    message = f"there is no module {row.module}{did_you_mean(row.module, names)}"
    hint = "a module of your own is a block: give the file that holds it with --modules my_blocks.yaml"
    if row.module in known():
        message = f"{row.module} is a module of the package that a file cannot name"
    network.fault(row, "CNN010", (FROM + 2,), message, hint)


def _block(network: Network, row: Row, **more: Any) -> None:
    """The call of the block that is called like the module."""
    read = single(network, row)
    declared = network.blocks[row.module].get("args") or {}
    args = bind(network.document, row, declared)
    if read is None or args is None:
        return
    layer = Layer(row.name, read.channels, _coarser(row, read, args))
    repeats = network.settings.deepened(row.repeats)
    if repeats != row.repeats:
        layer.steps.append(f"repeats: max(round({row.repeats} * {network.settings.depth:g}), 1) = {repeats}")
    if WIDTH in args and not _wide(network, row, args, layer):
        return
    args |= more
    _forced(network, row, args, layer)
    entry: dict[str, Any] = {row.module: args, "from": read.name}
    if REPEATED in declared:
        args[REPEATED] = repeats
    elif repeats > 1:
        if not _chains(network, row, read, layer, repeats):
            return
        entry["repeat"] = repeats
    network.add(row, entry, layer)


def _wide(network: Network, row: Row, args: dict[str, Any], layer: Layer) -> bool:
    """Scale the width that a row asks for."""
    settings, written = network.settings, args[WIDTH]
    if written == "nc":
        written = settings.classes
        layer.steps.append(f"nc is {written}")
    if type(written) is not int or written < 1:
        message = f"{WIDTH} (={written}) must be a whole number above 0"
        network.fault(row, "CNN013", (ARGS, list(args).index(WIDTH)), message)
        return False
    if row.module in FIXED or next(iter(args)) != WIDTH:
        layer.channels = written
        layer.steps.append(f"{row.module} takes its {written} channels as they are written, at every scale")
        return True
    args[WIDTH] = layer.channels = settings.widened(written)
    layer.steps += widening(settings, written)
    return True


def _coarser(row: Row, read: Layer, args: dict[str, Any]) -> Fraction | None:
    stride = args.get("stride", 1)
    factor = COARSER.get(row.module, stride)
    if row.module in ("ConvTranspose", "DWConvTranspose2d"):
        factor = Fraction(1, args.get("stride", 2 if row.module == "ConvTranspose" else 1) or 1)
    if row.module == "ResNetLayer" and args.get("is_first"):
        factor = 4
    known = read.stride is not None and isinstance(factor, int | Fraction)
    return read.stride * factor if known else None


def _forced(network: Network, row: Row, args: dict[str, Any], layer: Layer) -> None:
    """What the scale, or another argument, decides over the head of the file."""
    scale = network.settings.scale
    if row.module in ("C3k2", "A2C2f", "C2fCIB"):
        network.legacy = False
    if row.module == "C3k2" and scale in C3K:
        if not args.get("c3k"):
            layer.steps.append(f"c3k is True at the scales m, l and x, whatever is written; this is {scale}")
        args["c3k"] = True
    if row.module == "A2C2f" and scale in RESIDUAL:
        _residual(network, row, args, layer)
    if row.module == "SPPF" and len(row.args) < 2 + 1:
        args["_act"] = network.settings.activation


def _residual(network: Network, row: Row, args: dict[str, Any], layer: Layer) -> None:
    """At the scales l and x two arguments are appended, to whatever stands there."""
    scale = network.settings.scale
    if len(row.args) > 3:  # noqa: PLR2004
        message = f"at the scale {scale} two arguments are appended to {len(row.args)}, which is right behind three"
        network.remark(row, (ARGS,), message, "write [channels, attention, area] and no more")
    if len(row.args) == 3:  # noqa: PLR2004
        args |= {"residual": True, "ratio": Fraction(6, 5)}
        layer.steps.append(f"residual is True and the MLP's ratio 1.2 at the scales l and x; this is {scale}")


def _chains(network: Network, row: Row, read: Layer, layer: Layer, repeats: int) -> bool:
    """Whether copies of a module can stand in a row: each is built for the channels that come in first."""
    if None in (read.channels, layer.channels) or read.channels == layer.channels:
        if layer.stride and read.stride:
            layer.stride = read.stride * (layer.stride / read.stride) ** repeats
        return True
    scaled = "" if repeats == row.repeats else f", {repeats} at this scale"
    message = (
        f"{row.repeats} copies{scaled} of {row.module} are all built for {read.channels} channels, "
        f"and the first gives {layer.channels}"
    )
    hint = f"write one {row.module} that gives {layer.channels} channels, then the others as a layer of their own"
    network.fault(row, "CNN103", (REPEATS,), message, hint)
    return False


def _depthwise(network: Network, row: Row) -> None:
    """As many groups as divide the channels on both sides."""
    read = single(network, row)
    if read is None:
        return
    written = row.args[0] if row.args else None
    if type(written) is int and written > 0 and read.channels:
        channels = network.settings.widened(written)
        _block(network, row, _groups=gcd(read.channels, channels))
        return
    _block(network, row)


def _resnet(network: Network, row: Row) -> None:
    """A stage of a ResNet, which is told the channels that come in."""
    read = single(network, row)
    if read is None:
        return
    written = row.args[0] if row.args else None
    if type(written) is int and read.channels is not None and written != read.channels:
        message = f"the first argument says that {written} channels come in, and {read.name} gives {read.channels}"
        network.fault(row, "CNN103", (ARGS, 0), message, f"write {read.channels}")
        return
    _block(network, row)
    if row.index in network.layers and len(row.args) > 3:  # noqa: PLR2004
        width, layer = row.args[1], network.layers[row.index]
        layer.channels = width if row.args[3] else 4 * width
        said = f"the {width} that are written" if row.args[3] else f"4 * {width}, the expansion of a bottleneck"
        layer.steps = [f"{said}; a ResNetLayer is not scaled"]


def _same(network: Network, row: Row) -> None:
    """A module that gives as many channels as come in, and must be told so."""
    read = single(network, row)
    if read is None:
        return
    written = row.args[0] if row.args else None
    if type(written) is int and written > 0 and read.channels is not None:
        channels = network.settings.widened(written)
        if channels != read.channels:
            message = (
                f"{row.module} gives the channels that come in, {read.channels} of {read.name}; here are {channels}"
            )
            network.fault(row, "CNN103", (ARGS, 0), message, f"write the width of {read.name}")
            return
    _block(network, row)


def _raw(network: Network, row: Row) -> None:
    """A module that the package does not know the channels of: it is told those that come in, and nothing is scaled."""
    read = single(network, row)
    if read is None:
        return
    coming = row.args[0] if row.args else None
    if read.channels is not None and coming != read.channels:
        message = f"{row.module} is told the channels that come in, {read.channels}; here is {shown(coming)}"
        network.fault(row, "CNN103", (ARGS, 0), message, f"write [{read.channels}, channels, ...]")
        return
    args = bind(network.document, row, {"in_channels": "required", **network.blocks[row.module]["args"]})
    if args is None:
        return
    del args["in_channels"]
    layer = Layer(row.name, args[WIDTH], _coarser(row, read, args))
    layer.steps.append(f"the {args[WIDTH]} that are written: {row.module} is not scaled")
    if args[WIDTH] != read.channels:
        network.remark(row, (ARGS, 1), *untold(row, read))
    network.add(row, {row.module: args, "from": read.name}, layer)


def _headed(network: Network, row: Row) -> None:
    """Area attention, whose heads have 32 channels."""
    _block(network, row)
    layer = network.layers.get(row.index)
    args = network.entries[-1].get(row.module) if layer else None
    if args and layer and layer.channels and int(layer.channels * args.get("expansion", Fraction(1, 2))) % HEAD:
        inside = int(layer.channels * args.get("expansion", Fraction(1, 2)))
        message = f"the {inside} channels inside, of {layer.channels}, must be a multiple of {HEAD}"
        hint = f"write a width that gives a multiple of {2 * HEAD} at every scale"
        network.fault(row, "CNN102", (ARGS, 0), message, hint)


HEAD: Final = 32
"""The channels of a head of area attention."""

OWN: Final[dict[str, Callable[[Network, Row], None]]] = {
    "DWConv": _depthwise,
    "DWConvTranspose2d": _depthwise,
    "ResNetLayer": _resnet,
    "PSA": _same,
    "C2PSA": _same,
    "A2C2f": _headed,
    "Conv2": _raw,
    "RepConv": _raw,
    "C2fPSA": _same,
}

STAGES: Final = (
    *("Conv", "ConvTranspose", "GhostConv", "Focus", "SCDown", "AConv", "ADown", "Bottleneck", "GhostBottleneck"),
    *("BottleneckCSP", "C1", "C2", "C2f", "C2fCIB", "C3", "C3x", "C3TR", "C3Ghost", "C3k2", "RepC3", "RepNCSPELAN4"),
    *("ELAN1", "HGStem", "HGBlock", "SPP", "SPPF", "SPPELAN", "AIFI", "CBAM"),
)
"""The modules that are a call of the block of their name, and no more."""

KNOWN: Final = frozenset({*STAGES, *OWN, *layers.LAYERS, *heads.HEADS})
"""Every module that a file can name."""
