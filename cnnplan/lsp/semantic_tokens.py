"""The words of a spec by what they mean, for colors: verbs, arguments, names, functions, numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lsprotocol import types

from cnnplan.lsp.layout import Span
from cnnplan.lsp.roles import EXPRESSIONS, role
from cnnplan.lsp.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.session import Session

__all__ = ["LEGEND", "semantic_tokens"]

TYPES: Final = (
    *("class", "function", "parameter", "variable", "property"),
    *("keyword", "number", "string", "operator", "namespace", "method"),
)
LEGEND: Final = types.SemanticTokensLegend(list(TYPES), ["declaration"])

_OF_THING: Final = {
    "block": "class",
    "operator": "function",
    "function": "method",
    "argument": "parameter",
    "symbol": "variable",
    "counter": "variable",
    "shape": "variable",
    "layer": "namespace",
    "file": "string",
}
_OF_WORD: Final = {
    "number": "number",
    "field": "property",
    "keyword": "keyword",
    "text": "string",
    "sign": "operator",
}


def semantic_tokens(session: Session, document: Document, params: types.SemanticTokensParams) -> types.SemanticTokens:
    """Every word that means something, in the numbers of the protocol: each relative to the one before."""
    del params
    data: list[int] = []
    line = column = 0
    for span, kind, declares in sorted(_tokens(document)) if document.kind is None else ():
        start = session.position(document, span.line, span.column)
        length = session.position(document, span.line, span.end_column).character - start.character
        data += [
            start.line - line,
            start.character - (column if start.line == line else 0),
            length,
            TYPES.index(kind),
            int(declares),
        ]
        line, column = start.line, start.character
    return types.SemanticTokens(data)


def _tokens(document: Document) -> Iterator[tuple[Span, str, bool]]:
    taken: set[tuple[int, int]] = set()
    for each in document.meaning.occurrences:
        if (
            each.span[:2] not in taken
            and each.span.line == each.span.end_line
            and each.span.column < each.span.end_column
        ):
            taken.add(each.span[:2])
            yield each.span, _OF_THING[each.thing.kind], each.is_definition
    for item in document.layout.items.values():
        if role(item.path).kind not in EXPRESSIONS:
            continue
        for word in words_of(item, document.lines):
            if word.kind in _OF_WORD and (word.line, word.column) not in taken and word.text:
                taken.add((word.line, word.column))
                yield (
                    Span(word.line, word.column, word.line, word.column + len(word.text)),
                    _OF_WORD[word.kind],
                    False,
                )
