"""cnnplan: the type checker and cost model of convolutional network designs.

    plan = cnnplan.load("specs/resnet.yaml", variant="resnet18")
    plan.params, plan["layer4"].shape, plan.conditions
    print(cnnplan.render(plan))

Names are imported when they are first used, so that `import cnnplan` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplan.comparison import Comparison, diff
    from cnnplan.cost import Cost
    from cnnplan.errors import CnnplanError, Inconclusive, OutsideConditions, SpecError, UsageError
    from cnnplan.executor import Execution, Measurement, execute
    from cnnplan.exploration import Extreme, Family, Sweep, solve, sweep
    from cnnplan.findings import Finding, Location, Severity
    from cnnplan.graph import Graph, Node
    from cnnplan.plan import BlockPlan, NodePlan, Plan, load
    from cnnplan.report import Report, render
    from cnnplan.rules import check
    from cnnplan.sizes import Condition, Count, Shape, Size
    from cnnplan.spec import Spec
    from cnnplan.verification import Verification, verify

__all__ = [
    "BlockPlan",
    "CnnplanError",
    "Comparison",
    "Condition",
    "Cost",
    "Count",
    "Execution",
    "Extreme",
    "Family",
    "Finding",
    "Graph",
    "Inconclusive",
    "Location",
    "Measurement",
    "Node",
    "NodePlan",
    "OutsideConditions",
    "Plan",
    "Report",
    "Severity",
    "Shape",
    "Size",
    "Spec",
    "SpecError",
    "Sweep",
    "UsageError",
    "Verification",
    "check",
    "diff",
    "execute",
    "load",
    "render",
    "solve",
    "sweep",
    "verify",
]

ROOMS = {
    "comparison": ("Comparison", "diff"),
    "cost": ("Cost",),
    "errors": ("CnnplanError", "Inconclusive", "OutsideConditions", "SpecError", "UsageError"),
    "executor": ("Execution", "Measurement", "execute"),
    "exploration": ("Extreme", "Family", "Sweep", "solve", "sweep"),
    "findings": ("Finding", "Location", "Severity"),
    "graph": ("Graph", "Node"),
    "plan": ("BlockPlan", "NodePlan", "Plan", "load"),
    "report": ("Report", "render"),
    "rules": ("check",),
    "sizes": ("Condition", "Count", "Shape", "Size"),
    "spec": ("Spec",),
    "verification": ("Verification", "verify"),
}
"""Where each name lives."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("cnnplan.release").version()
    for room, names in ROOMS.items():
        if name in names:
            return getattr(import_module(f"cnnplan.{room}"), name)
    raise AttributeError(f"module 'cnnplan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
