"""Findings as SARIF 2.1.0, which code scanning reads.

URIs are relative to the current folder, which is the root of the repository where CI runs; columns are counted in
characters; the fingerprints stay when lines move, so that a finding that is known is not reported as new.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cnnplan.findings import Severity
from cnnplan.release import version
from cnnplan.report.findings import relative
from cnnplan.report.text import printable
from cnnplan.rules import documentation, name_of
from cnnplan.rules.baseline import fingerprint

if TYPE_CHECKING:
    from cnnplan.findings import Finding, Location
    from cnnplan.repairs import Repair
    from cnnplan.report.findings import Checked

__all__ = ["document", "render"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
HOME = "https://pypi.org/project/cnnplan/"
SECURE = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}


def render(checked: Checked) -> str:
    """The log as text."""
    return json.dumps(document(checked), indent=1) + "\n"


def document(checked: Checked) -> dict[str, Any]:
    """The log: one run, with the rules that found something and their help."""
    rules = {finding.rule: finding.severity for finding in checked.findings}
    driver = {
        "name": "cnnplan",
        "informationUri": HOME,
        "semanticVersion": version(),
        "rules": [_rule(*each) for each in rules.items()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which cnnplan was run."}}},
        "results": _results(checked, list(rules)),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(identifier: str, severity: Severity) -> dict[str, Any]:
    text = documentation(identifier)
    heading, _, body = text.partition("\n\n")
    title = heading.lstrip("# ")
    end = _end(identifier)
    finds = body.split("## ")[1].partition("\n")[2].strip()
    return {
        "id": identifier,
        "name": name_of(identifier),
        "shortDescription": {"text": title},
        "fullDescription": {"text": " ".join(finds.split())},
        "help": {"text": text, "markdown": text},
        "messageStrings": {"found": {"text": f"{{0}}: {{1}}{end}"}, "hinted": {"text": f"{{0}}: {{1}}\n{{2}}{end}"}},
        "defaultConfiguration": {"level": str(severity)},
        "properties": {"tags": ["convolutional-network"], "problem.severity": SECURE[severity]},
    }


def _end(rule: str) -> str:
    """What every message ends with: validators want a full stop, and a message may be a question."""
    return f" ({rule})."


def _results(checked: Checked, rules: list[str]) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    results = []
    for finding in checked.findings:
        mark = fingerprint(finding)
        seen[mark] += 1
        result = _result(finding, rules.index(finding.rule), f"{mark}:{seen[mark]}")
        fixes = [_fix(repair) for repair in checked.repairs if repair.finding == finding]
        results.append({**result, "fixes": fixes} if fixes else result)
    return results


def _result(finding: Finding, index: int, mark: str) -> dict[str, Any]:
    called = (finding.location and finding.location.node) or finding.layer
    message = f"{called}: {finding.message}" if called else finding.message
    text = printable("\n".join(filter(None, (message, finding.hint))) + _end(finding.rule))
    location = _location(finding.location, finding.place.file)
    if called:
        location["logicalLocations"] = [{"fullyQualifiedName": printable(called), "kind": "member"}]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": str(finding.severity),
        "message": {"text": _plain(text), **_arguments(finding, called or relative(finding.place.file))},
        "locations": [location],
        "partialFingerprints": {"cnnplan/v1": mark},
    }
    if finding.called_from:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": "called from here"}, **_location(caller, caller.file)}
            for number, caller in enumerate(finding.called_from, 1)
        ]
    return result


def _arguments(finding: Finding, called: str) -> dict[str, Any]:
    """The same message by its parts, so that those of a rule can be grouped: the layer, what is wrong, the hint."""
    parts = [called, finding.message, *([finding.hint] if finding.hint else ())]
    return {"id": "hinted" if finding.hint else "found", "arguments": [printable(part) for part in parts]}


def _fix(repair: Repair) -> dict[str, Any]:
    """What a repair changes, file by file."""
    files: dict[str, list[dict[str, Any]]] = {}
    for edit in repair.edits:
        region = {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        }
        files.setdefault(edit.file, []).append({"deletedRegion": region, "insertedContent": {"text": edit.text}})
    changes = [{"artifactLocation": _artifact(file), "replacements": some} for file, some in files.items()]
    return {"description": {"text": _plain(printable(repair.title))}, "artifactChanges": changes}


def _plain(text: str) -> str:
    """A message in which nothing is taken for a link, [text](target), or for a placeholder, {0}."""
    if "](" in text:
        text = text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return re.sub(r"\{(\d+)\}", r"{{\1}}", text)


def _location(location: Location | None, file: str) -> dict[str, Any]:
    artifact = _artifact(location.file if location else file)
    if location and not location.line:
        return {"physicalLocation": {"artifactLocation": artifact}}
    region = {"startLine": location.line if location else 1, "startColumn": location.column if location else 1}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _artifact(file: str) -> dict[str, str]:
    """A relative URI below the root, or an absolute one."""
    path = relative(file)
    if path.startswith("/") or path[1:2] == ":":
        return {"uri": "file:///" + quote(path.lstrip("/"))}
    return {"uri": quote(path), "uriBaseId": ROOT}
