"""Findings for people: the message, the line that it is about, where the block was called, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.report.findings.excerpts import excerpt
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.report.findings import Checked

__all__ = ["render"]


def render(checked: Checked) -> str:
    """The findings, one after the other; nothing where there is none."""
    return "".join(f"{line}\n" for finding in checked.findings for line in _lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    yield printable(" ".join(str(finding).splitlines()))
    if finding.location:
        yield from excerpt(finding.location)
    for location in finding.called_from:
        yield printable(f"  called from {location}")
    if finding.hint:
        yield printable(f"  hint: {' '.join(finding.hint.splitlines())}")
