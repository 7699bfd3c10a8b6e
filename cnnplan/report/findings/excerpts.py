"""The line of a spec that a finding points at, with a caret below the place."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cnnplan.lazy import pattern
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from cnnplan.findings import Location

__all__ = ["excerpt", "remember"]

_TEXTS: dict[str, str] = {}
"""What stands in the place of files."""

BYTES = 1_000_000
WIDTH = 96
"""The longest piece of a line that is shown."""

CONTEXT = 40
"""What is shown of a longer line in front of the place."""

_ENDS = "\r\n|[\n\r\x85\u2028\u2029]"
_TOKEN = pattern(r"[\w./*-]+|\S?")


def excerpt(location: Location) -> list[str]:
    """The line and the caret, [] where the text is not there to be read."""
    lines = _lines(location.file)
    if not 0 < location.line <= len(lines):
        return []
    line, at = lines[location.line - 1], location.column - 1
    if at > len(line) or not line.strip():
        return []
    token = _TOKEN.match(line, at)
    stop = token.end() if token else at + 1
    first = max(at - CONTEXT, 0) if len(line) > WIDTH else 0
    shown = ("..." if first else "") + printable(line[first : first + WIDTH])
    before = ("..." if first else "") + printable(line[first:at])
    marked = printable(line[at : min(stop, first + WIDTH)])
    gutter = f"{location.line:>6} | "
    caret = " " * _columns(before) + "^" * max(_columns(marked), 1)
    return [f"{gutter}{shown}".rstrip(), f"{' ' * (len(gutter) - 2)}| {caret}"]


def remember(file: str, text: str) -> None:
    """Show lines of this text in the place of a file: of a spec that came from stdin."""
    _TEXTS[file] = text
    _lines.cache_clear()


@lru_cache(maxsize=16)
def _lines(file: str) -> list[str]:
    """The lines of a file as the reader of specs counts them."""
    if file in _TEXTS:
        return re.split(_ENDS, _TEXTS[file])
    try:
        with Path(file).open("rb") as text:
            data = text.read(BYTES)
    except (OSError, ValueError):
        return []
    return re.split(_ENDS, data.decode("utf-8-sig", "replace"))


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(bool(unicodedata.combining(char)) for char in text)
