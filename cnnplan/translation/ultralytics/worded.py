"""Heads whose classes are texts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.ultralytics.head import begin
from cnnplan.translation.ultralytics.network import TEXT
from cnnplan.translation.ultralytics.predictions import CLASSES, masks, proto, proto26

if TYPE_CHECKING:
    from cnnplan.translation.ultralytics.head import Head
    from cnnplan.translation.ultralytics.network import Network
    from cnnplan.translation.ultralytics.rows import Row

__all__ = ["replaced", "worded"]

ONE: Final = "one2one"


def replaced(row: Row, args: list[Any]) -> Row:
    """The row with other arguments."""
    return replace(row, args=args)


def worded(network: Network, row: Row) -> None:
    """A head whose classes are texts."""
    given = [*row.args]
    masked = row.module.startswith("YOLOESegment")
    if masked and len(given) > 2 and type(given[2]) is int and given[2] > 0:  # noqa: PLR2004
        given[2] = network.settings.widened(given[2])
    declared = {**CLASSES, **({"masks": 32, "hidden": 256} if masked else {}), "embed": 512, "normalized": False}
    begun = begin(network, replaced(row, given), declared)
    if begun is None:
        return
    head, args = begun
    world, embed = row.module == "WorldDetect", args.get("embed", 512)
    light = not (world or network.legacy)
    ends = []
    prefixes = ["", f"{ONE}_"][: 1 + (network.settings.end2end and not world)]
    for prefix in prefixes:
        bins = network.settings.bins
        boxes = head.branches(f"{prefix}cv2", "_Branch", max(16, head.first // 4, 4 * bins), 4 * bins)
        images = head.branches(f"{prefix}cv3", "_LightBranch" if light else "_Branch", head.wide, embed)
        contrast = {"normalized": args.get("normalized", not world)}
        scores = [
            head.add("_Contrast", dict(contrast), f"{prefix}cv4_{i}", [image, TEXT]) for i, image in enumerate(images)
        ]
        more = masks(head, args, prefix, "cv5") if masked else []
        ends.append(head.predictions(boxes, scores, more, prefix, last=prefix == prefixes[-1]))
    if not world:
        _prompts(head, embed)
    if masked:
        ends.append((proto26 if row.module == "YOLOESegment26" else proto)(head, args))
    head.done(*ends)


def _prompts(head: Head, embed: int) -> None:
    """The weights that prompts go through before they are texts: written or drawn ones."""
    head.unreached("reprta", embed * 4 * embed + 4 * embed + 2 * embed * embed + embed)
    width, own, maps = f"({head.wide})", 16, len(head.maps)
    coming = sum(layer.channels or 0 for layer in head.maps)
    branches = f"{10 * coming} * {width} + {6 * maps} * {width} + {9 * maps} * {width} * {width}"
    prompt = 9 * own + own + 2 * 9 * own * own + 2 * own + 9 * own * own + own
    joined = f"3 * {width} * {embed} + {embed} + 27 * {width} * {own} + {own} + {prompt}"
    head.unreached("savpe", f"{branches} + {joined}")
