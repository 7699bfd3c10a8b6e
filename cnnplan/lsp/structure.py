"""The shape of a text: what folds, the outline, and the files that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from cnnplan.lsp.figures import entry_of, shown
from cnnplan.lsp.layout import Span
from cnnplan.lsp.roles import role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Path
    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.session import Session

__all__ = ["folding", "links", "outline"]

Kind = types.SymbolKind
KINDS = {
    "symbol": Kind.Variable,
    "block": Kind.Class,
    "default": Kind.Property,
    "entry": Kind.Function,
    "promise": Kind.Boolean,
}


def folding(session: Session, document: Document, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """Blocks, groups, entries and lists of more than one line."""
    del session, params
    ends = _ends(document)
    found: dict[int, types.FoldingRange] = {}
    for path, item in document.layout.items.items():
        start = item.key or item.value
        if start is not None and ends.get(path, 0) > start.line:
            found.setdefault(start.line, types.FoldingRange(start.line, ends[path]))
    return list(found.values())


def outline(session: Session, document: Document, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    """Symbols, blocks with their arguments and entries, the layers, and what is promised."""
    del params
    ends = _ends(document)
    top: list[types.DocumentSymbol] = []
    open_: list[tuple[Path, types.DocumentSymbol]] = []
    for path in document.layout.items:
        symbol = _symbol(session, document, path, ends)
        if symbol is None:
            continue
        while open_ and path[: len(open_[-1][0])] != open_[-1][0]:
            open_.pop()
        if open_:
            siblings = list(open_[-1][1].children or ())
            open_[-1][1].children = [*siblings, symbol]
        else:
            top.append(symbol)
        open_.append((path, symbol))
    return top


def _symbol(session: Session, document: Document, path: Path, ends: dict[Path, int]) -> types.DocumentSymbol | None:
    item = document.layout.items[path]
    span = item.key or item.scalar or item.value
    if not path or span is None:
        return None
    where = role(path)
    if document.kind is not None and len(path) == 2 and isinstance(path[1], int):  # noqa: PLR2004 - a row
        return _row(session, document, path, span)
    is_top = len(path) == 1 and path[0] in ("symbols", "blocks", "layers", "expect", "inputs", "backbone", "head")
    if where.kind == "default" and len(path) != 4:  # noqa: PLR2004 - an argument
        return None
    if where.kind not in KINDS and not is_top:
        return None
    name = str(path[-1])
    detail = ""
    if where.kind == "entry":
        verb, at = document.meaning.verb(path)
        named = document.layout.items.get((*path, "name"))
        name = named.text if named and named.text else verb
        span = at or span
        detail = f"{verb} " if named else ""
        found = entry_of(document, path)
        if found and found[1].plan and found[0].ends:
            detail += " and ".join(shown(shape, found[1].plan.values) for shape in next(iter(found[0].ends)))
    elif where.kind == "promise":
        name = item.text or "at"
    first_line = _spread(document, span)
    last = max(ends.get(path, span.line), first_line.end_line)
    whole = Span(first_line.line, first_line.column, last, len(document.lines[last]))
    kind = KINDS.get(where.kind, Kind.Namespace)
    ranges = session.range(document, whole), session.range(document, first_line)
    return types.DocumentSymbol(name or "?", kind, *ranges, detail=detail.strip() or None)


def _row(session: Session, document: Document, path: Path, span: Span) -> types.DocumentSymbol | None:
    """A row of an architecture file: its module."""
    module = document.layout.items.get((*path, 2))
    where = session.range(document, _spread(document, span))
    return types.DocumentSymbol(module.text, Kind.Function, where, where) if module and module.text else None


def _spread(document: Document, span: Span) -> Span:
    """What of a span stands on its first line."""
    if span.end_line == span.line:
        return span
    return Span(span.line, span.column, span.line, len(document.lines[span.line]))


def _ends(document: Document) -> dict[Path, int]:
    """The last line of everything."""
    ends: dict[Path, int] = {}
    for path, item in document.layout.items.items():
        last = max([span.end_line for span in (item.key, item.value) if span], default=0)
        for length in range(len(path), 0, -1):
            if ends.get(path[:length], -1) >= last:
                break
            ends[path[:length]] = last
    return ends


def links(session: Session, document: Document, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    """The files that are included."""
    del params
    return list(_links(session, document))


def _links(session: Session, document: Document) -> Iterator[types.DocumentLink]:
    for path, item in document.layout.items.items():
        if role(path).kind == "file" and item.text and item.scalar and document.path:
            target = session.file(document.path.parent / item.text)
            if target is not None:
                yield types.DocumentLink(session.range(document, item.scalar), target.uri)
