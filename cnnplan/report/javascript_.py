"""The formulas of a report as a JavaScript function, exact below 2^53 and an error beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.report.code import function

if TYPE_CHECKING:
    from cnnplan.report import Report

__all__ = ["render"]


def render(report: Report) -> str:
    """One function that returns every formula by name."""
    return function(report, "javascript", "//")
