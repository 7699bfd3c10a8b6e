"""Findings for people: the message, the line that it is about, where the block was called, and the way out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from cnnplan.findings import Severity
from cnnplan.report.findings.excerpts import excerpt
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.report.findings import Checked

__all__ = ["lines", "render", "statistics", "summary"]

COLORS: Final = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}
"""Bold red, yellow, cyan, as the codes of a terminal."""

BOLD, FAINT = "1", "2"


def render(checked: Checked, *, color: bool = False) -> str:
    """The findings, one after the other; nothing where there is none."""
    return "".join(f"{line}\n" for finding in checked.findings for line in lines(finding, color=color))


def summary(checked: Checked) -> str:
    """How it went, in one line: `36 files: clean`, `2 errors, 1 note in 1 of 36 files`."""
    files = _count(len(checked.files), "file")
    if not checked.findings:
        return f"{files}: clean"
    grades = Counter(finding.severity for finding in checked.findings)
    counts = ", ".join(_count(grades[grade], grade) for grade in Severity if grades[grade])
    concerned = len({finding.place.file for finding in checked.findings} & set(checked.files)) or 1
    return f"{counts} in {concerned} of {files}" if len(checked.files) > 1 else f"{counts} in {files}"


def statistics(checked: Checked) -> str:
    """A line for each rule that found something, the most often first: `3  CNN103  error    inputs of unequal size`."""
    from cnnplan.rules import name_of  # noqa: PLC0415 - only who asks for them needs names

    counts = Counter((finding.rule, finding.severity) for finding in checked.findings)
    wide = len(f"{max(counts.values(), default=0):,}")
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return "".join(f"{count:>{wide},}  {rule}  {grade:<7}  {name_of(rule)}\n" for (rule, grade), count in ordered)


def lines(finding: Finding, *, color: bool = False) -> Iterator[str]:
    """A finding, line by line: what and where, the excerpt, the calls that led there, the way out.

    Args:
        finding: what is told.
        color: whether the lines hold the codes of a terminal.
    """
    text = printable(" ".join(str(finding).splitlines()))
    yield _painted(text, finding) if color else text
    for line in excerpt(finding.location) if finding.location else ():
        yield _paint(line, FAINT) if color else line
    for location in finding.called_from:
        yield printable(f"  called from {location}")
    if finding.hint:
        yield printable(f"  hint: {' '.join(finding.hint.splitlines())}")


def _painted(text: str, finding: Finding) -> str:
    """The place bold, the severity in its color, the rule faint."""
    where, grade, rest = text.partition(f": {finding.severity}: ")
    message, mark, rule = rest.rpartition(" [")
    shown = f"{message}{_paint(mark + rule, FAINT)}" if mark else rest
    return f"{_paint(where, BOLD)}: {_paint(grade[2:-2], COLORS[finding.severity])}: {shown}"


def _paint(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
