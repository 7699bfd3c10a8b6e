"""The texts that an editor has open, and what is known of each; what is known is worked out when it is first asked for.

Places are lines and columns in characters here. The editor counts columns in units of UTF-16, unless it asked for
others: `Session` translates at the door.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace.position_codec import PositionCodec

from cnnplan.errors import CnnplanError
from cnnplan.lsp.analysis import Analysis, Text, analysed, kind_of_text
from cnnplan.lsp.layout import Layout, Span, lines_of
from cnnplan.lsp.meaning import Meaning, Vocabulary
from cnnplan.spec.source import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.translation import Kind

__all__ = ["Document", "Session"]

_OURS = re.compile(r"""^\{?[ ]*["']?cnnplan\b""", re.MULTILINE)


SLOW = 0.25
"""Seconds of work from which on a text is not looked at anew at every keystroke."""


class Document:
    """One text as it is now.

    Args:
        session: the texts beside it.
        uri: what the editor calls it.
        text: what it holds.
        before: the same document before the last edit.

    Attributes:
        remarks: what the rules said of it, or of it before the last edits.
        seconds: of work that it took to find out its analysis.
        is_postponed: whether its analysis is still that of an earlier text.
    """

    def __init__(self, session: Session, uri: str, text: str, before: Document | None = None) -> None:
        self.session = session
        self.uri = uri
        self.text = text.removeprefix("\ufeff")
        self.path = path_of(uri)
        self.file = str(self.path) if self.path else uri
        self.lines = lines_of(text)
        self.remarks: tuple[Finding, ...] = ()
        self.seconds = 0.0
        self.is_postponed = False
        self._before = before

    @cached_property
    def kind(self) -> Kind | None:
        """The kind of file of another world; None of a spec."""
        return kind_of_text(self.text)

    @cached_property
    def is_ours(self) -> bool:
        """Whether it is, or is going to be, something to speak of: editors hand over whatever is YAML."""
        named = self.uri.rpartition("/")[2].rpartition(".")[0].endswith(".cnnplan")
        return named or _OURS.search(self.text) is not None or self.kind is not None

    @cached_property
    def layout(self) -> Layout:
        """What stands where."""
        return Layout(self.lines)

    @cached_property
    def meaning(self) -> Meaning:
        """What its words mean."""
        return Meaning(self.lines, self.layout, Vocabulary(self._included))

    @cached_property
    def analysis(self) -> Analysis:
        """Its spec, plan and errors, as far as they can be had."""
        began = thread_time()
        before, self._before = self._before, None
        known = None if before is None else before.__dict__.get("analysis")
        edited = self.changed(before)[0] if before else 0
        found = analysed(self.whole, self.lines, self.layout, known, edited)
        self.seconds = thread_time() - began
        return found

    def postpone(self) -> bool:
        """Whether this takes so long that it waits until nobody types: until then what was known before is told."""
        before = self._before
        known = before.__dict__.get("analysis") if before is not None and before.seconds > SLOW else None
        if before is None or known is None:
            return False
        self.seconds, self.is_postponed = before.seconds, True
        self.__dict__["analysis"] = replace(known, is_earlier=True)
        return True

    def settle(self) -> None:
        """Work out now what was postponed."""
        if self.is_postponed:
            self.is_postponed = False
            del self.__dict__["analysis"]

    @property
    def whole(self) -> Text:
        """The text with all that is unsaved beside it."""
        unsaved = {}
        for path, item in self.layout.items.items():
            if path[:1] == ("include",) and item.text and self.path:
                file = self.path.parent / item.text
                other = self.session.opened(file)
                if other is not None:
                    unsaved[str(file)] = other.text
        return Text(self.file, self.text, self.path, unsaved)

    @property
    def _included(self) -> dict[str, tuple[str, ...]]:
        """The blocks of the files that it includes, with their arguments."""
        found: dict[str, tuple[str, ...]] = {}
        for document in self.includes() if self.is_ours else ():
            found.update(document.meaning.own)
        return found

    def named(self) -> list[Path]:
        """The files that it names to be included, whether there are such files or not."""
        names = [item.text for path, item in self.layout.items.items() if path[:1] == ("include",) and item.text]
        return [Path(os.path.normpath(self.path.parent / name)) for name in names] if self.path else []

    def includes(self) -> Iterator[Document]:
        """The files that it includes, as far as they can be read."""
        for file in self.named():
            document = self.session.file(file)
            if document is not None and ("include",) not in document.layout.items:
                yield document

    def changed(self, before: Document) -> tuple[int, int, int]:
        """The first line that differs from an earlier text, and where the rest is alike again, there and here."""
        old, new = before.lines, self.lines
        first = 0
        while first < min(len(old), len(new)) and old[first] == new[first]:
            first += 1
        same = 0
        while same < min(len(old), len(new)) - first and old[-1 - same] == new[-1 - same]:
            same += 1
        return first, len(old) - same, len(new) - same

    def span(self, line: int, column: int) -> Span:
        """The key, value or word that begins at a place; what can be had of it."""
        for item in self.layout.items.values():
            for span in (item.key, item.scalar, item.value):
                if span and span[:2] in ((line, column), (line, column + 1)):
                    return _first_line(span, self.lines) if span[2:] != span[:2] else self._word(line, column)
        return self._word(line, column)

    def _word(self, line: int, column: int) -> Span:
        text = self.lines[line] if line < len(self.lines) else ""
        end = column
        while end < len(text) and (text[end].isalnum() or text[end] in "_."):
            end += 1
        return Span(line, column, line, max(end, min(column + 1, len(text))))


def _first_line(span: Span, lines: list[str]) -> Span:
    if span.end_line == span.line:
        return span
    return Span(span.line, span.column, span.line, len(lines[span.line]))


def path_of(uri: str) -> Path | None:
    """The file of a URI; None where it is none."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return Path(os.path.normpath(path)) if path else None


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
