"""Where everything in a YAML text begins and ends, and how a piece is changed so that the rest stays as it is written.

A Layout knows the spans of keys and values by path. What it gives are Changes: a span of the text and what takes its
place. Comments, order, indentation and line ends of everything else are kept, since nothing else is touched.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Path

__all__ = ["Change", "Layout", "Piece", "quoted"]

_LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)
_OPEN: Final = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSE: Final = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_UNSAFE: Final = re.compile(r"[,\[\]{}]|: |:$| #|^[-?] |^[\"'#&*!|>%@`]")
"""What a plain scalar may not hold, in braces or outside of them."""


class Change(NamedTuple):
    """A span of a text, counted in characters from 0, and what takes its place."""

    start: int
    end: int
    text: str


class Piece(NamedTuple):
    """A value where it stands.

    Args:
        key: where its key begins and ends; None in a list.
        start: where it begins.
        end: where it ends, without the comment and the line end behind it.
        kind: "scalar", "mapping" or "list".
        flow: whether it is written in brackets, or stands in some.
    """

    key: tuple[int, int] | None
    start: int
    end: int
    kind: str
    flow: bool


class Layout:
    """The text of one file by the paths of what it holds; of a text that is no YAML, as far as that can be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: dict[Path, Piece] = {}
        for path, piece in _walk(text):
            self.pieces.setdefault(path, piece)

    @cached_property
    def newline(self) -> str:
        """How its lines end."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def children(self, path: Path) -> list[Path]:
        """The paths one step below."""
        return [each for each in self.pieces if len(each) == len(path) + 1 and each[: len(path)] == path]

    def value(self, path: Path) -> str:
        """A value as it is written, "" where there is none."""
        piece = self.pieces.get(path)
        return self.text[piece.start : piece.end] if piece else ""

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, its line end included."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def column(self, offset: int) -> int:
        """How far to the right an offset stands."""
        return offset - self.line_start(offset)

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, counted from 1."""
        start = 0
        for _ in range(line - 1):
            start = self.line_end(start)
        return min(start + column - 1, len(self.text))

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset, counted from 1."""
        return self.text.count("\n", 0, offset) + 1, self.column(offset) + 1

    def begin(self, path: Path) -> int:
        """Where an item begins: its key, or its value in a list."""
        piece = self.pieces[path]
        return piece.key[0] if piece.key else piece.start

    def rename(self, path: Path, name: str) -> list[Change]:
        """Another key, or another bare verb."""
        piece = self.pieces[path]
        start, end = piece.key or (piece.start, piece.end)
        return [Change(start, end, name)]

    def rewrite(self, path: Path, value: str) -> list[Change]:
        """Another value, quoted where it must be."""
        piece = self.pieces[path]
        text = quoted(value) if piece.kind == "scalar" or not value.startswith(("[", "{")) else value
        return [Change(piece.start, piece.end, text if piece.end > piece.start else f" {text}")]

    def put(self, path: Path, key: str, value: str) -> list[Change]:
        """A key with a value in the mapping of a path: written anew where it stands, else added behind the last."""
        if (*path, key) in self.pieces:
            return self.rewrite((*path, key), value)
        piece, item = self.pieces[path], f"{key}: {quoted(value)}"
        if piece.kind == "mapping" and piece.flow:
            inner = self.text[piece.start + 1 : piece.end - 1]
            if not inner.strip():
                return [Change(piece.start, piece.end, f"{{{item}}}")]
            last = piece.start + 1 + len(inner.rstrip().rstrip(",").rstrip())
            return [Change(last, last, f", {item}")]
        if piece.kind == "mapping":
            indent = " " * self.column(piece.start)
            return self._behind(self.children(path)[-1], f"{indent}{item}")
        if piece.key is None and not path:
            return []
        if piece.key is None:  # a bare verb
            return [Change(piece.start, piece.end, f"{self.text[piece.start : piece.end]}: {{{item}}}")]
        colon = self.text.index(":", piece.key[1]) + 1
        return [Change(colon, max(piece.end, colon), f" {{{item}}}")]

    def _behind(self, path: Path, line: str) -> list[Change]:
        """A line of its own behind an item, and behind the comment on its last line."""
        end = self.line_end(self.pieces[path].end)
        whole = self.text[:end].endswith("\n")
        return [Change(end, end, f"{line}{self.newline}" if whole else f"{self.newline}{line}")]

    def remove(self, path: Path) -> list[Change]:
        """Take an item out, with its key and whatever stands on its lines alone; the last one leaves {} or []."""
        parent, piece = self.pieces[path[:-1]], self.pieces[path]
        start, end = self.begin(path), piece.end
        siblings = self.children(path[:-1])
        if parent.flow and len(siblings) == 1 and parent.key and len(self.children(path[:-2])) == 1 and len(path) > 2:  # noqa: PLR2004
            return [Change(parent.key[1], parent.end, "")]  # the last argument of a verb, which stands bare then
        if parent.flow:
            return [self._out_of_brackets(start, end, first=siblings[0] == path)]
        if len(siblings) == 1:
            empty = "{}" if parent.kind == "mapping" else "[]"
            key = parent.key[1] + 1 if parent.key else parent.start
            return [Change(key, end, f" {empty}" if parent.key else empty)]
        begun = self.line_start(start)
        lead = self.text[begun:start]
        if lead.strip(" \t-") or (lead.strip() and parent.kind == "mapping"):  # the first key behind its dash
            following = self.begin(siblings[1]) if siblings[0] == path else end
            return [Change(start, following, "")]
        return [Change(begun, self.line_end(end), "")]

    def _out_of_brackets(self, start: int, end: int, *, first: bool) -> Change:
        """An item between commas with the one that it needs."""
        after = re.compile(r"\s*,\s*").match(self.text, end)
        before = re.search(r"\s*,\s*$", self.text[:start])
        if before and not first:
            return Change(before.start(), end, "")
        return Change(start, after.end() if after else end, "")

    def insert(self, path: Path, lines: list[str], *, behind: bool) -> list[Change]:
        """An entry before or behind the one of a path, in a list with dashes; [] in a list of another kind."""
        parent = self.pieces[path[:-1]]
        if parent.flow or parent.kind != "list":
            return []
        start = self.begin(path)
        dash = self.text.rfind("-", self.line_start(start), start)
        if dash < 0 or self.text[dash:start].strip() != "-":
            return []
        indent = " " * self.column(dash)
        if behind:
            return self._behind(path, self.newline.join(indent + line for line in lines))
        written = "".join(f"{indent if i else ''}{line}{self.newline}" for i, line in enumerate(lines))
        return [Change(dash, dash, f"{written}{indent}")]


def quoted(value: str) -> str:
    """A value as it may stand anywhere: a list or mapping as it is, a text in quotes where it would be torn apart."""
    if not _UNSAFE.search(value) or (value[:1] in "[{" and not re.search(r"[(\"']|\w\[", value)) or value[:1] == '"':
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'


def _walk(text: str) -> Iterator[tuple[Path, Piece]]:
    """Every path with its piece; a mapping or list comes when it is closed."""
    path: list[Any] = []
    open_: list[tuple[tuple[int, int] | None, int, bool, list[int]]] = []
    keys: list[tuple[int, int] | None] = []
    try:
        events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        for event in events:
            kind = type(event)
            start, end = getattr(event.start_mark, "index", 0), getattr(event.end_mark, "index", 0)
            if kind is yaml.ScalarEvent and path and path[-1] is None:
                path[-1], keys[-1] = event.value, (start, end)
                continue
            if kind in _OPEN:
                open_.append((keys[-1] if keys else None, start, event.flow_style, [end]))
                path.append(None if kind is yaml.MappingStartEvent else 0)
                keys.append(None)
                continue
            if kind in _CLOSE:
                path.pop()
                keys.pop()
                key, begun, flow, ends = open_.pop()
                end = end if flow else ends[0]
                piece = Piece(key, begun, end, "mapping" if kind is yaml.MappingEndEvent else "list", flow)
            elif kind in (yaml.ScalarEvent, yaml.AliasEvent):
                flow = bool(open_ and open_[-1][2])
                end = start + len(text[start:end].rstrip()) if end > start else end
                piece = Piece(keys[-1] if keys else None, start, end, "scalar", flow)
            else:
                continue
            yield tuple(path), piece
            for frame in open_:
                frame[3][0] = max(frame[3][0], piece.end, piece.key[1] + 1 if piece.key else 0)
            if path:
                path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
    except yaml.YAMLError:
        return
