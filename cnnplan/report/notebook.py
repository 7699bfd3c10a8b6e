"""How a plan shows itself in a notebook: a table with formulas, and the pictures of the page one by one."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cnnplan.errors import UsageError
from cnnplan.report import Report
from cnnplan.report.figures import Figures
from cnnplan.report.tree import lines
from cnnplan.sizes.mathml import mathml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import Plan
    from cnnplan.report.tree import Line

__all__ = ["Picture", "plot", "table"]

HEIGHTS = {"pyramid": 340, "bars": 760, "memory": 340, "field": 340, "graph": 820, "table": 820, "totals": 360}
"""The pictures, and how high each is with the sliders above it."""

LEVELS = 1


class Picture:
    """A part of the page with its sliders; a notebook shows it in a frame of its own."""

    def __init__(self, page: str, height: int) -> None:
        self.page = page
        self.height = height

    def _repr_html_(self) -> str:
        style = f"width: 100%; height: {self.height}px; border: 0"
        return f'<iframe sandbox="allow-scripts" srcdoc="{escape(self.page)}" style="{style}"></iframe>'


def plot(plan: Plan, *pieces: str) -> Picture:
    """Parts of the report's page.

    Args:
        plan: what is shown.
        pieces: of HEIGHTS; left out, the pyramid.

    Raises:
        UsageError: there is no such part.
    """
    pieces = pieces or ("pyramid",)
    for piece in pieces:
        if piece not in HEIGHTS:
            raise UsageError(f"no picture {piece!r}: choose among {', '.join(HEIGHTS)}")
    from cnnplan.report.html import page  # noqa: PLC0415 - only here is a page made

    return Picture(page([Report.of(plan)], pieces), 150 + sum(HEIGHTS[piece] for piece in pieces))


def table(plan: Plan) -> str:
    """The blocks of a network with outputs and costs, and the totals as formulas."""
    figures = Figures(Report.of(plan))
    heads = "".join(f"<th>{head}</th>" for head in ("layer", "output", "", "params", "MACs"))
    body = "".join(_row(plan, line) for line in lines(figures.rows, LEVELS))
    at = ", ".join(f"{name} = {value}" for name, value in figures.at.items())
    caption = escape(f"{plan.name} at {at}" if at else plan.name)
    totals = "".join(_totals(plan, figures))
    return f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{body}{totals}</tbody></table>"


def _row(plan: Plan, line: Line) -> str:
    shape = "<math><mo>,</mo></math> ".join(map(mathml, plan.nodes[line.row.name].shape))
    numbers = " x ".join(map(_count, line.row.shape))
    counts = (line.numbers.params, line.numbers.macs)
    return _cells(escape(line.label), numbers, shape, *map(_count, counts))


def _totals(plan: Plan, figures: Figures) -> Iterator[str]:
    yield _cells("<b>parameters</b>", _count(figures.totals.params), mathml(plan.params), "", "")
    yield _cells("<b>MACs</b>", _count(figures.totals.macs), mathml(plan.macs), "", "")
    for condition in figures.conditions:
        yield _cells("legal where", "", escape(condition), "", "")


def _cells(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _count(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"
