"""From a word to where it is said what it means, and to everywhere that it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.meaning import Occurrence, Thing
    from cnnplan.lsp.session import Session

__all__ = ["definition", "everywhere", "highlights", "references"]

GLOBAL = frozenset({"block", "argument"})
"""What other files know, too."""


def definition(session: Session, document: Document, params: types.DefinitionParams) -> list[types.Location]:
    """Where a block, an argument, a symbol, a counter or a layer is defined; of a file to include, the file."""
    found = _at(session, document, params.position)
    if found is None:
        return []
    thing = found.thing
    if thing.kind == "file" and document.path:
        target = session.file(document.path.parent / thing.name)
        start = types.Position(0, 0)
        return [types.Location(target.uri, types.Range(start, start))] if target else []
    if thing.kind == "layer":
        span = document.meaning.layers.get((thing.home, thing.groups), {}).get(thing.name)
        return [types.Location(document.uri, session.range(document, span))] if span else []
    return [
        types.Location(other.uri, session.range(other, each.span))
        for other, each in everywhere(session, document, thing)
        if each.is_definition
    ]


def references(session: Session, document: Document, params: types.ReferenceParams) -> list[types.Location]:
    """Everywhere that something is named, in all files that know it."""
    found = _at(session, document, params.position)
    return [
        types.Location(other.uri, session.range(other, each.span))
        for other, each in (everywhere(session, document, found.thing) if found else ())
        if params.context.include_declaration or not each.is_definition
    ]


def highlights(
    session: Session, document: Document, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight]:
    """Everywhere that something is named in this file."""
    found = _at(session, document, params.position)
    return [
        types.DocumentHighlight(session.range(document, each.span))
        for other, each in (everywhere(session, document, found.thing) if found else ())
        if other is document
    ]


def everywhere(session: Session, document: Document, thing: Thing) -> Iterator[tuple[Document, Occurrence]]:
    """Every word that means the same, with the file that it stands in."""
    for other in session.related(document) if thing.kind in GLOBAL else (document,):
        yield from ((other, each) for each in other.meaning.occurrences if each.thing == thing)


def _at(session: Session, document: Document, position: types.Position) -> Occurrence | None:
    if document.kind is not None:
        return None
    return document.meaning.at(*session.place(document, position))
