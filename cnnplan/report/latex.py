"""The formulas of a report for a paper: the rows of an `align*` environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.report.formulas import formulas

if TYPE_CHECKING:
    from cnnplan.report import Report

__all__ = ["render"]

SPECIAL = str.maketrans({char: f"\\{char}" for char in "_#$%&{}"})


def render(report: Report) -> str:
    """A row for each formula."""
    rows = [
        rf"\text{{{name.translate(SPECIAL)}}} &= {getattr(formula, 'latex', formula)} \\"
        for name, formula in formulas(report.plan).items()
    ]
    return "\n".join([r"\begin{align*}", *rows, r"\end{align*}"]) + "\n"
