"""From our MACs to the numbers of other tools, term by term."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from cnnplan.conventions import CONVENTIONS, convention
from cnnplan.sizes import Count, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.conventions import Counting
    from cnnplan.plan import Plan

__all__ = ["reconciliation", "tools"]

WIDTH = 20
COLUMNS = 118
"""The longest line of a note."""


def tools() -> str:
    """What there is to know about every tool."""
    return "\n".join(line for name in CONVENTIONS for line in _tool(name)) + "\n"


def _tool(name: str) -> Iterator[str]:
    tool = convention(name)
    yield f"{name} {tool.version}: {tool.unit}"
    yield from wrap(tool.note, COLUMNS, initial_indent="  ", subsequent_indent="  ")
    yield f"  Source: {tool.source}"


def reconciliation(plan: Plan, tool: str = "") -> str:
    """How each tool comes to its number.

    Args:
        plan: the network.
        tool: one of them; left out, all.

    Raises:
        UsageError: there is no such tool.
    """
    at = ", ".join(f"{name} = {value}" for name, value in plan.values.items())
    lines = [f"{plan.name}{f' at {at}' if at else ''}: {_known(plan.macs, plan.values)} MACs"]
    for name in [tool] if tool else CONVENTIONS:
        lines += ["", *_reconciled(plan.counted(name), plan.values)]
    return "\n".join(lines) + "\n"


def _reconciled(counting: Counting, values: Mapping[str, Any]) -> Iterator[str]:
    tool = counting.tool
    yield f"{tool.name} {tool.version}: {_known(counting.total, values)} {tool.unit}"
    for place, (term, amount) in enumerate(counting.terms.items()):
        text = _known(amount, values)
        sign = "-" if text.startswith("-") else "+" if place else " "
        yield f"  {sign} {text.removeprefix('-'):>{WIDTH}}  {term}"
    yield from wrap(tool.note, COLUMNS, initial_indent="  ", subsequent_indent="  ")


def _known(amount: Any, values: Mapping[str, Any]) -> str:
    """A number where all letters have one, else the formula."""
    if isinstance(amount, Count):
        return f"{evaluate(amount, values):,}" if amount.symbols <= values.keys() else str(amount)
    return f"{amount:,}"
