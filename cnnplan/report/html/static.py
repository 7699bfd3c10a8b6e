"""The table of layers as plain HTML, for who reads the page without its program."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cnnplan.report.columns import chosen, ranked, shown
from cnnplan.report.figures import Figures
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.report import Report

__all__ = ["static"]

COLUMNS = ("name", "op", "out", "params", "macs")


def static(report: Report) -> str:
    """Every layer with its output, its weights and its multiply-adds, and the totals, at the values of the report."""
    figures = Figures(report)
    columns = chosen(COLUMNS)
    rows = ([shown(column.value(line, figures)) for column in columns] for line in ranked(figures, None, "", None))
    totals = ["total", "", "", shown(figures.totals.params), shown(figures.totals.macs)]
    at = ", ".join(f"{name} = {value}" for name, value in figures.at.items())
    caption = f"<caption>{_text(f'{figures.plan.name} at {at}' if at else figures.plan.name)}</caption>"
    heads = _row("th", [column.heading for column in columns])
    body = "".join(_row("td", cells) for cells in (*rows, totals))
    return f"<table>{caption}<thead>{heads}</thead><tbody>{body}</tbody></table>"


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{_text(cell)}</{tag}>' for cell in cells)}</tr>"


def _text(text: str) -> str:
    return escape(printable(text))
