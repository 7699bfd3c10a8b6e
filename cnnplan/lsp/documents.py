"""A text that an editor has open, and what is known of it; what is known is worked out when it is first asked for.

Places are lines and columns in characters here.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING

from pygls.uris import to_fs_path

from cnnplan.lsp.analysis import Analysis, Text, analysed, kind_of_text
from cnnplan.lsp.layout import Layout, Span, lines_of
from cnnplan.lsp.meaning import Meaning, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.lsp.session import Session
    from cnnplan.translation import Kind

__all__ = ["Document", "path_of"]

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
