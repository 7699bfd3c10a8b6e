"""Findings for programs: one JSON document, a finding to a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplan.findings import Finding, Location
    from cnnplan.report.findings import Checked

__all__ = ["document", "render"]

VERSION = 1


def render(checked: Checked) -> str:
    """The document as text."""
    files = json.dumps(checked.files)
    lines = ",\n  ".join(json.dumps(document(finding)) for finding in checked.findings)
    findings = f"[\n  {lines}]" if lines else "[]"
    return f'{{"cnnplan": {VERSION},\n "files": {files},\n "findings": {findings}}}\n'


def document(finding: Finding) -> dict[str, Any]:
    """One finding; what is not known of it is left out."""
    known = {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "layer": finding.layer,
        **(_place(finding.location) if finding.location else {"file": finding.place.file}),
        "path": list(finding.place.path),
        "hint": finding.hint or None,
        "called_from": [_place(location) for location in finding.called_from] or None,
    }
    return {key: value for key, value in known.items() if value is not None}


def _place(location: Location) -> dict[str, Any]:
    lines = {"line": location.line, "column": location.column} if location.line else {}
    return {"file": location.file, **lines, **({"node": location.node} if location.node else {})}
