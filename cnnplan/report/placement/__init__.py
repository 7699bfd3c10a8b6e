"""Where the boxes and arrows of a graph are drawn: the layout of the page, for pictures that are files of their own.

`place.js` describes a graph to dagre, a layout library in JavaScript (MIT), which is vendored beside it. The page runs
both itself; here a small JavaScript engine does, so that a network looks the same everywhere.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from cnnplan.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["SCRIPTS", "Placed", "Run", "Spot", "place", "script"]

SCRIPTS = ("dagre.min.js", "place.js")
"""What lays out, in the order in which it is run."""


CLONE = "globalThis.structuredClone = (value) => JSON.parse(JSON.stringify(value));"
"""What browsers have and the engine has not."""

STACK = 4_000_000
"""Bytes: dagre follows a graph by calling itself, from box to box."""

CALLED = "globalThis.placed = (text) => JSON.stringify(place(JSON.parse(text)));"


class Spot(NamedTuple):
    """A box or a frame: its name, its middle, its width and height."""

    name: str
    x: float
    y: float
    width: float
    height: float


class Run(NamedTuple):
    """An arrow: the points that it passes, and the middle of its label."""

    points: list[tuple[float, float]]
    x: float
    y: float


class Placed(NamedTuple):
    """A graph with everything in its place, and the size of the whole."""

    width: float
    height: float
    boxes: list[Spot]
    frames: list[Spot]
    arrows: list[Run]


def place(
    boxes: Mapping[str, tuple[float, float]],
    arrows: Sequence[tuple[str, str]],
    frames: Sequence[str] = (),
    direction: str = "TB",
) -> Placed:
    """Lay out a graph.

    Args:
        boxes: the width and height of each box, by name.
        arrows: from which box to which.
        frames: the blocks that are drawn around what is called like them and a dot.
        direction: "TB" for downwards, "LR" for to the right.

    Raises:
        MissingExtra: the JavaScript engine is not installed.
        UsageError: there are more boxes in a row than can be followed.
    """
    try:
        import quickjs  # noqa: PLC0415 - only who draws a picture needs it
    except ImportError:
        raise MissingExtra("the picture of a graph", "quickjs-ng", "pictures") from None
    described = {
        "boxes": [
            {"name": name, "width": w, "height": h, "inside": _frame(name, frames)} for name, (w, h) in boxes.items()
        ],
        "frames": [{"name": name, "inside": _frame(name, frames)} for name in frames],
        "arrows": [{"source": source, "target": target} for source, target in arrows],
        "direction": direction,
    }
    context = quickjs.Context()
    context.set_max_stack_size(STACK)
    context.eval("\n".join((CLONE, *map(script, SCRIPTS), CALLED)))
    try:
        found = json.loads(context.get("placed")(json.dumps(described)))
    except quickjs.JSException:
        raise UsageError(f"{len(boxes):,} boxes are too many to place; draw fewer levels, or --format dot") from None
    runs = [Run([(x, y) for x, y in run["points"]], run["x"], run["y"]) for run in found["arrows"]]
    boxed, framed = ([Spot(**spot) for spot in found[kind]] for kind in ("boxes", "frames"))
    return Placed(found["width"], found["height"], boxed, framed, runs)


def script(name: str) -> str:
    """The text of one of SCRIPTS."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _frame(name: str, frames: Sequence[str]) -> str | None:
    """The innermost frame that holds a box or another frame."""
    holding = [frame for frame in frames if name.startswith(f"{frame}.")]
    return max(holding, key=len, default=None)
