"""The sections of a `.cfg` as entries of our language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.darknet.sections import activated
from cnnplan.translation.darknet.shortcuts import shortcut

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.darknet.sections import Net, Section

__all__ = ["LAYERS"]


def convolution(net: Net, section: Section) -> None:
    """`pad=1` pads by half the kernel; with batch_normalize there is no bias but the normalization's."""
    size, padding = net.number(section, "size", 1), net.number(section, "padding", 0)
    if net.number(section, "pad", 0):
        padding = size // 2
    normalized = net.number(section, "batch_normalize", 0) == 1
    strides, dilation = _strides(net, section), net.number(section, "dilation", 1)
    filters = net.number(section, "filters", 1)
    conv = {
        "out_channels": filters,
        "kernel_size": size,
        "stride": strides,
        "padding": padding * dilation,
        "dilation": dilation,
        "groups": net.number(section, "groups", 1),
        "bias": not normalized,
    }
    entries: list[dict[str, Any]] = [{"conv": conv, "name": "conv"}]
    if normalized:
        entries.append({"batch_norm": {"eps": "0.00001"}, "name": "norm"})
    activated(net, section, entries, "logistic")
    steps = _steps(net, 2 * padding * dilation - (size - 1) * dilation - 1, strides)
    net.done(section, entries, size=(filters, *steps))


def _steps(net: Net, more: int, strides: list[int]) -> tuple[int, ...]:
    """How often windows fit on what comes in with so many elements more."""
    pairs = zip(net.sizes[-1][1:], strides, strict=False)
    return tuple((n + more) // stride + 1 if stride > 0 else 0 for n, stride in pairs)


def _strides(net: Net, section: Section) -> list[int]:
    stride = net.number(section, "stride", 1)
    return [net.number(section, "stride_y", stride), net.number(section, "stride_x", stride)]


def max_pool(net: Net, section: Section) -> None:
    """Padded by the kernel less 1 altogether: (n + padding - size) // stride + 1 elements."""
    strides = _strides(net, section)
    size = net.number(section, "size", strides[0])
    padding = net.number(section, "padding", size - 1)
    pair = [padding // 2, padding - padding // 2]
    args = {"kernel_size": size, "stride": strides, "padding": [pair, pair]}
    steps = _steps(net, padding - size, strides)
    net.done(section, [{"max_pool": args}], size=(*net.sizes[-1][:1], *steps))


def avg_pool(net: Net, section: Section) -> None:
    """The mean of every channel."""
    net.done(section, [{"global_avg_pool": None}], size=(*net.sizes[-1][:1], 1, 1))


def route(net: Net, section: Section) -> None:
    """Layers one behind the other, or one group of the channels of each."""
    layers = net.numbers(section, "layers")
    groups, group = net.number(section, "groups", 1), net.number(section, "group_id", 0)
    if layers is None:
        return
    names = [net.outputs[number + 1] for number in layers]
    channels = sum(next(iter(net.sizes[number + 1]), 0) for number in layers) // max(groups, 1)
    size = (channels, *net.sizes[layers[0] + 1][1:])
    if groups == 1:
        net.keep(net.add(section, "concat", None, names), size)
        return
    entries: list[dict[str, Any]] = []
    for i, name in enumerate(names):
        args = {"start": f"in_channels // {groups} * {group}", "end": f"in_channels // {groups} * {group + 1}"}
        entries.append({"slice": args, "from": name, "name": f"group_{i}"})
    entries.append({"concat": None, "from": [f"group_{i}" for i in range(len(names))], "name": "groups"})
    net.done(section, entries, names[:1], size)


def upsample(net: Net, section: Section) -> None:
    """Elements repeated."""
    factor = net.number(section, "stride", 2)
    size = (*net.sizes[-1][:1], *(n * factor for n in net.sizes[-1][1:]))
    net.done(section, [{"upsample": {"scale_factor": factor}}], size=size)


def connected(net: Net, section: Section) -> None:
    """Every output of all elements."""
    normalized = net.number(section, "batch_normalize", 0) == 1
    args = {"out_features": net.number(section, "output", 1), "bias": not normalized}
    entries: list[dict[str, Any]] = [{"flatten": None, "name": "flat"}, {"linear": args, "name": "fc"}]
    if normalized:
        entries.append({"batch_norm": {"eps": "0.00001"}, "name": "norm"})
    activated(net, section, entries, "logistic")
    net.done(section, entries, size=(args["out_features"],))


def reorg(net: Net, section: Section) -> None:
    """Squares of pixels become channels."""
    factor = net.number(section, "stride", 1)
    channels, *pixels = net.sizes[-1] or (0,)
    size = (channels * factor**2, *(n // factor if factor > 0 else 0 for n in pixels))
    net.done(section, [{"pixel_unshuffle": {"downscale_factor": factor}}], size=size)


def dropout(net: Net, section: Section) -> None:
    """Elements left out in training."""
    section.read.update(("probability", "dropblock", "dropblock_size_abs", "dropblock_size"))
    net.done(section, [{"dropout": {"p": section.values.get("probability", "0.5")}}])


def softmax(net: Net, section: Section) -> None:
    """Exponentials, divided by their sum."""
    net.done(section, [{"softmax": {"dim": 1}}])


def sam(net: Net, section: Section) -> None:
    """What comes in, times an earlier layer of the same size: attention to places."""
    _times(net, section, lambda other: other)


def scale_channels(net: Net, section: Section) -> None:
    """An earlier layer, times one number of each channel, or of each pixel where `scale_wh=1`."""
    pixels = net.number(section, "scale_wh", 0)
    _times(net, section, lambda other: (1, *other[1:]) if pixels else (other[0], 1, 1))


def _times(net: Net, section: Section, needed: Callable[[tuple[int, ...]], tuple[int, ...]]) -> None:
    """The product of an earlier layer and the one before, which must be as large as is needed."""
    layers = net.numbers(section, "from")
    if layers is None:
        return
    own, other = net.sizes[-1], net.sizes[layers[0] + 1]
    if own and other and own != needed(other):
        message = f"multiplies layer {layers[0]} of {_by(other)}, and needs "
        wanted = "the same" if needed(other) == other else _by(needed(other))
        net.refuse(section, "CNN104", f"{message}{wanted} of the layer before, not {_by(own)}", "from")
        return
    reads = [net.outputs[layers[0] + 1], net.outputs[-1]]
    entries: list[dict[str, Any]] = [{"multiply": None, "from": reads, "name": "product"}]
    activated(net, section, entries, "linear")
    net.done(section, entries, reads if len(entries) == 1 else None, other)


def crop(net: Net, section: Section) -> None:
    """The middle of an image; its values become 2x - 1 unless `noadjust=1`."""
    section.read.update(("flip", "angle", "saturation", "exposure", "shift"))
    sides = [net.number(section, "crop_height", 1), net.number(section, "crop_width", 1)]
    size = net.sizes[-1]
    if len(size) != len(AXES) + 1 or any(side > n for side, n in zip(sides, size[1:], strict=True)):
        wanted = " x ".join(map(str, sides))
        net.refuse(section, "CNN104", f"crops {wanted} out of {_by(size)}", "crop_height", "crop less")
        return
    entries: list[dict[str, Any]] = []
    for axis, side, key in zip(AXES, sides, ("rows", "columns"), strict=True):
        start = f"(in_shape[{axis}] - {side}) // 2"
        entries.append({"slice": {"dim": axis, "start": start, "end": f"{start} + {side}"}, "name": key})
    if not net.number(section, "noadjust", 0):
        entries += [{"multiply": {"value": 2}, "name": "twice"}, {"add": {"value": -1}, "name": "around_0"}]
    net.done(section, entries, size=(size[0], *sides))


AXES: Final = (2, 3)
"""Those of height and width."""


def _by(size: tuple[int, ...]) -> str:
    return " x ".join(map(str, size)) or "an unknown size"


def predicting(net: Net, section: Section) -> None:
    """Boxes and classes: what comes in is what the network predicts."""
    del section
    net.ends.append(net.outputs[-1])
    net.keep(net.outputs[-1])


def nothing(net: Net, section: Section) -> None:
    """A loss."""
    net.keep(net.outputs[-1])
    section.read.update(section.values)


LAYERS: Final[dict[str, Callable[[Net, Section], None]]] = {
    **dict.fromkeys(("convolutional", "conv"), convolution),
    **dict.fromkeys(("maxpool", "max"), max_pool),
    **dict.fromkeys(("avgpool", "avg"), avg_pool),
    "route": route,
    "shortcut": shortcut,
    "upsample": upsample,
    **dict.fromkeys(("connected", "conn"), connected),
    **dict.fromkeys(("reorg", "reorg3d"), reorg),
    "sam": sam,
    "scale_channels": scale_channels,
    "crop": crop,
    "dropout": dropout,
    "softmax": softmax,
    **dict.fromkeys(("yolo", "region", "detection"), predicting),
    "cost": nothing,
}
"""By the name of the section."""
