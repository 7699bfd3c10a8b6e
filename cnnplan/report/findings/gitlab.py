"""Findings as GitLab's code quality report, which merge requests show beside the lines: an artifact `codequality`."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from cnnplan.findings import Severity
from cnnplan.report.findings import relative
from cnnplan.report.text import printable
from cnnplan.rules.baseline import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.report.findings import Checked

__all__ = ["document", "render"]

GRAVITY: Final = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}
"""GitLab's words: info, minor, major, critical, blocker."""


def render(checked: Checked) -> str:
    """The report as text."""
    return json.dumps(list(document(checked)), indent=1) + "\n"


def document(checked: Checked) -> Iterator[dict[str, Any]]:
    """An issue for each finding; its fingerprint stays when lines move, and no two are alike."""
    seen: Counter[str] = Counter()
    for finding in checked.findings:
        mark = fingerprint(finding)
        seen[mark] += 1
        yield {
            "description": printable(_described(finding)),
            "check_name": finding.rule,
            "fingerprint": f"{mark}:{seen[mark]}",
            "severity": GRAVITY[finding.severity],
            "location": {
                "path": relative(finding.place.file),
                "lines": {"begin": max(finding.location.line, 1) if finding.location else 1},
            },
        }


def _described(finding: Finding) -> str:
    called = (finding.location and finding.location.node) or finding.layer
    message = f"{called}: {finding.message}" if called else finding.message
    return f"{message}; {finding.hint}" if finding.hint else message
