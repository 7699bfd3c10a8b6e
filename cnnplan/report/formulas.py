"""The formulas of a report, totals first, as lines of text: `macs = N*(9408*ceil(H/2)*ceil(W/2) + ...)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.report import STOPPED

if TYPE_CHECKING:
    from cnnplan.plan import Plan
    from cnnplan.report import Report

__all__ = ["formulas", "render"]


def formulas(plan: Plan) -> dict[str, Any]:
    """Every formula by name: the totals, the output, and what each layer has and costs, where that is not nothing."""
    found: dict[str, Any] = {name: getattr(plan, name) for name in ("params", "buffers", "macs", "flops")}
    found["memory"] = plan.memory.inference
    for name, shape in plan.outputs.items():
        arranged = plan.spec.arranged(name, shape)
        found.update({f"{name}[{dim}]": extent for dim, extent in enumerate(arranged)})
    for node in plan:
        counts = {"params": node.params, "macs": node.macs, "flops": node.flops}
        found.update({f"{node.name}.{kind}": count for kind, count in counts.items() if count != 0})
    return found


def render(report: Report) -> str:
    """A line for each formula."""
    mark = "" if report.complete else f"# {STOPPED}\n"
    return mark + "".join(f"{name} = {formula}\n" for name, formula in formulas(report.plan).items())
