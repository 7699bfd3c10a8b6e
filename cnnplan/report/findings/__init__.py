"""Findings in, text out: one renderer a file, FORMATS is the table of contents.

Each has `render(checked) -> str`. Messages hold words of the spec, so that every renderer escapes for where it goes: a
terminal, XML, the workflow commands of GitHub.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from cnnplan.errors import UsageError
from cnnplan.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.findings import Finding
    from cnnplan.repairs import Repair

__all__ = ["FORMATS", "Checked", "relative", "render_findings"]

FORMATS: dict[str, str] = {
    "text": "cnnplan.report.findings.text",
    "json": "cnnplan.report.findings.json_",
    "sarif": "cnnplan.report.findings.sarif",
    "github": "cnnplan.report.findings.github",
    "gitlab": "cnnplan.report.findings.gitlab",
    "junit": "cnnplan.report.findings.junit",
}
"""The formats and the modules that write them."""

TEXT = "text"
"""The format for people."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked, and what was found.

    Args:
        files: the specs that were looked at.
        findings: what there is to say of them.
        fail_on: the least severity that is a failure, "never" for none.
        times: how long each file took, in seconds.
        repairs: what can be done about the findings.
    """

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    fail_on: str = "error"
    times: Mapping[str, float] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()

    def fails(self, finding: Finding) -> bool:
        """Whether a finding is grave enough to fail."""
        order = [*map(str, Severity)]
        return self.fail_on in order and order.index(finding.severity) <= order.index(self.fail_on)


def render_findings(  # noqa: PLR0913 - all but two by keyword
    findings: Sequence[Finding],
    format: str = "text",  # noqa: A002 - the option's name
    *,
    files: Sequence[str] = (),
    fail_on: str = "error",
    color: bool = False,
    times: Mapping[str, float] | None = None,
    repairs: Sequence[Repair] = (),
) -> str:
    """Findings as text.

    Args:
        findings: what was found.
        format: one of FORMATS.
        files: the specs that were looked at, those without a finding too.
        fail_on: the least severity that is a failure.
        color: whether text for people has the color codes of a terminal.
        times: how long each file took, in seconds.
        repairs: what can be done about them.
    """
    if format not in FORMATS:
        raise UsageError(f"no format {format!r}: choose one of {', '.join(FORMATS)}")
    checked = Checked(tuple(files), tuple(findings), fail_on, times or {}, tuple(repairs))
    options = {"color": True} if color and format == TEXT else {}
    text: str = import_module(FORMATS[format]).render(checked, **options)
    return text


def relative(file: str) -> str:
    """A file as seen from the current folder, with slashes; as it is where it lies elsewhere."""
    path = Path(os.path.abspath(file))  # noqa: PTH100 - links stay as they are written
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
