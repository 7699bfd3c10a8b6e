"""What a step of training takes, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.report.text import shortened
from cnnplan.sizes import Count, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import Plan

__all__ = ["training_facts"]

PARTS = ("weights", "gradients", "optimizer", "saved")


def training_facts(plan: Plan, optimizer: str, mixed: bool) -> Iterator[tuple[str, str]]:  # noqa: FBT001 - as it is asked
    """Headings and texts: the multiply-adds of the backward pass, and the bytes of a step, in total and in parts.

    Raises:
        UsageError: there is no such optimizer.
    """
    step = plan.memory.training(optimizer, mixed=mixed)
    yield from _told(plan, "backward MACs", plan.backward_macs)
    yield from _told(plan, "training", step.total, f" bytes, with {optimizer}{' in mixed precision' if mixed else ''}")
    for name in PARTS:
        yield from _told(plan, f"  {name}", getattr(step, name), " bytes")


def _told(plan: Plan, heading: str, value: Any, unit: str = "") -> Iterator[tuple[str, str]]:
    """The number at the values, and the formula."""
    known = not isinstance(value, Count) or value.symbols <= plan.values.keys()
    yield heading, f"{int(evaluate(value, plan.values)):,}{unit}" if known else f"?{unit}"
    if isinstance(value, Count):
        yield "", f"= {shortened(str(value))}"
