"""Brackets of YAML in, `{out_channels: 64, ker`; what stands in them, and what is being written at the end, out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cnnplan.lsp.items import Item, Slot, Span, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.findings import Path

__all__ = ["Flow"]

LEVELS: Final = 64
"""The deepest nesting that is followed."""

_NEW: Final = re.compile(r"-(?=\s|$)|[A-Za-z_][\w.]*\s*:(?=\s|$)")
_EASY: Final = re.compile(r"[\w.+*/<>=!-]+")
"""What means nothing to brackets."""


class Flow:
    """One bracket, with all brackets in it.

    Args:
        lines: the text.
        items: where to keep what is found.
        indent: of the block that it stands in: a line that begins there ends brackets that were not closed.
    """

    def __init__(self, lines: Sequence[str], items: dict[Path, Item], indent: int) -> None:
        self.lines = lines
        self.items = items
        self.indent = indent
        self.line = 0
        self.column = 0
        self.slot: Slot | None = None
        self.over = False

    def read(self, line: int, column: int, path: Path, key: Span | None) -> int:
        """Read from an opening bracket on; the next line to read."""
        self.line, self.column = line, column
        self._node(path, key, 0)
        if not self.over and self.slot is None and self.line == len(self.lines) - 1:
            self.slot = Slot(path, "after", "")
        return self.line if self.over and self.line > line and self.column == 0 else self.line + 1

    def _char(self) -> str:
        """The next character that means something; "" where the brackets are over."""
        while not self.over:
            text = self.lines[self.line]
            while self.column < len(text) and text[self.column] in " \t":
                self.column += 1
            if self.column < len(text) and text[self.column] != "#":
                return text[self.column]
            if self.line + 1 >= len(self.lines):
                self.over = True
                self.column = len(text)
            else:
                self.line, self.column = self.line + 1, 0
                following = self.lines[self.line]
                begin = len(following) - len(following.lstrip())
                self.over = bool(following.strip()) and begin <= self.indent and bool(_NEW.match(following, begin))
        return ""

    def _ended(self) -> bool:
        """Whether the text ends here, inside of brackets."""
        return self.over and self.line == len(self.lines) - 1 and self.column >= len(self.lines[self.line])

    def _node(self, path: Path, key: Span | None, depth: int) -> None:
        start = (self.line, self.column)
        char = self.lines[self.line][self.column]
        if depth > LEVELS:
            self.over = True
            return
        self.items.setdefault(path, Item(path, key, Span(*start, *start), None, flow=True))
        self.column += 1
        if char == "{":
            self._mapping(path, depth)
        else:
            self._list(path, depth)
        item = self.items[path]
        if item.value is not None and item.value[:2] == start:
            self.items[path] = item._replace(value=Span(*start, *self._here()))

    def _here(self) -> tuple[int, int]:
        """Where reading has come to, or the end of the line before where the brackets were not closed."""
        if self.over and self.column == 0 and self.line > 0:
            return self.line - 1, len(self.lines[self.line - 1])
        return self.line, self.column

    def _next(self, where: Path, kind: str) -> str:
        """The next character of a mapping or list; "" where it is over, its bracket closed or the text at its end."""
        char = self._char()
        if char and char in "}]":
            self.column += 1
            return ""
        if not char and self._ended() and self.slot is None:
            self.slot = Slot(where, kind, "", flow=True)
        return char

    def _mapping(self, path: Path, depth: int) -> None:
        while char := self._next(path, "key"):
            if char == ",":
                self.column += 1
            else:
                self._pair(path, depth)

    def _pair(self, path: Path, depth: int) -> None:
        """A key, and its value where there is one."""
        line, column = self.line, self.column
        if self.lines[line][column] in "{[":
            self._node((*path, ""), None, depth + 1)
            return
        span, word, quote = self._scalar(keys=True)
        where = (*path, word)
        if self._at_end():
            self.slot = Slot(path, "key", word, quote, flow=True)
        text = self.lines[self.line]
        if self.column < len(text) and text[self.column] == ":":
            self.column += 1
            self._value(where, span, depth)
        else:
            self.items.setdefault(where, Item(where, span, None, None, flow=True))

    def _value(self, where: Path, key: Span, depth: int) -> None:
        char = self._char()
        if not char:
            self.items.setdefault(where, Item(where, key, None, None, flow=True))
            if self._ended() and self.slot is None:
                self.slot = Slot(where, "value", "", flow=True)
        elif char in ",}]":
            self.items.setdefault(where, Item(where, key, None, None, flow=True))
        elif char in "{[":
            self._node(where, key, depth + 1)
        else:
            self._leaf(where, key)

    def _leaf(self, where: Path, key: Span | None) -> None:
        self._scalar_kept(where, key, *self._scalar())

    def _scalar_kept(self, where: Path, key: Span | None, span: Span, said: str, quote: str) -> None:
        self.items.setdefault(where, Item(where, key, span, said, quote, flow=True))
        if self._at_end():
            self.slot = Slot(where, "value", said, quote, flow=True)
        while self._char() and self.lines[self.line][self.column] not in ",}]{[":
            self.column += 1

    def _list(self, path: Path, depth: int) -> None:
        index = 0
        while char := self._next((*path, index), "value"):
            if char == ",":
                self.column += 1
                index += 1
            elif char in "{[":
                self._node((*path, index), None, depth + 1)
            else:
                self._element((*path, index), depth)

    def _element(self, where: Path, depth: int) -> None:
        """A scalar of a list, or a key with its value without braces, `[relu: null]`."""
        span, said, quote = self._scalar(keys=True)
        text = self.lines[self.line]
        if self.column < len(text) and text[self.column] == ":":
            self.column += 1
            self.items.setdefault(where, Item(where, None, span._replace(end_line=span.line), None, flow=True))
            self._value((*where, said), span, depth)
            return
        self._scalar_kept(where, None, span, said, quote)

    def _at_end(self) -> bool:
        """Whether the text ends with the scalar that was just read."""
        return self.line == len(self.lines) - 1 and self.column >= len(self.lines[self.line])

    def _scalar(self, *, keys: bool = False) -> tuple[Span, str, str]:
        """A scalar that begins here, with brackets that belong to an expression: its range, text and quote."""
        line, start, text = self.line, self.column, self.lines[self.line]
        if text[start] in "\"'":
            span, said, _ = quoted(self.lines, line, start, self.indent)
            self.line, self.column = span.end_line, span.end_column
            return span, said, text[start]
        depth = 0
        easy = _EASY.match(text, start)
        at = easy.end() if easy else start
        while at < len(text):
            char = text[at]
            if char == "(" or (
                char == "[" and (depth or (at > start and (text[at - 1].isalnum() or text[at - 1] in "_)]")))
            ):
                depth += 1
            elif char in ")]" and depth:
                depth -= 1
            elif (
                char in "{}"
                or (char in ",]" and not depth)
                or (char == "[" and not depth)
                or (char == ":" and (at + 1 >= len(text) or text[at + 1] in " \t,]}") and (keys or not depth))
                or (char == "#" and at > start and text[at - 1] in " \t")
            ):
                break
            at += 1
        said = text[start:at].rstrip()
        self.column = min(len(text), at)
        if not said:
            self.column = max(self.column, start + 1)
        return Span(line, start, line, start + len(said)), said, ""
