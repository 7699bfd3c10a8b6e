"""The layers as comma-separated values, for spreadsheets: a cell that begins like a formula is made text."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from cnnplan.report import STOPPED
from cnnplan.report.columns import chosen, full_name, ranked
from cnnplan.report.figures import Figures, Numbers
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.report import Report
    from cnnplan.report.tree import Line

__all__ = ["render"]

COLUMNS = ("layer", "op", "inputs", "output", "formula", *Numbers._fields, "line")

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How cells begin that a spreadsheet computes."""


def render(
    report: Report, *, depth: int | None = None, columns: Sequence[str] = (), sort: str = "", top: int | None = None
) -> str:
    """A line for each layer, in written order.

    Args:
        report: what is written.
        depth: how many levels of blocks are told apart; what lies deeper is one line with its sums.
        columns: the columns, of columns.COLUMNS, instead of the usual ones.
        sort: the column that the lines go by, greatest first; `-macs` for least first.
        top: how many lines are written.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    figures = Figures(report)
    listed = ranked(figures, depth, sort, top)
    if columns:
        held = chosen(columns)
        writer.writerow(columns)
        writer.writerows([_cell(column.value(line, figures)) for column in held] for line in listed)
    else:
        writer.writerow(COLUMNS)
        writer.writerows(map(_cells, listed))
    if not report.complete:
        writer.writerow([STOPPED])
    return text.getvalue()


def _cells(line: Line) -> list[Any]:
    row = line.row
    shape = " x ".join("?" if extent is None else str(extent) for extent in row.shape)
    alone = line.layers == 1
    texts = (full_name(line), row.op if alone else "", " ".join(row.inputs) if alone else "", shape)
    numbers = ("" if count is None else count for count in line.numbers)
    return [*map(safe, (*texts, ", ".join(row.formula))), *numbers, row.line]


def _cell(value: Any) -> Any:
    """A text made safe; a number as it is, a share as a decimal, what is not known empty."""
    return safe(value) if isinstance(value, str) else "" if value is None else value


def safe(text: str) -> str:
    """A text that a spreadsheet shows and does not compute."""
    text = printable(text)
    return f"'{text}" if text.startswith(FORMULA) else text
