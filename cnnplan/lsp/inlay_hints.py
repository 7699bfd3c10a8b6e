"""Beside every entry: the shape of its output, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from cnnplan.lsp.figures import cost, entry_of, formulas, rows, shown, summed
from cnnplan.lsp.roles import role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.findings import Path
    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.layout import Item
    from cnnplan.lsp.session import Session
    from cnnplan.plan import EntryPlan

__all__ = ["inlay_hints"]

ENDS = 2
"""How many shapes of an entry that gives several are shown: the first and the last."""


def inlay_hints(session: Session, document: Document, params: types.InlayHintParams) -> list[types.InlayHint]:
    """The hints of the lines that are seen, one a line."""
    first, last = params.range.start.line, params.range.end.line
    if document.kind is not None:
        seen = {line: entries for line, entries in rows(document).items() if first <= line <= last}
        return [_row(session, document, line, entries) for line, entries in seen.items()]
    hints: dict[int, types.InlayHint] = {}
    for path, item in document.layout.items.items():
        if not path or not isinstance(path[-1], int) or item.value is None:
            continue
        if not first <= item.value.line <= last or item.value.line in hints:
            continue
        if role(path).kind not in ("entry", "path"):
            continue
        for hint in _hint(session, document, path, item):
            hints[item.value.line] = hint
    return list(hints.values())


def _row(session: Session, document: Document, line: int, entries: Sequence[EntryPlan]) -> types.InlayHint:
    """The hint of a line of a file of another world."""
    values = document.analysis.plan.values if document.analysis.plan else {}
    end = next(iter(entries[-1].ends))
    label = [" and ".join(shown(shape, values) for shape in end), *summed(entries, values)]
    position = session.position(document, line, len(document.lines[line].rstrip()))
    tooltip = "\n".join(formulas(shape) for shape in end)
    return types.InlayHint(position=position, label=" · ".join(label), padding_left=True, tooltip=tooltip)


def _hint(session: Session, document: Document, path: Path, item: Item) -> Iterator[types.InlayHint]:
    if item.value is None:
        return
    found = entry_of(document, path)
    if found is None or not any(shape for end in found[0].ends for shape in end):
        return
    entry, analysis = found
    values = analysis.plan.values if analysis.plan else {}
    ends = list(entry.ends)
    apart = tuple(i.text for i in [document.layout.items.get((*path, "branches", "join"))] if i) == ("none",)
    outputs = [" and ".join(shown(shape, values) for shape in end) for end in ends]
    distinct = list(dict.fromkeys(outputs))
    shapes = "several maps" if apart else " ... ".join([distinct[0], *distinct[1:][-1:]]) if distinct else ""
    copies = f"{entry.copies} times: " if entry.copies > 1 and not apart else ""
    line = document.lines[item.value.line]
    yield types.InlayHint(
        position=session.position(document, item.value.line, len(line.rstrip())),
        label=" · ".join(filter(None, [copies + shapes, *cost(entry, values)])),
        padding_left=True,
        tooltip="\n".join([*(formulas(shape) for end in ends[:8] for shape in end)]),
    )
