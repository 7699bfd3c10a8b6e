"""The sizes next to one that is not legal, at which the network is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnplan.errors import OutsideConditions, UsageError
from cnnplan.graph import bindings, build

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnplan.findings import Finding
    from cnnplan.graph import Graph
    from cnnplan.plan.plans import Plan
    from cnnplan.sizes import Condition
    from cnnplan.spec import Spec

__all__ = ["advised", "neighbours", "refuse", "said"]

FARTHEST = 4096
"""How far from a size its neighbours are looked for."""


def advised(graph: Graph) -> tuple[Finding, ...]:
    """The findings of a graph, where a size is refused with the legal ones next to it: `or H = 288 or 304`.

    Args:
        graph: the network, built at values.
    """
    refused = [": needs " in finding.message and " at " in finding.message for finding in graph.findings]
    if not any(refused):
        return graph.findings
    free = build(graph.spec, graph.values, lenient=True)
    conditions = [] if free.findings else [open_.condition for kind in free.kinds for open_ in kind.open]
    near = neighbours(graph.spec, graph.values, [*conditions, *free.structure])
    return tuple(
        replace(finding, hint=_with(finding, near)) if is_refused else finding
        for finding, is_refused in zip(graph.findings, refused, strict=True)
    )


def refuse(plan: Plan, values: Mapping[str, Any]) -> None:
    """Raise OutsideConditions at sizes at which a layer of a plan is not legal."""
    if plan.condition.verdict or plan.condition.holds(values):
        return
    for name, node in plan.graph.nodes.items():
        for condition, requirement, _ in node.facts.open:
            if not condition.holds(values):
                at = ", ".join(f"{symbol} = {values[symbol]}" for symbol in sorted(condition.symbols))
                cause = requirement.message.format(**requirement.values)
                near = said(neighbours(plan.spec, values, [*plan.conditions, *plan.structure]))
                more = f"; legal next to it: {near}" if near else ""
                raise OutsideConditions(f"{name}: {cause} at {at}: needs {condition}{more}")


def neighbours(spec: Spec, values: Mapping[str, Any], conditions: Iterable[Condition]) -> dict[str, list[int]]:
    """The nearest legal values below and above, of each symbol whose value is not legal.

    Only what is asked of one symbol is looked at: what two must meet together has no neighbours.

    Args:
        spec: where the symbols are declared.
        values: theirs.
        conditions: what the network asks of them.
    """
    asked: dict[str, list[Condition]] = {}
    for condition in conditions:
        for part in getattr(condition, "parts", (condition,)):
            if len(part.symbols) == 1:
                asked.setdefault(next(iter(part.symbols)), []).append(part)
    return {
        name: near
        for name, parts in asked.items()
        if isinstance(values.get(name), int) and not all(part.holds(values) for part in parts)
        if (near := _near(spec, name, values[name], parts))
    }


def _near(spec: Spec, name: str, value: int, parts: list[Condition]) -> list[int]:
    """The first legal value on either side, the smaller first; none where no greater one is legal."""
    ways = (range(value - 1, max(0, value - FARTHEST), -1), range(value + 1, value + FARTHEST))
    below, above = (next((n for n in way if all(p.holds({name: n}) for p in parts)), None) for way in ways)
    return [n for n in (below, above) if n is not None and _declared(spec, name, n)] if above else []


def _declared(spec: Spec, name: str, value: int) -> bool:
    try:
        bindings(spec, {name: value})
    except UsageError:
        return False
    return True


def said(near: Mapping[str, list[int]]) -> str:
    """`H = 288 or 304, W = 96`."""
    return ", ".join(f"{name} = {' or '.join(map(str, values))}" for name, values in near.items())


def _with(finding: Finding, near: Mapping[str, list[int]]) -> str:
    here = {name: values for name, values in near.items() if f"{name} = " in finding.message}
    if not here:
        return finding.hint
    return f"{finding.hint}; legal next to it: {said(here)}" if finding.hint else f"legal next to it: {said(here)}"
