"""Darknet's `.cfg`: sections in a row, each a layer, read by the rules of Darknet itself.

A convolution pads by half its kernel where `pad=1`; a pooling pads by its kernel less 1 altogether, half of it in
front, and rounds down; a route puts layers together by number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import SpecError
from cnnplan.findings import Location
from cnnplan.spec.source import read_text
from cnnplan.translation.darknet.layers import LAYERS
from cnnplan.translation.darknet.sections import Net, Section
from cnnplan.translation.draft import Draft

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options

__all__ = ["read"]

IMAGE: Final = 4
"""The axes of an image."""

MOST: Final = 5_000
"""The most sections."""


def read(path: Path, options: Options) -> Foreign:
    """The network of a file, as the data of a spec."""
    text = read_text(path)
    draft = Draft(str(path), path.stem, text=text)
    sections = _sections(draft, text)
    if not sections or sections[0].name not in ("net", "network"):
        draft.refuse("CNN030", "a .cfg begins with [net]", Location(str(path), 1, 1))
        raise SpecError(draft.foreign.faults.found)
    head = sections[0]
    net = Net(draft)
    channels = net.number(head, "channels", 3)
    shape: Any = options.dims.get("input") or ("N", channels, "H", "W")
    known = {"N": 1, "H": net.number(head, "height", 416), "W": net.number(head, "width", 416)}
    for extent in shape:
        if isinstance(extent, str):
            draft.symbol(extent, known.get(extent))
    image = (channels, known["H"], known["W"]) if len(shape) == IMAGE else (channels,)
    net.keep(draft.inputs({"input": {"shape": [*shape]}})["input"], image)
    for section in sections[1:]:
        _layer(net, section)
    for name in net.ends or net.outputs[-1:]:
        draft.output(name)
    return draft.done()


def _layer(net: Net, section: Section) -> None:
    """One section, or what is wrong with it."""
    handler = LAYERS.get(section.name)
    if handler is None:
        net.refuse(section, "CNN031", f"not understood: there is no layer [{section.name}] here")
        net.keep(net.outputs[-1])
        return
    before = len(net.outputs)
    handler(net, section)
    if len(net.outputs) == before:
        net.keep(net.outputs[-1])
    for key in sorted(set(section.values) - section.read - IGNORED):
        message = f"{key} is not read: [{section.name}] does not know it here"
        net.draft.remark("CNN032", message, net.where(section, key))


IGNORED: Final = frozenset(
    {
        *("stopbackward", "dontload", "dontloadscales", "learning_rate", "anchors", "num", "jitter"),
        *("rescore", "random", "ignore_thresh", "truth_thresh", "bias_match", "softmax", "absolute"),
        *("thresh", "object_scale", "coord_scale", "noobject_scale", "class_scale", "coords", "classes"),
        *("mask", "scale_x_y", "iou_thresh", "cls_normalizer", "iou_normalizer", "iou_loss", "nms_kind"),
        *("beta_nms", "max_delta", "resize", "flipped", "assisted_excitation", "max", "counters_per_class"),
        *("label_smooth_eps", "map", "tree", "hidden", "temperature", "groups", "noadjust"),
    }
)
"""The keys that concern training and boxes, not sizes and weights."""


def _sections(draft: Draft, text: str) -> list[Section]:
    sections: list[Section] = []
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        if not content or content[0] in "#;":
            continue
        where = Location(draft.foreign.file, number, 1)
        if content.startswith("["):
            if len(sections) >= MOST:
                draft.refuse("CNN030", f"more than {MOST:,} sections", where)
                break
            sections.append(Section(content.strip("[] \t"), len(sections) - 1, number))
        elif sections and "=" in content:
            key, _, value = content.partition("=")
            sections[-1].values[key.strip()] = value.partition("#")[0].strip()
            sections[-1].lines[key.strip()] = number
        else:
            draft.refuse("CNN030", f"a line is [section] or key=value, not {content[:40]!r}", where)
    return sections
