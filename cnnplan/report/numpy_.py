"""The formulas of a report as a Python function, for ints and NumPy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.report.code import function

if TYPE_CHECKING:
    from cnnplan.report import Report

__all__ = ["render"]


def render(report: Report) -> str:
    """One function that returns every formula by name."""
    return function(report, "numpy", "#")
