"""Findings as JUnit XML, which most CI servers show as tests: a file is a suite, a finding a test."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from cnnplan.report.findings import relative
from cnnplan.report.findings.excerpts import excerpt
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cnnplan.findings import Finding
    from cnnplan.report.findings import Checked

__all__ = ["render"]


def render(checked: Checked) -> str:
    """The document."""
    suites: dict[str, list[Finding]] = {relative(file): [] for file in checked.files}
    for finding in checked.findings:
        suites.setdefault(relative(_spec(finding)), []).append(finding)
    failures = sum(map(checked.fails, checked.findings))
    tests = sum(max(len(found), 1) for found in suites.values())
    lines = [line for file, found in suites.items() for line in _suite(checked, file, found)]
    head = (
        f'<testsuites name="cnnplan" tests="{tests}" failures="{failures}" errors="0"{_time(checked.times.values())}>'
    )
    return "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', head, *lines, "</testsuites>")) + "\n"


def _spec(finding: Finding) -> str:
    """The spec that was checked: of what stands in an included file, the one that calls it."""
    return finding.called_from[-1].file if finding.called_from else finding.place.file


def _suite(checked: Checked, file: str, findings: Sequence[Finding]) -> Iterator[str]:
    failures = sum(map(checked.fails, findings))
    tests = max(len(findings), 1)
    taken = [seconds for name, seconds in checked.times.items() if relative(name) == file]
    head = f'tests="{tests}" failures="{failures}" errors="0" skipped="0"{_time(taken)}'
    yield f"  <testsuite name={_attribute(file)} {head}>"
    share = _time([sum(taken) / tests] if taken else [])
    if not findings:
        yield f'    <testcase classname={_attribute(file)} name="check"{share}/>'
    for finding in findings:
        yield from _case(finding, file, share, failed=checked.fails(finding))
    yield "  </testsuite>"


def _time(seconds: Collection[float]) -> str:
    """The attribute that says how long something took, "" where nobody looked."""
    return f' time="{sum(seconds):.3f}"' if seconds else ""


def _case(finding: Finding, file: str, time: str, *, failed: bool) -> Iterator[str]:
    where = str(finding.location or finding.place.file)
    node = finding.location.node if finding.location else ""
    name = " ".join(filter(None, (finding.rule, None if node else finding.layer, where)))
    yield f"    <testcase classname={_attribute(file)} name={_attribute(name)}{time}>"
    body = "\n".join(
        (
            f"{where}: {finding.severity}: {finding.message}",
            *(excerpt(finding.location) if finding.location else ()),
            *(f"called from {location}" for location in finding.called_from),
            *([finding.hint] if finding.hint else ()),
        )
    )
    if failed:
        kind, message = _attribute(str(finding.severity)), _attribute(finding.message)
        yield f"      <failure type={kind} message={message}>{_text(body)}</failure>"
    else:
        yield f"      <system-out>{_text(body)}</system-out>"
    yield "    </testcase>"


def _text(text: str) -> str:
    return escape(printable(text))


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
