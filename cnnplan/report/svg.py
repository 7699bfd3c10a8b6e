"""The graph as a picture: laid out by grandalf (Sugiyama), drawn in the colors of the reader's light or dark page."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.errors import MissingExtra, UsageError
from cnnplan.report import STOPPED
from cnnplan.report.drawing import Drawing
from cnnplan.report.figures import Figures
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.report import Report
    from cnnplan.report.drawing import Box

__all__ = ["render"]

CHAR, LINE, EDGE = 7.2, 17, 16
"""The width of a letter, the height of a line, and the room around."""

MOST_PLACED = 400
"""Boxes that are laid out: the layout takes time that grows with their square, and recursion that grows with them."""

STYLE = """\
  .box { fill: #eef3f8; stroke: #5b7c99 } .end { fill: none; stroke: none }
  .arrow { fill: none; stroke: #8899a6; stroke-width: 1.2 } .tip { fill: #8899a6 }
  text { font: 12px ui-sans-serif, system-ui, Helvetica, Arial, sans-serif; fill: #1d2733; text-anchor: middle }
  .small { font-size: 10px; fill: #556370 }
  .bad { fill: #c02020; text-anchor: start }
  @media (prefers-color-scheme: dark) {
    .box { fill: #1f2a36; stroke: #6f93b3 } text { fill: #e3eaf1 } .small { fill: #9fb0bf }
  }"""

Point = tuple[float, float]


class _View:
    """What grandalf asks of a vertex: how large it is; it writes `xy`, its middle."""

    def __init__(self, box: Box) -> None:
        self.w = max(len(line) for line in box.lines) * CHAR + EDGE
        self.h = len(box.lines) * LINE + EDGE / 2
        self.xy: Point = (0.0, 0.0)


class _Placed(NamedTuple):
    """Where the boxes and the arrows are, and the corners of the whole."""

    views: list[_View]
    routes: dict[tuple[int, int], list[Point]]


def render(report: Report, *, depth: int | None = None) -> str:
    """The graph as a document of its own; depth says how many levels of names are told apart."""
    figures = Figures(report)
    drawing = Drawing(figures, depth)
    placed = _layout(drawing)
    left, top, width, height = _frame(placed)
    title = f"  <title>{_text(figures.plan.name)}</title>"
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}"'
    body = [*_arrows(drawing, placed), *_boxes(drawing, placed), *([] if report.complete else [_stopped(left, top)])]
    style = f"  <style>\n{STYLE}\n  </style>"
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', title, style, *body, "</svg>"]) + "\n"


def _stopped(left: float, top: float) -> str:
    return f'  <text class="bad" x="{left + 2:.0f}" y="{top + 12:.0f}">{STOPPED}</text>'


def _layout(drawing: Drawing) -> _Placed:
    """The boxes and arrows, placed."""
    if len(drawing.boxes) > MOST_PLACED:
        raise UsageError(f"{len(drawing.boxes):,} boxes are too many to place; draw fewer levels, or --format dot")
    try:
        from grandalf.graphs import Edge, Graph, Vertex  # noqa: PLC0415
        from grandalf.layouts import SugiyamaLayout  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("the picture of a graph", "grandalf", "pictures") from None
    vertices: list[Any] = [Vertex(number) for number in range(len(drawing.boxes))]
    views = [_View(box) for box in drawing.boxes]
    for vertex, view in zip(vertices, views, strict=True):
        vertex.view = view
    pairs = dict.fromkeys((arrow.source, arrow.target) for arrow in drawing.arrows)
    edges = {pair: Edge(vertices[pair[0]], vertices[pair[1]]) for pair in pairs}
    for edge in edges.values():
        edge.view = _Route()
    right = 0.0
    for part in Graph(vertices, list(edges.values())).C:
        layout = SugiyamaLayout(part)
        layout.xspace, layout.yspace = 2 * EDGE, 2 * EDGE
        layout.init_all()
        layout.draw(3)
        right = _beside(part, right)
    return _Placed(views, {pair: _route(edge) for pair, edge in edges.items()})


class _Route:
    """What grandalf asks of an edge: to be told where it runs."""

    points: tuple[Point, ...] = ()

    def setpath(self, points: list[Point]) -> None:
        """The points from one box to the other."""
        self.points = tuple(points)


def _beside(part: Any, right: float) -> float:
    """Move a part that nothing joins to the others to the right of them; its own right end."""
    views = [vertex.view for vertex in part.sV]
    shift = right - min(view.xy[0] - view.w / 2 for view in views) + EDGE
    for view in views:
        view.xy = (view.xy[0] + shift, view.xy[1])
    for edge in part.sE:
        edge.view.points = tuple((x + shift, y) for x, y in edge.view.points)
    return float(max(view.xy[0] + view.w / 2 for view in views))


def _route(edge: Any) -> list[Point]:
    """From the lower rim of one box to the upper rim of the other."""
    above, below = edge.v[0].view, edge.v[1].view
    inner = [*edge.view.points[1:-1]]
    return [(above.xy[0], above.xy[1] + above.h / 2), *inner, (below.xy[0], below.xy[1] - below.h / 2)]


def _frame(placed: _Placed) -> tuple[float, float, float, float]:
    """Left, top, width and height of the whole."""
    xs = [view.xy[0] + side * view.w / 2 for view in placed.views for side in (-1, 1)]
    ys = [view.xy[1] + side * view.h / 2 for view in placed.views for side in (-1, 1)]
    xs += [x for route in placed.routes.values() for x, _ in route]
    left, top = min(xs, default=0) - 3 * EDGE, min(ys, default=0) - EDGE
    return left, top, max(xs, default=0) + 3 * EDGE - left, max(ys, default=0) + EDGE - top


def _boxes(drawing: Drawing, placed: _Placed) -> Iterator[str]:
    for box, view in zip(drawing.boxes, placed.views, strict=True):
        x, y = view.xy
        kind = "box" if box.layers else "end"
        corner = f'x="{x - view.w / 2:.1f}" y="{y - view.h / 2:.1f}"'
        texts = "".join(_line(x, y - view.h / 2 + LINE, number, line) for number, line in enumerate(box.lines))
        rect = f'<rect class="{kind}" {corner} width="{view.w:.1f}" height="{view.h:.1f}" rx="5"/>'
        yield f"  <g><title>{_text(box.name)}</title>{rect}{texts}</g>"


def _line(x: float, first: float, number: int, line: str) -> str:
    """A line of a box; those below the first are small."""
    kind = "small" if number else "name"
    return f'<text class="{kind}" x="{x:.1f}" y="{first + number * LINE:.1f}">{_text(line)}</text>'


def _arrows(drawing: Drawing, placed: _Placed) -> Iterator[str]:
    for arrow in drawing.arrows:
        points = placed.routes[arrow.source, arrow.target]
        (x, y), (before, _) = points[-1], points[0]
        yield f'  <path class="arrow" d="{_curve(points)}"/>'
        yield f'  <path class="tip" d="M{x - 4:.1f},{y - 7:.1f} {x + 4:.1f},{y - 7:.1f} {x:.1f},{y:.1f}z"/>'
        straight = ((x + before) / 2, (y + points[0][1]) / 2)
        middle = points[len(points) // 2] if points[1:-1] else straight
        where = f'x="{middle[0] + 4:.1f}" y="{middle[1] + 3:.1f}" style="text-anchor: start"'
        yield f'  <text class="small" {where}>{_text(arrow.label)}</text>'


def _curve(points: list[Point]) -> str:
    """A line that leaves and arrives upright."""
    pieces = [f"M{points[0][0]:.1f},{points[0][1]:.1f}"]
    for (x, y), (a, b) in pairwise(points):
        half = (y + b) / 2
        pieces.append(f"C{x:.1f},{half:.1f} {a:.1f},{half:.1f} {a:.1f},{b:.1f}")
    return " ".join(pieces)


def _text(text: str) -> str:
    return escape(printable(text))
