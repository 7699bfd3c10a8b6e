"""The formulas of a report as a function of whole numbers; what may be a fraction has its value put in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnnplan.graph.witnesses import pinned
from cnnplan.report.formulas import formulas
from cnnplan.sizes import Count, IntegerSet, Membership, substitute
from cnnplan.sizes.evaluating.codegen import RESERVED, source
from cnnplan.sizes.evaluating.guards import guard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.plan import Plan
    from cnnplan.report import Report
    from cnnplan.sizes import Condition

__all__ = ["function", "identifier"]


def function(report: Report, language: str, comment: str) -> str:
    """One function that returns every formula by name, and refuses values that these do not hold for.

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
    refused = guard(_needs(plan, symbols), language, symbols)
    return head + source(found, language, name=identifier(plan.name), symbols=symbols, guard=refused)


def _needs(plan: Plan, symbols: Sequence[str]) -> Iterator[Condition]:
    """What the figures hold for: the declared values, the structure, the conditions."""
    context = plan.graph.context
    for name in symbols:
        domain = plan.spec.symbols[name].domain()
        if domain.choices is not None:
            yield Membership(context, name, IntegerSet.finite(int(min(domain.choices)), map(int, domain.choices)))
        elif domain.low is not None:
            low = int(domain.low)
            yield Membership(context, name, IntegerSet.periodic(low, domain.multiple_of, (0,)))
            if domain.high is not None:
                run = (low, int(domain.high))
                yield Membership(context, name, IntegerSet(low, (run,), run[1] + 1, 1, frozenset()))
    yield from plan.structure
    yield from plan.conditions


def identifier(name: str) -> str:
    """A name as a name of Python and JavaScript: a spec may be called anything, and nothing of it may be code."""
    word = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "network"
    return f"_{word}" if word[0].isdigit() else f"{word}_" if word in RESERVED else word
