"""The sections of a `.cfg` as entries of our language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cnnplan.findings import Location

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.draft import Draft

__all__ = ["LAYERS", "Net", "Section"]

ACTIVATIONS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "leaky": ("leaky_relu", {"negative_slope": "0.1"}),
    **{name: (name, {}) for name in ("relu", "mish", "tanh", "elu", "selu", "gelu", "relu6")},
    "logistic": ("sigmoid", {}),
    "swish": ("silu", {}),
}
"""The operators of activations; `linear` is none."""


@dataclass(slots=True)
class Section:
    """A section: its number among the layers, its line, its keys with theirs, and which of them were read."""

    name: str
    number: int
    line: int
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Net:
    """The network in the making.

    Args:
        draft: the entries so far.
        outputs: what each layer gives, the image in front: layer i is `outputs[i + 1]`.
        ends: the names of the layers that predict.
    """

    draft: Draft
    outputs: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    def where(self, section: Section, key: str = "") -> Location:
        """The line of a key, or of the section."""
        return Location(self.draft.foreign.file, section.lines.get(key, section.line), 1)

    def refuse(self, section: Section, rule: str, message: str, key: str = "", hint: str = "") -> None:
        """Keep an error of a section."""
        self.draft.refuse(rule, f"layer {section.number} [{section.name}]: {message}", self.where(section, key), hint)

    def number(self, section: Section, key: str, default: int) -> int:
        """A whole number of a section."""
        section.read.add(key)
        text = section.values.get(key)
        if text is None:
            return default
        if text.lstrip("-").isdigit() and len(text) < 10:  # noqa: PLR2004
            return int(text)
        self.refuse(section, "CNN013", f"{key} (={text}) must be a whole number", key)
        return default

    def add(self, section: Section, verb: str, args: Any = None, reads: Any = None, **more: Any) -> str:
        """Append an entry of a section, which reads the layer before where nothing else is said."""
        origin = f"{section.number}_{section.name}"
        read = [self.outputs[-1]] if reads is None else reads
        name = f"{section.name.strip()}_{section.number}"
        return self.draft.add(verb, args, read, origin=origin, where=self.where(section), name=name, **more)

    def done(self, section: Section, entries: list[dict[str, Any]], reads: list[str] | None = None) -> None:
        """Append the entries of a section as one layer."""
        if len(entries) == 1:
            ((verb, args),) = ((key, value) for key, value in entries[0].items() if key not in ("name", "from"))
            self.outputs.append(self.add(section, verb, args, reads))
        else:
            self.outputs.append(self.add(section, "sequence", entries, reads))

    def numbers(self, section: Section, key: str) -> list[int] | None:
        """Layers by number, those below 0 from here; None, and faults, where there is none."""
        section.read.add(key)
        found = []
        for text in section.values.get(key, "").split(","):
            each = text.strip()
            if not each.lstrip("-").isdigit() or len(each) > 9:  # noqa: PLR2004
                self.refuse(section, "CNN013", f"{key} (={section.values.get(key, '')}) are numbers of layers", key)
                return None
            number = int(each) if int(each) >= 0 else section.number + int(each)
            if not 0 <= number < section.number:
                message = f"{key} (={each}): layer {section.number} can read layers 0 to {section.number - 1}"
                self.refuse(section, "CNN015", message, key)
                return None
            found.append(number)
        return found


def _activated(net: Net, section: Section, entries: list[dict[str, Any]], default: str) -> None:
    section.read.add("activation")
    activation = section.values.get("activation", default)
    if activation == "linear":
        return
    if activation not in ACTIVATIONS:
        net.refuse(section, "CNN031", f"not understood: the activation {activation}", "activation")
        return
    verb, args = ACTIVATIONS[activation]
    entries.append({verb: args or None, "name": "act"})


def convolution(net: Net, section: Section) -> None:
    """`pad=1` pads by half the kernel; with batch_normalize there is no bias but the normalization's."""
    size, padding = net.number(section, "size", 1), net.number(section, "padding", 0)
    if net.number(section, "pad", 0):
        padding = size // 2
    normalized = net.number(section, "batch_normalize", 0) == 1
    conv = {
        "out_channels": net.number(section, "filters", 1),
        "kernel_size": size,
        "stride": _strides(net, section),
        "padding": padding,
        "dilation": net.number(section, "dilation", 1),
        "groups": net.number(section, "groups", 1),
        "bias": not normalized,
    }
    entries: list[dict[str, Any]] = [{"conv": conv, "name": "conv"}]
    if normalized:
        entries.append({"batch_norm": {"eps": "0.00001"}, "name": "norm"})
    _activated(net, section, entries, "logistic")
    net.done(section, entries)


def _strides(net: Net, section: Section) -> Any:
    stride = net.number(section, "stride", 1)
    return [net.number(section, "stride_y", stride), net.number(section, "stride_x", stride)]


def max_pool(net: Net, section: Section) -> None:
    """Padded by the kernel less 1 altogether: (n + padding - size) // stride + 1 elements."""
    stride = net.number(section, "stride", 1)
    size = net.number(section, "size", stride)
    padding = net.number(section, "padding", size - 1)
    pair = [padding // 2, padding - padding // 2]
    net.done(section, [{"max_pool": {"kernel_size": size, "stride": stride, "padding": [pair, pair]}}])


def avg_pool(net: Net, section: Section) -> None:
    """The mean of every channel."""
    net.done(section, [{"global_avg_pool": None}])


def route(net: Net, section: Section) -> None:
    """Layers one behind the other, or one group of the channels of each."""
    layers = net.numbers(section, "layers")
    groups, group = net.number(section, "groups", 1), net.number(section, "group_id", 0)
    if layers is None:
        return
    names = [net.outputs[number + 1] for number in layers]
    if groups == 1:
        net.outputs.append(net.add(section, "concat", None, names))
        return
    entries: list[dict[str, Any]] = []
    for i, name in enumerate(names):
        args = {"start": f"in_channels // {groups} * {group}", "end": f"in_channels // {groups} * {group + 1}"}
        entries.append({"slice": args, "from": name, "name": f"group_{i}"})
    entries.append({"concat": None, "from": [f"group_{i}" for i in range(len(names))], "name": "groups"})
    net.done(section, entries, names[:1])


def shortcut(net: Net, section: Section) -> None:
    """The sum of the layer before and another."""
    layers = net.numbers(section, "from")
    if layers is None:
        return
    entries: list[dict[str, Any]] = [
        {"add": None, "from": [net.outputs[-1], *(net.outputs[number + 1] for number in layers)], "name": "add_"}
    ]
    _activated(net, section, entries, "linear")
    if len(entries) == 1:
        net.outputs.append(net.add(section, "add", None, entries[0]["from"]))
    else:
        net.done(section, entries)


def upsample(net: Net, section: Section) -> None:
    """Elements repeated."""
    net.done(section, [{"upsample": {"scale_factor": net.number(section, "stride", 2)}}])


def connected(net: Net, section: Section) -> None:
    """Every output of all elements."""
    normalized = net.number(section, "batch_normalize", 0) == 1
    args = {"out_features": net.number(section, "output", 1), "bias": not normalized}
    entries: list[dict[str, Any]] = [{"flatten": None, "name": "flat"}, {"linear": args, "name": "fc"}]
    if normalized:
        entries.append({"batch_norm": {"eps": "0.00001"}, "name": "norm"})
    _activated(net, section, entries, "logistic")
    net.done(section, entries)


def reorg(net: Net, section: Section) -> None:
    """Squares of pixels become channels."""
    net.done(section, [{"pixel_unshuffle": {"downscale_factor": net.number(section, "stride", 1)}}])


def dropout(net: Net, section: Section) -> None:
    """Elements left out in training."""
    section.read.update(("probability", "dropblock", "dropblock_size_abs", "dropblock_size"))
    net.done(section, [{"dropout": {"p": section.values.get("probability", "0.5")}}])


def softmax(net: Net, section: Section) -> None:
    """Exponentials, divided by their sum."""
    net.done(section, [{"softmax": {"dim": 1}}])


def predicting(net: Net, section: Section) -> None:
    """Boxes and classes: what comes in is what the network predicts."""
    del section
    net.ends.append(net.outputs[-1])
    net.outputs.append(net.outputs[-1])


def nothing(net: Net, section: Section) -> None:
    """A loss."""
    net.outputs.append(net.outputs[-1])
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
    "dropout": dropout,
    "softmax": softmax,
    **dict.fromkeys(("yolo", "region", "detection"), predicting),
    "cost": nothing,
}
"""By the name of the section."""
