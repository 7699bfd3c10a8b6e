"""The modules that put several maps together, or take one apart, or look at texts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.ultralytics.network import Layer
from cnnplan.translation.ultralytics.rows import FROM, REPEATS
from cnnplan.translation.ultralytics.signatures import ARGS, bind, widening
from cnnplan.translation.ultralytics.torch_nn import TORCH, single, torch_nn

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.ultralytics.network import Network
    from cnnplan.translation.ultralytics.rows import Row

__all__ = ["LAYERS"]


def _once(network: Network, row: Row) -> None:
    """Say that a module that reads several maps cannot stand in a row with itself."""
    if network.settings.deepened(row.repeats) > 1:
        message = f"{row.repeats} copies of {row.module} cannot stand in a row: each reads several maps"
        network.fault(row, "CNN013", (REPEATS,), message, "write 1")


def concat(network: Network, row: Row) -> None:
    """Maps one behind the other."""
    args = bind(network.document, row, {"dim": 1})
    read = network.read(row)
    _once(network, row)
    if args is None:
        return
    if not row.listed:
        network.fault(row, "CNN105", (FROM,), "Concat reads a list of layers", _listed(row))
        return
    widths = [layer.channels for layer in read]
    channels = sum(width for width in widths if width is not None) if None not in widths else None
    layer = Layer(row.name, channels, read[0].stride)
    layer.steps.append(f"{' + '.join(map(str, widths))} = {channels}, one behind the other")
    _equal(network, row, read)
    network.add(row, {"concat": args, "from": network.reads(row)}, layer)


def _listed(row: Row) -> str:
    return "" if row.is_astray else f"write [{(row.sources or ())[0]}, -1]"


def _equal(network: Network, row: Row, read: list[Layer]) -> None:
    """Maps that are put together have the same size."""
    strides = {layer.stride for layer in read if layer.stride is not None}
    if len(strides) > 1:
        maps = ", ".join(f"{layer.name} 1/{layer.stride}" for layer in read if layer.stride is not None)
        message = f"maps of different size: {maps} of the image's height and width"
        network.fault(row, "CNN104", (FROM,), message, "upsample the coarser one, or read another layer")


def linear_split(network: Network, row: Row) -> None:
    """A convolution whose channels are cut into parts, for several readers."""
    declared = {"widths": "required", "kernel_size": 1, "stride": 1, "padding": None, "groups": 1}
    read, args = single(network, row), bind(network.document, row, declared)
    if read is None or args is None:
        return
    widths = args.pop("widths")
    widths = widths if isinstance(widths, list) else [widths]
    kernel = args.pop("kernel_size", 1)
    conv = {"out_channels": sum(widths), "kernel_size": kernel, "padding": args.pop("padding", kernel // 2), **args}
    inside = [{"conv": conv, "name": "conv"}, {"split": {"sections": widths}, "name": "parts"}]
    layer = Layer(row.name, None, read.stride, parts=tuple(widths))
    layer.steps.append(f"{len(widths)} parts of {', '.join(map(str, widths))} channels; none is scaled")
    network.add(row, {"sequence": inside, "from": read.name}, layer)


def fuse(network: Network, row: Row) -> None:
    """The sum of one part of each layer, all brought to the size of the last."""
    args = bind(network.document, row, {"parts": "required"})
    read = network.read(row)
    if args is None:
        return
    chosen = args["parts"] if isinstance(args["parts"], list) else [args["parts"]]
    if len(chosen) < len(read) - 1:
        message = f"{len(read) - 1} layers are summed to the last one, and {len(chosen)} parts are chosen"
        network.fault(row, "CNN013", (ARGS, 0), message, "write the number of a part for each layer but the last")
        return
    if any(layer.lost for layer in read):
        return
    last = read[-1]
    inside: list[dict[str, Any]] = []
    for i, (layer, part) in enumerate(zip(read[:-1], chosen, strict=False)):
        if part >= len(layer.parts):
            message = f"{layer.name} has {len(layer.parts)} parts, so that there is no part {part}"
            network.fault(row, "CNN013", (ARGS, 0, i), message, "parts are counted from 0; a CBLinear has several")
            return
        if None not in (last.channels, layer.parts[part]) and last.channels != layer.parts[part]:
            message = f"part {part} of {layer.name} has {layer.parts[part]} channels, {last.name} has {last.channels}"
            network.fault(row, "CNN104", (ARGS, 0, i), message, "only maps with the same channels can be added")
            return
        size = [f"shape('{last.name}')[2]", f"shape('{last.name}')[3]"]
        source = f"{layer.name}.parts.{part}"
        inside.append({"upsample": {"size": size}, "from": source, "name": f"m{i}"})
    inside.append({"add": None, "from": [*(f"m{i}" for i in range(len(read) - 1)), last.name], "name": "total"})
    made = Layer(row.name, last.channels, last.stride)
    made.steps.append(f"the {last.channels} of {last.name}, to which the others are added")
    network.add(row, {"sequence": inside, "from": last.name}, made)


def attentive(network: Network, row: Row) -> None:
    """A stage that looks at texts: its embedding and its heads are scaled like its width."""
    read = single(network, row)
    args = bind(network.document, row, network.blocks["C2fAttn"]["args"])
    if read is None or args is None:
        return
    settings = network.settings
    written, heads = args["out_channels"], args.get("num_heads", 1)
    channels = settings.widened(written)
    hidden = int(channels * args.get("expansion", Fraction(1, 2)))
    if heads > 1:
        heads = int(max(round(min(heads, settings.most // 2 // 32)) * settings.width, 1))
    if hidden % heads:
        message = f"{heads} heads do not divide the {hidden} channels inside"
        network.fault(row, "CNN102", (ARGS, 2), message, "write a number of heads that divides them at every scale")
        return
    layer = Layer(row.name, channels, read.stride, widening(settings, written))
    layer.steps.append(f"{heads} heads of {hidden // heads} channels")
    args |= {"out_channels": channels, "embed_channels": hidden, "num_heads": heads}
    args["repeats"] = settings.deepened(row.repeats)
    network.add(row, {"C2fAttn": args, "from": [read.name, network.text]}, layer)


def pooled_text(network: Network, row: Row) -> None:
    """Texts that look at what was pooled of several maps; who comes after it reads them."""
    declared = {"width": 256, "text": 512, "num_heads": 8, "size": 3}
    args = bind(network.document, row, declared)
    read = network.read(row)
    if args is None:
        return
    width, size = args.get("width", 256), args.get("size", 3)
    inside: list[dict[str, Any]] = [
        {"_PooledPatches": {"width": width, "size": size}, "from": layer.name, "name": f"p{i}"}
        for i, layer in enumerate(read)
    ]
    inside.append({"concat": {"dim": 2}, "from": [f"p{i}" for i in range(len(read))], "name": "patches"})
    attention = {"width": width, "num_heads": args.get("num_heads", 8)}
    inside.append({"_PooledAttention": attention, "from": [network.text, "patches"], "name": "attention"})
    before = network.layers[row.index - 1]
    layer = Layer(row.name, before.channels, before.stride)
    network.add(row, {"sequence": inside, "from": read[0].name}, layer)
    network.text = row.name
    network.outputs.append(row.name)
    layer.name = before.name


def torchvision(network: Network, row: Row) -> None:
    """A ResNet of torchvision without its last layers."""
    declared = {"channels": "required", "model": "resnet", "weights": "", "unwrap": True, "truncate": 2, "split": False}
    read, args = single(network, row), bind(network.document, row, declared)
    if read is None or args is None:
        return
    model = args.get("model")
    if model not in RESNETS or not args.get("unwrap", True) or args.get("truncate", 2) != 2 or args.get("split"):  # noqa: PLR2004
        known = ", ".join(RESNETS)
        message = f"of torchvision's models those are known that are cut behind their last stage: {known}"
        network.fault(
            row, "CNN031", (ARGS, 1), message, "write [channels, resnet50, None, True, 2], or give the layers"
        )
        return
    unit, depths = RESNETS[model]
    channels = 2048 if unit == "_Neck" else 512
    layer = Layer(row.name, args["channels"], read.stride * 32 if read.stride else None)
    layer.steps.append(f"the {args['channels']} that are written; {model} gives {channels}")
    if args["channels"] != channels:
        message = f"{model} gives {channels} channels, and {args['channels']} are written"
        network.fault(row, "CNN103", (ARGS, 0), message, f"write {channels}")
        return
    network.add(row, {"_ResNet": {"unit": unit, "depths": depths}, "from": read.name}, layer)


RESNETS: Final = {
    "resnet18": ("_Basic", [2, 2, 2, 2]),
    "resnet34": ("_Basic", [3, 4, 6, 3]),
    "resnet50": ("_Neck", [3, 4, 6, 3]),
    "resnet101": ("_Neck", [3, 4, 23, 3]),
    "resnet152": ("_Neck", [3, 8, 36, 3]),
}
"""The unit and the depths of torchvision's ResNets."""

LAYERS: Final[dict[str, Callable[[Network, Row], None]]] = {
    **{f"nn.{name}": torch_nn for name in TORCH},
    "Concat": concat,
    "CBLinear": linear_split,
    "CBFuse": fuse,
    "TorchVision": torchvision,
    "C2fAttn": attentive,
    "ImagePoolingAttn": pooled_text,
}
"""What each of them is read by."""
