"""A YAML text in, whole or half typed; every key and value in it with its path and its range out.

The parser of `spec` reads texts that are right. An editor's text is wrong most of the time, so this reads line by line
and bracket by bracket, never fails, and takes what is broken for as little as it can: a bracket that is not closed ends
where the next entry begins. On a text that is right, it finds the paths and places that the parser finds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from cnnplan.lsp.flow import Flow
from cnnplan.lsp.items import Item, Slot, Span, quoted, uncommented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.findings import Path

__all__ = ["Item", "Layout", "Slot", "Span", "lines_of", "slot_at"]

_BREAK: Final = re.compile(r"\r\n|\n|\r")
_DASH: Final = re.compile(r"-(?=\s|$)")
_WORD: Final = re.compile(r"[^\s:,\[\]{}]+")
KEY: Final = re.compile(r"""("[^"]*"|'[^']*'|[^\s#\[\]{},"'&*!|>%@`](?:[^#"'{}]*?[^\s"'{}])??)\s*:(?=\s|$)""")
BLOCK_SCALAR: Final = re.compile(r"[|>][-+0-9]*\s*(#.*)?$")


def lines_of(text: str) -> list[str]:
    """The lines of a text as editors count them, without their ends."""
    return _BREAK.split(text.removeprefix("\ufeff"))


class Layout:
    """A text and what stands where in it.

    Args:
        lines: the text, without the ends of its lines.

    Attributes:
        items: every key and value in the order of the text, by its path; of keys that stand twice the first.
        slot: what is being written where the text ends.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.items: dict[Path, Item] = {}
        scan = _Scan(lines, self.items)
        scan.run()
        self.slot: Slot = scan.slot

    def at(self, line: int, column: int) -> Item | None:
        """The smallest thing whose key or scalar is under the cursor."""
        found = None
        for item in self.items.values():
            if any(span and span.holds(line, column) for span in (item.key, item.scalar)):
                found = item
        return found

    def extent(self, path: Path) -> Span | None:
        """From where something begins to where the last thing inside of it ends."""
        begin = self.items.get(path)
        if begin is None:
            return None
        start = begin.key or begin.value
        spans = [s for p, i in self.items.items() if p[: len(path)] == path for s in (i.key, i.value) if s]
        if start is None or not spans:
            return None
        start = min(start, *spans)
        end = max((span.end_line, span.end_column) for span in spans)
        return Span(start.line, start.column, *end)


def slot_at(lines: Sequence[str], line: int, column: int) -> Slot:
    """What is being written at a place, told by the text before it."""
    before = [*lines[:line], lines[line][:column] if line < len(lines) else ""]
    return Layout(before).slot


@dataclass(slots=True)
class _Frame:
    """A block mapping or list that is open."""

    indent: int
    path: Path
    is_list: bool = False
    step: str | int | None = None
    seen: set[str] = field(default_factory=set)

    @property
    def here(self) -> Path:
        """The path of its latest element."""
        return self.path if self.step is None else (*self.path, self.step)


class _Value(NamedTuple):
    """A plain scalar that the next line may go on with."""

    path: Path
    indent: int


class _Scan:
    """One reading of the lines."""

    def __init__(self, lines: Sequence[str], items: dict[Path, Item]) -> None:
        self.lines = lines
        self.items = items
        self.frames = [_Frame(-1, ())]
        self.slot = Slot((), "key", "")
        self.plain: _Value | None = None

    def run(self) -> None:
        """Read everything."""
        line = 0
        while line < len(self.lines):
            text = self.lines[line]
            if text.strip() and not text.lstrip().startswith("#") and not text.startswith(("---", "%")):
                line = self.line(line)
            else:
                if line == len(self.lines) - 1:
                    self.blank(text)
                line += 1

    def blank(self, text: str) -> None:
        """The cursor stands on a line without anything."""
        if "#" in text:
            self.slot = Slot((), "comment", "")
            return
        indent = len(text)
        frames = [frame for frame in self.frames if frame.indent <= indent] or self.frames[:1]
        top = frames[-1]
        if top.indent < indent and top.step is not None and self._empty(top.here):
            self.slot = Slot(top.here, "child", "")
        elif top.indent < 0:
            self.slot = Slot((), "key", "")
        else:
            self.slot = Slot(top.path, "dash" if top.is_list else "key", "")

    def _empty(self, path: Path) -> bool:
        item = self.items.get(path)
        return item is None or item.value is None

    def line(self, line: int) -> int:
        """Read what begins on a line; the next line to read."""
        text = self.lines[line]
        column = len(text) - len(text.lstrip())
        dash = _DASH.match(text, column)
        while self.frames[-1].indent > column:
            self.frames.pop()
        top = self.frames[-1]
        if top.indent == column and top.is_list and not dash and len(self.frames) > 1:
            self.frames.pop()
        plain, self.plain = self.plain, None
        if plain and column > plain.indent and not dash and not KEY.match(text, column):
            return self._on(plain, line)
        return self.node(line, column)

    def _on(self, plain: _Value, line: int) -> int:
        """A plain scalar that goes on here."""
        item, text = self.items[plain.path], self.lines[line]
        end = len(uncommented(text, 0))
        if item.value is not None:
            self.items[plain.path] = item._replace(
                value=item.value._replace(end_line=line, end_column=end), text=f"{item.text} {text[:end].strip()}"
            )
        self.plain = plain
        self.slot = Slot(plain.path, "value", text[:end].strip())
        return line + 1

    def node(self, line: int, column: int) -> int:
        """Read a dash, a key or a value at a column; the next line to read."""
        text = self.lines[line]
        if _DASH.match(text, column):
            return self._element(line, column)
        key = KEY.match(text, column)
        if key:
            return self._key(line, column, key)
        top = self.frames[-1]
        if len(self.frames) == 1 and not self.items and text[column] in "{[":
            return self._value(line, column, (), None, -1)
        if not top.is_list and (top.indent == column or top.step is None or not self._empty(top.here)):
            return self._stray(line, column, top)
        return self._value(line, column, top.here, None, top.indent)

    def _element(self, line: int, column: int) -> int:
        text, top = self.lines[line], self.frames[-1]
        if not (top.is_list and top.indent == column):
            top = self._open(line, column, is_list=True)
        top.step = top.step + 1 if isinstance(top.step, int) else 0
        rest = column + 1 + len(text[column + 1 :]) - len(text[column + 1 :].lstrip())
        if rest >= len(text) or text[rest] == "#":
            self._keep(Item(top.here, None, None, None))
            self.slot = Slot(top.here, "item" if len(text) > column + 1 else "dash", "")
            return line + 1
        if len(self.frames) > 200:  # noqa: PLR2004 - deeper than anything that is read
            return line + 1
        return self.node(line, rest)

    def _key(self, line: int, column: int, match: re.Match[str]) -> int:
        top = self.frames[-1]
        if top.is_list or top.indent != column:
            top = self._open(line, column)
        word = match[1]
        start = column
        if word[0] in "\"'":
            word, start = word[1:-1], start + 1
        top.step = word
        span = Span(line, start, line, start + len(word))
        text = self.lines[line]
        after = match.end()
        rest = after + len(text[after:]) - len(text[after:].lstrip())
        if rest >= len(text) or text[rest] == "#":
            self._keep(Item(top.here, span, None, None))
            self.slot = Slot(top.here, "value" if len(text) > after else "colon", "")
            return line + 1
        if BLOCK_SCALAR.match(text, rest):
            return self._block_scalar(line, rest, span, top)
        return self._value(line, rest, top.here, span, top.indent)

    def _block_scalar(self, line: int, column: int, key: Span, top: _Frame) -> int:
        end = line + 1
        while end < len(self.lines):
            text = self.lines[end]
            if text.strip() and len(text) - len(text.lstrip()) <= top.indent:
                break
            end += 1
        last = end - 1
        while last > line and not self.lines[last].strip():
            last -= 1
        span = Span(line, column, last, len(self.lines[last]))
        self._keep(Item(top.here, key, span, None, block=True))
        self.slot = Slot(top.here, "text", "")
        return end

    def _stray(self, line: int, column: int, top: _Frame) -> int:
        """A word where a key belongs."""
        word = _WORD.match(self.lines[line], column)
        text = word[0] if word else self.lines[line][column:].strip()
        path = top.path
        self._keep(Item((*path, text), Span(line, column, line, column + len(text)), None, None))
        self.slot = Slot(path, "key", self.lines[line][column:])
        return line + 1

    def _value(self, line: int, column: int, path: Path, key: Span | None, indent: int) -> int:
        text = self.lines[line]
        char = text[column]
        if char in "{[":
            flow = Flow(self.lines, self.items, indent)
            end = flow.read(line, column, path, key)
            self.slot = flow.slot or self.slot
            return max(end, line + 1)
        if char in "\"'":
            span, value, closed = quoted(self.lines, line, column, indent)
            self._keep(Item(path, key, span, value, quote=char))
            self.slot = Slot(path, "after" if closed else "value", value, quote=char)
            return span.end_line + 1
        end = len(uncommented(text, column))
        span = Span(line, column, line, end)
        self._keep(Item(path, key, span, text[column:end]))
        if end < len(text.rstrip()):
            self.slot = Slot(path, "comment", "")
        else:
            self.slot = Slot(path, "value" if key else "item", text[column:])
            self.plain = _Value(path, indent)
        return line + 1

    def _keep(self, item: Item) -> None:
        self.items.setdefault(item.path, item)

    def _open(self, line: int, column: int, *, is_list: bool = False) -> _Frame:
        """A mapping or list that begins here."""
        path = self.frames[-1].here
        item = self.items.get(path)
        value = Span(line, column, line, column)
        if item is None:
            self.items[path] = Item(path, None, value, None)
        elif item.value is None:
            self.items[path] = item._replace(value=value)
        self.frames.append(_Frame(column, path, is_list))
        return self.frames[-1]
