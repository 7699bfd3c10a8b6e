"""Findings as an editor shows them: at once the errors of the text, after a pause all that `check` says."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import from_fs_path

from cnnplan.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnnplan.findings import Finding, Location
    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.session import Session

__all__ = ["at_once", "diagnostic", "kept", "told"]

SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}
UNUSED = frozenset({"CNN206", "CNN207", "CNN208", "CNN209", "CNN304"})
"""Rules about what may be taken out: editors show it faded."""


def at_once(document: Document, before: Document | None) -> tuple[Finding, ...]:
    """What can be said at once: the errors of a text, or where there are none, remarks on lines that have stayed."""
    document.remarks = kept(document, before) if before is not None else document.remarks
    return document.analysis.findings or document.remarks


def kept(document: Document, before: Document) -> tuple[Finding, ...]:
    """The remarks of an earlier text on lines that are still there, moved to where they are now."""
    first, old, new = document.changed(before)
    moved: list[Finding] = []
    for finding in before.remarks:
        where = finding.location
        if finding.severity is Severity.ERROR or where is None or where.file != document.file:
            continue
        if where.line - 1 < first:
            moved.append(finding)
        elif where.line - 1 >= old:
            moved.append(replace(finding, location=replace(where, line=where.line + new - old)))
    return tuple(moved)


def told(session: Session, document: Document, findings: Sequence[Finding]) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of a spec by the file that they are about, its own always among them."""
    found: dict[str, list[types.Diagnostic]] = {document.uri: []}
    for finding in findings:
        about = _file(session, document, finding.location)
        if about is not None:
            found.setdefault(about.uri, []).append(diagnostic(session, about, finding))
    return found


def _file(session: Session, document: Document, where: Location | None) -> Document | None:
    """The file that a finding is about."""
    if where is None or where.file == document.file:
        return document
    return session.file(Path(os.path.normpath(where.file)))


def diagnostic(session: Session, document: Document, finding: Finding) -> types.Diagnostic:
    """A finding in a document."""
    where = finding.location
    line, column = (max(where.line - 1, 0), max(where.column - 1, 0)) if where else (0, 0)
    line = min(line, len(document.lines) - 1)
    layer = where.node if where and where.node else finding.layer
    subject = f"{layer}: " if layer else ""
    hint = f"\n{finding.hint}" if finding.hint else ""
    return types.Diagnostic(
        session.range(document, document.span(line, column)),
        f"{subject}{finding.message}{hint}",
        SEVERITIES[finding.severity],
        finding.rule,
        source="cnnplan",
        tags=[types.DiagnosticTag.Unnecessary] if finding.rule in UNUSED else None,
        related_information=list(_calls(finding.called_from)) or None,
    )


def _calls(called_from: Iterable[Location]) -> Iterator[types.DiagnosticRelatedInformation]:
    """Where the blocks were called that hold what is at fault."""
    for where in called_from:
        start = types.Position(max(where.line - 1, 0), max(where.column - 1, 0))
        uri = from_fs_path(os.path.abspath(where.file)) or ""  # noqa: PTH100 - as it is written
        yield types.DiagnosticRelatedInformation(types.Location(uri, types.Range(start, start)), "called from here")
