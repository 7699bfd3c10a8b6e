"""The formulas of a report as a function of whole numbers; what may be a fraction has its value put in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnnplan.graph.witnesses import pinned
from cnnplan.report.formulas import formulas
from cnnplan.sizes import Count, substitute
from cnnplan.sizes.evaluating.codegen import RESERVED, source

if TYPE_CHECKING:
    from cnnplan.report import Report

__all__ = ["function", "identifier"]


def function(report: Report, language: str, comment: str) -> str:
    """One function that returns every formula by name.

    Args:
        report: what it is about.
        language: one of cnnplan.sizes.evaluating.codegen.LANGUAGES.
        comment: how a remark begins in it.
    """
    plan = report.plan
    numeric = {name: symbol for name, symbol in plan.spec.symbols.items() if symbol.numeric}
    fixed = {name: plan.values[name] for name, symbol in numeric.items() if not symbol.integer and name in plan.values}
    found = formulas(plan)
    if fixed:
        found = {key: substitute(each, fixed) if isinstance(each, Count) else each for key, each in found.items()}
    head = f"{comment} at {pinned(fixed)}: generated code is exact on whole numbers only\n" if fixed else ""
    symbols = [name for name in numeric if name not in fixed]
    return head + source(found, language, name=identifier(plan.name), symbols=symbols)


def identifier(name: str) -> str:
    """A name as a name of Python and JavaScript: a spec may be called anything, and nothing of it may be code."""
    word = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "network"
    return f"_{word}" if word[0].isdigit() else f"{word}_" if word in RESERVED else word
