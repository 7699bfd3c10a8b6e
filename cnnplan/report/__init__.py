"""A Report in, text out.

Each renderer is a module with `render(report, **options) -> str`; RENDERERS is the table of contents. A renderer is
imported when it is asked for, since the libraries behind some of them cost more than the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.findings import Severity

if TYPE_CHECKING:
    from cnnplan.findings import Finding
    from cnnplan.plan import Plan
    from cnnplan.verification import Verification

__all__ = ["RENDERERS", "STOPPED", "Report", "render"]

STOPPED = "stopped at an error: the figures are those of the layers up to it"
"""What every format says of a network that has one."""

RENDERERS: dict[str, str] = {
    "table": "cnnplan.report.table",
    "json": "cnnplan.report.json_",
    "md": "cnnplan.report.markdown",
    "csv": "cnnplan.report.csv_",
    "formulas": "cnnplan.report.formulas",
    "latex": "cnnplan.report.latex",
    "numpy": "cnnplan.report.numpy_",
    "javascript": "cnnplan.report.javascript_",
    "html": "cnnplan.report.html",
    "svg": "cnnplan.report.svg",
    "png": "cnnplan.report.png",
    "dot": "cnnplan.report.dot",
    "mermaid": "cnnplan.report.mermaid",
}
"""The formats and the modules that write them."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a renderer may show: a plan, what there is to say about it, and whether a run agreed with it."""

    plan: Plan
    findings: tuple[Finding, ...] = ()
    verification: Verification | None = None
    convention: str = ""

    @classmethod
    def of(cls, plan: Plan, convention: str = "") -> Report:
        """The report of a plan, with the plan's own findings.

        Args:
            plan: the plan.
            convention: the tool whose total is shown besides, one of cnnplan.conventions.CONVENTIONS; "" for none.
        """
        return cls(plan, tuple(plan.findings), convention=convention)

    @property
    def complete(self) -> bool:
        """Whether the plan reaches every layer: an error stops it at the layer that is at fault."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def render(subject: Report | Plan, format: str = "table", **options: Any) -> Any:  # noqa: A002 - the option's name
    """The report of a plan as text; as bytes where the format is png.

    Args:
        subject: a Report, or a Plan, which is reported with its own findings.
        format: one of RENDERERS.
        options: what the renderer takes, such as `width` and `color` of the table.

    Raises:
        UsageError: there is no such format, or it has no such option.
    """
    if format not in RENDERERS:
        raise UsageError(f"no format {format!r}: choose one of {', '.join(RENDERERS)}")
    renderer = import_module(RENDERERS[format]).render
    for option in options:
        if option not in signature(renderer).parameters:
            raise UsageError(f"the format {format} has no option {option}")
    return renderer(subject if isinstance(subject, Report) else Report.of(subject), **options)
