"""The layers as comma-separated values, for spreadsheets: a cell that begins like a formula is made text."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from cnnplan.report.figures import Figures, Numbers
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from cnnplan.report import Report
    from cnnplan.report.figures import Row

__all__ = ["render"]

COLUMNS = ("layer", "op", "inputs", "output", "formula", *Numbers._fields, "line")

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How cells begin that a spreadsheet computes."""


def render(report: Report) -> str:
    """A line for each layer, in written order."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_cells, Figures(report).rows))
    return text.getvalue()


def _cells(row: Row) -> list[Any]:
    shape = " x ".join("?" if extent is None else str(extent) for extent in row.shape)
    texts = (row.name, row.op, " ".join(row.inputs), shape, ", ".join(row.formula))
    return [*map(safe, texts), *("" if count is None else count for count in row.numbers), row.line]


def safe(text: str) -> str:
    """A text that a spreadsheet shows and does not compute."""
    text = printable(text)
    return f"'{text}" if text.startswith(FORMULA) else text
