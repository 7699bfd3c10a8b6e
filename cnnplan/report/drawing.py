"""The network as a drawing: boxes and arrows, with blocks folded to one box each until a page holds them.

A block is unrolled in one piece, so that folding it never makes a circle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnplan.report.tree import label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.report.figures import Figures, Row

__all__ = ["MOST_BOXES", "Arrow", "Box", "Drawing"]

MOST_BOXES = 60
"""Blocks are folded until there are no more boxes than this, if that can be."""

UNKNOWN = "?"


class Box(NamedTuple):
    """An input, a layer, or the layers of a block.

    Args:
        name: of the layer or the block.
        lines: what is written inside.
        layers: how many layers it stands for; 0 for an input.
    """

    name: str
    lines: tuple[str, ...]
    layers: int


class Arrow(NamedTuple):
    """What flows from one box to another; boxes by number."""

    source: int
    target: int
    label: str


class Drawing:
    """Boxes in written order, and arrows between them.

    Args:
        figures: what is drawn.
        depth: how many levels of names are told apart; left out, as many as fit.
    """

    def __init__(self, figures: Figures, depth: int | None = None) -> None:
        self._figures = figures
        self.depth = self._fitting() if depth is None else max(1, depth)
        groups: dict[str, list[Row]] = {}
        for row in figures.rows:
            groups.setdefault(group(row.name, self.depth), []).append(row)
        inputs = figures.plan.inputs
        self.boxes = [*(Box(name, (name,), 0) for name in inputs), *(_box(*item) for item in groups.items())]
        numbers = {box.name: number for number, box in enumerate(self.boxes)}
        self.arrows = self._arrows(numbers)

    def _fitting(self) -> int:
        """The deepest level with few enough boxes, the first where even that has too many."""
        names = [row.name for row in self._figures.rows]
        deepest = max((name.count(".") + 1 for name in names), default=1)
        depths = range(deepest, 0, -1)
        return next((d for d in depths if len({group(name, d) for name in names}) <= MOST_BOXES), 1)

    def _arrows(self, numbers: Mapping[str, int]) -> list[Arrow]:
        shapes = {}
        for name, shape in self._figures.plan.inputs.items():
            shapes[name] = self._figures.shape(self._figures.arranged(name, shape))
        shapes.update({row.name: row.shape for row in self._figures.rows})
        found: dict[Arrow, None] = {}
        for row in self._figures.rows:
            target = numbers[group(row.name, self.depth)]
            for source in row.inputs:
                number = numbers[source if source in numbers else group(source, self.depth)]
                if number != target:
                    found[Arrow(number, target, _shape(shapes.get(source, [])))] = None
        return list(found)


def group(name: str, depth: int) -> str:
    """The block, or the layer, that stands for a layer when so many levels are told apart."""
    return ".".join(name.split(".")[:depth])


def _box(name: str, rows: Sequence[Row]) -> Box:
    short = name.rpartition(".")[2]
    if len(rows) == 1 and rows[0].name == name:
        return Box(name, (label(short, rows[0].op),), 1)
    return Box(name, (short, f"{len(rows)} layer{'s' if len(rows) > 1 else ''}"), len(rows))


def _shape(shape: Sequence[int | None]) -> str:
    """`64 x 112 x 112`: without the batch where there is more than that."""
    shown = shape[1:] if len(shape) > 1 else shape
    return " x ".join(UNKNOWN if extent is None else str(extent) for extent in shown)
