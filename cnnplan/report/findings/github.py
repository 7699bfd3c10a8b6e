"""Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.report.findings import relative
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from cnnplan.findings import Finding
    from cnnplan.report.findings import Checked

__all__ = ["render"]

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(checked: Checked) -> str:
    """A command to a line."""
    return "".join(map(_command, checked.findings))


def _command(finding: Finding) -> str:
    where = finding.location
    node = where.node if where else ""
    properties = {
        "file": relative(where.file if where else finding.place.file),
        "line": str((where and where.line) or 1),
        "col": str((where and where.column) or 1),
        "title": f"{finding.rule} {node or finding.layer or ''}".strip(),
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    calls = (f"called from {location}" for location in finding.called_from)
    text = "\n".join((finding.message, *calls, *([finding.hint] if finding.hint else ())))
    return f"::{LEVELS[finding.severity]} {listed}::{_data(text)}\n"


def _data(text: str) -> str:
    """A text that cannot end the command, nor begin another."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """The same within a property, where colons and commas have a meaning too."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
