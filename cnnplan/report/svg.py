"""The graph as a picture: laid out as in the page, drawn in the colors of the reader's light or dark page."""

from __future__ import annotations

from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING

from cnnplan.errors import UsageError
from cnnplan.report import STOPPED
from cnnplan.report.drawing import Drawing
from cnnplan.report.figures import Figures
from cnnplan.report.placement import place
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.report import Report
    from cnnplan.report.drawing import Arrow, Box
    from cnnplan.report.placement import Run, Spot

__all__ = ["render"]

CHAR, LINE, EDGE = 7.2, 15, 10
"""The width of a letter, the height of a line, and the room around."""

HEAD = 12
"""The room for the name of a frame."""

MOST_PLACED = 1_000
"""Boxes that are laid out; nobody reads a larger picture."""

STYLE = """\
  .box { fill: #eef3f8; stroke: #5b7c99 } .end { fill: none; stroke: none }
  .frame { fill: #5b7c99; fill-opacity: 0.06; stroke: #8899a6; stroke-dasharray: 4 3 }
  .arrow { fill: none; stroke: #8899a6; stroke-width: 1.2 } .tip { fill: #8899a6 }
  text { font: 12px ui-sans-serif, system-ui, Helvetica, Arial, sans-serif; fill: #1d2733; text-anchor: middle }
  .small { font-size: 10px; fill: #556370 } .frame-name { font-size: 10px; fill: #556370; text-anchor: start }
  .bad { fill: #c02020; text-anchor: start }
  @media (prefers-color-scheme: dark) {
    .box { fill: #1f2a36; stroke: #6f93b3 } text { fill: #e3eaf1 } .small, .frame-name { fill: #9fb0bf }
  }"""

Point = tuple[float, float]


def render(report: Report, *, depth: int | None = None, direction: str = "TB") -> str:
    """The graph as a document of its own.

    Args:
        report: what is drawn.
        depth: how many levels of names are told apart; left out, as many as fit.
        direction: "TB" for downwards, "LR" for to the right.

    Raises:
        MissingExtra: what lays it out is not installed.
        UsageError: it is too large to be looked at.
    """
    figures = Figures(report)
    drawing = Drawing(figures, depth)
    if len(drawing.boxes) > MOST_PLACED:
        raise UsageError(f"{len(drawing.boxes):,} boxes are too many to place; draw fewer levels, or --format dot")
    names = [box.name for box in drawing.boxes]
    pairs = [(names[arrow.source], names[arrow.target]) for arrow in drawing.arrows]
    placed = place({box.name: _size(box) for box in drawing.boxes}, pairs, _frames(drawing), direction)
    width, height = placed.width, placed.height + HEAD
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 {-HEAD} {width:.0f} {height:.0f}"'
    body = [
        *map(_frame, sorted(placed.frames, key=lambda frame: frame.name.count("."))),
        *map(_arrow, drawing.arrows, placed.arrows),
        *map(_box, drawing.boxes, placed.boxes),
        *([] if report.complete else [f'  <text class="bad" x="2" y="-1">{STOPPED}</text>']),
    ]
    title = f"  <title>{_text(figures.plan.name)}</title>\n  <style>\n{STYLE}\n  </style>"
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', title, *body, "</svg>"]) + "\n"


def _size(box: Box) -> tuple[float, float]:
    return max(len(line) for line in box.lines) * CHAR + 2 * EDGE, len(box.lines) * LINE + EDGE


def _frames(drawing: Drawing) -> list[str]:
    """The blocks that several boxes stand in."""
    inside: dict[str, int] = {}
    for box in drawing.boxes:
        for name in accumulate(box.name.split(".")[:-1], "{}.{}".format):
            inside[name] = inside.get(name, 0) + 1
    return [name for name, number in inside.items() if number > 1]


def _frame(spot: Spot) -> str:
    left, top = spot.x - spot.width / 2, spot.y - spot.height / 2 - HEAD
    where = f'x="{left:.1f}" y="{top:.1f}" width="{spot.width:.1f}" height="{spot.height + HEAD:.1f}"'
    name = (
        f'<text class="frame-name" x="{left + 8:.1f}" y="{top + HEAD:.1f}">{_text(spot.name.rpartition(".")[2])}</text>'
    )
    return f'  <g><title>{_text(spot.name)}</title><rect class="frame" {where} rx="8"/>{name}</g>'


def _box(box: Box, spot: Spot) -> str:
    left, top = spot.x - spot.width / 2, spot.y - spot.height / 2
    kind = "box" if box.layers else "end"
    where = f'x="{left:.1f}" y="{top:.1f}" width="{spot.width:.1f}" height="{spot.height:.1f}"'
    texts = "".join(_line(spot.x, top + LINE, number, line) for number, line in enumerate(box.lines))
    return f'  <g><title>{_text(box.name)}</title><rect class="{kind}" {where} rx="5"/>{texts}</g>'


def _line(x: float, first: float, number: int, line: str) -> str:
    """A line of a box; those below the first are small."""
    kind = "small" if number else "name"
    return f'<text class="{kind}" x="{x:.1f}" y="{first + number * LINE:.1f}">{_text(line)}</text>'


def _arrow(arrow: Arrow, run: Run) -> str:
    """The arrow, its tip in the direction in which it arrives, and what flows."""
    (x, y), (a, b) = run.points[-1], run.points[-2]
    along = max(((x - a) ** 2 + (y - b) ** 2) ** 0.5, 1e-9)
    u, v = (x - a) / along, (y - b) / along
    sides = [(x - 7 * u + side * 4 * v, y - 7 * v - side * 4 * u) for side in (1, -1)]
    tip = " ".join(f"{px:.1f},{py:.1f}" for px, py in (*sides, (x, y)))
    label = f'<text class="small" x="{run.x:.1f}" y="{run.y + 3:.1f}">{_text(arrow.label)}</text>'
    return f'  <path class="arrow" d="{_curve(run.points)}"/><path class="tip" d="M{tip}z"/>{label}'


def _curve(points: Sequence[Point]) -> str:
    """A smooth line through the points."""
    return " ".join(_pieces(points))


def _pieces(points: Sequence[Point]) -> Iterator[str]:
    yield f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    if len(points) == 2:  # noqa: PLR2004 - a straight line
        yield f"L{points[1][0]:.1f},{points[1][1]:.1f}"
    for i, (x, y) in enumerate(points[1:-1], 1):
        a, b = points[i + 1]
        if i < len(points) - 2:
            a, b = (x + a) / 2, (y + b) / 2
        yield f"Q{x:.1f},{y:.1f} {a:.1f},{b:.1f}"


def _text(text: str) -> str:
    return escape(printable(text))
