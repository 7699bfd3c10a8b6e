"""What a step of training takes, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.memory.backward import backward_macs
from cnnplan.report.text import shortened
from cnnplan.sizes import Count, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import Plan

__all__ = ["HEADINGS", "training_facts", "training_layers"]

HEADINGS = ("in training", "backward MACs", "weights", "gradients", "optimizer", "saved", "as a formula")
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


def training_layers(plan: Plan, optimizer: str, mixed: bool) -> Iterator[tuple[str, ...]]:  # noqa: FBT001 - as it is asked
    """What a step takes by layer, a row of texts each: as HEADINGS say, numbers, and of what is saved the formula.

    Raises:
        UsageError: there is no such optimizer.
    """
    backward = backward_macs(plan.graph)
    step = plan.memory.training_nodes(optimizer, mixed=mixed)
    for name in plan.graph.nodes:
        macs = plan.number(backward[name])
        parts: list[Any] = [macs, *step.get(name, (0, 0, 0, 0))]
        if any(isinstance(part, Count) or part for part in parts):
            saved = parts[-1]
            formula = shortened(str(saved)) if isinstance(saved, Count) else ""
            yield name, *(_shown(plan, part) for part in parts), formula


def _shown(plan: Plan, value: Any) -> str:
    known = not isinstance(value, Count) or value.symbols <= plan.values.keys()
    return f"{int(evaluate(value, plan.values)):,}" if known else "?"


def _told(plan: Plan, heading: str, value: Any, unit: str = "") -> Iterator[tuple[str, str]]:
    """The number at the values, and the formula."""
    known = not isinstance(value, Count) or value.symbols <= plan.values.keys()
    yield heading, f"{int(evaluate(value, plan.values)):,}{unit}" if known else f"?{unit}"
    if isinstance(value, Count):
        yield "", f"= {shortened(str(value))}"
