"""The formulas of a report as a Python function, for ints and NumPy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.report.formulas import formulas
from cnnplan.sizes.codegen import source

if TYPE_CHECKING:
    from cnnplan.report import Report

__all__ = ["render"]


def render(report: Report) -> str:
    """One function that returns every formula by name."""
    return source(formulas(report.plan), "numpy", name=report.plan.name, symbols=_symbols(report))


def _symbols(report: Report) -> list[str]:
    return [name for name, symbol in report.plan.spec.symbols.items() if symbol.numeric]
