"""Everything that an editor has open, and how it counts columns.

Places are lines and columns in characters here. The editor counts columns in units of UTF-16, unless it asked for
others: they are translated at this door.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import from_fs_path
from pygls.workspace.position_codec import PositionCodec

from cnnplan.errors import CnnplanError
from cnnplan.lsp.documents import Document, path_of
from cnnplan.spec.source import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.lsp.analysis import Analysis
    from cnnplan.lsp.layout import Span

__all__ = ["Session"]


class Session:
    """Everything that is open.

    Attributes:
        documents: by URI.
        codec: how the editor counts columns.
        snippets: whether the editor knows holes in what is inserted.
    """

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.codec = PositionCodec(types.PositionEncodingKind.Utf16)
        self.snippets = True
        self._saved: dict[Path, tuple[int, Document]] = {}

    def put(self, uri: str, text: str) -> Document:
        """Open a document, or give it a new text; what rests on it is worked out anew."""
        before = self.documents.get(uri)
        document = self.documents[uri] = Document(self, uri, text, before)
        if before is not None:
            document.remarks = before.remarks
        for other in self.resting_on(document):
            self._anew(other)
        return document

    def close(self, uri: str) -> None:
        """Forget a document; those that rest on it see what is saved."""
        document = self.documents.pop(uri, None)
        for other in self.resting_on(document) if document else ():
            self._anew(other)

    def saved(self, uri: str) -> list[Document]:
        """The documents to be looked at again when a file that is not open has changed."""
        path = path_of(uri)
        if path is None or uri in self.documents:
            return []
        included = [self.documents[uri] for uri in self.documents]
        return [each for each in included if each.path and any(path == file for file in each.named())]

    def _anew(self, other: Document) -> None:
        fresh = Document(self, other.uri, other.text, other)
        fresh.remarks = other.remarks
        self.documents[other.uri] = fresh

    def resting_on(self, document: Document) -> list[Document]:
        """The documents that include this one."""
        path = document.path
        return [
            other
            for other in self.documents.values()
            if path and other.uri != document.uri and any(each.path == path for each in other.includes())
        ]

    def opened(self, path: Path) -> Document | None:
        """The document that is open of a file; None where it is not."""
        wanted = Path(os.path.normpath(path))
        return next((each for each in self.documents.values() if each.path == wanted), None)

    def file(self, path: Path) -> Document | None:
        """A file as it is open, or as it is saved; None where there is none that can be read."""
        known = self.opened(path)
        if known is not None:
            return known
        wanted = Path(os.path.normpath(path))
        try:
            stamp = wanted.stat().st_mtime_ns
            saved = self._saved.get(wanted)
            if saved is None or saved[0] != stamp:
                saved = self._saved[wanted] = (
                    stamp,
                    Document(self, from_fs_path(str(wanted)) or "", read_text(wanted)),
                )
        except (OSError, ValueError, CnnplanError):
            return None
        return saved[1]

    def related(self, document: Document) -> list[Document]:
        """The document, what it includes, and what includes it or the same files."""
        own = [document, *document.includes()]
        paths = {each.path for each in own}
        others = [
            other
            for other in self.documents.values()
            if other.uri not in {each.uri for each in own} and paths & {each.path for each in other.includes()}
        ]
        return [*own, *others]

    def plans(self, document: Document) -> Iterator[Analysis]:
        """What is known of the networks that a document stands in: its own, or those that include it."""
        if document.analysis.plan is not None:
            yield document.analysis
            return
        for other in self.resting_on(document):
            if other.analysis.plan is not None:
                yield other.analysis

    def place(self, document: Document, position: types.Position) -> tuple[int, int]:
        """The line and column, in characters, of a position of the editor."""
        if position.line >= len(document.lines):
            return len(document.lines) - 1, len(document.lines[-1])
        text, left = document.lines[position.line], position.character
        for column, char in enumerate(text):
            if left <= 0:
                return position.line, column
            left -= self.codec.client_num_units(char)
        return position.line, len(text)

    def position(self, document: Document, line: int, column: int) -> types.Position:
        """A place as the editor counts it."""
        text = document.lines[line][:column] if line < len(document.lines) else ""
        return types.Position(line, len(text) if text.isascii() else self.codec.client_num_units(text))

    def range(self, document: Document, span: Span) -> types.Range:
        """A span as the editor counts it."""
        start = self.position(document, span.line, span.column)
        return types.Range(start, self.position(document, span.end_line, span.end_column))
