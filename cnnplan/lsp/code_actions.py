"""What can be done about a finding: edits that were proved, the best first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from cnnplan.lsp.diagnostics import diagnostic
from cnnplan.lsp.judging import Question
from cnnplan.lsp.layout import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.findings import Finding
    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.judging import Judge
    from cnnplan.lsp.session import Session
    from cnnplan.repairs import Edit, Repair

__all__ = ["code_actions"]


async def code_actions(
    session: Session, judge: Judge, document: Document, params: types.CodeActionParams
) -> list[types.CodeAction]:
    """The repairs of the findings in a range."""
    here = [
        finding
        for finding in (*document.analysis.findings, *document.remarks)
        if _meets(diagnostic(session, document, finding).range, params.range) and _is_own(document, finding)
    ]
    if not here or document.kind is not None:
        return []
    repairs: Sequence[Repair] = await judge.ask(Question(document.whole, tuple(dict.fromkeys(here)))) or ()
    return list(_actions(session, document, repairs))


def _is_own(document: Document, finding: Finding) -> bool:
    return finding.location is None or finding.location.file == document.file


def _meets(one: types.Range, other: types.Range) -> bool:
    return one.start.line <= other.end.line and other.start.line <= one.end.line


def _actions(session: Session, document: Document, repairs: Sequence[Repair]) -> Iterator[types.CodeAction]:
    seen: set[object] = set()
    for repair in repairs:
        changes = _changes(session, document, repair.edits)
        if changes is None or repair.edits in seen:
            continue
        first = not any(isinstance(each, str) and each == repair.finding.message for each in seen)
        seen |= {repair.edits, repair.finding.message}
        yield types.CodeAction(
            repair.title,
            types.CodeActionKind.QuickFix,
            [diagnostic(session, document, repair.finding)],
            is_preferred=first and repair.safe,
            edit=types.WorkspaceEdit(changes),
        )


def _changes(session: Session, document: Document, edits: Sequence[Edit]) -> dict[str, Sequence[types.TextEdit]] | None:
    """The edits by file; None where one is about a file that cannot be read."""
    changes: dict[str, list[types.TextEdit]] = {}
    for edit in edits:
        about = document if edit.file == document.file else session.file(Path(edit.file))
        if about is None:
            return None
        span = Span(edit.line - 1, edit.column - 1, edit.end_line - 1, edit.end_column - 1)
        changes.setdefault(about.uri, []).append(types.TextEdit(session.range(about, span), edit.text))
    return {uri: list(each) for uri, each in changes.items()}
