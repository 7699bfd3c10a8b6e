"""Text that a terminal is too narrow for: lines go on below where a word ends, and stand under what they go on with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["fitted", "flowing"]

CODES: Final = re.compile(r"\x1b\[[0-9;]*m")
"""What colors text and takes no room."""

WORDS: Final = re.compile(r"(\s*)(\S+)")
DRAWN: Final = re.compile(r"\s*\d*\s*\|")
"""A line of a file, or marks below it: what stands under what matters."""

COLUMNS: Final = re.compile(r"\s*\S+(?: \S+)*\s{2,}(?=\S)")
"""What stands left of the second of two columns."""

ITEMS: Final = ("* ", "- ", " ")
"""How a line begins that stands under something."""

MARKS: Final = ("* ", "- ", "|", "#")
"""How a line begins that is none of the paragraph before."""

FENCE, CODE = "```", 4
"""What code stands between, and how much further to the right a line of it goes on."""

WRITTEN: Final = 90
"""How long a line is at least that was broken for its length."""


def fitted(text: str, width: int, further: int = 2) -> str:
    """A text whose lines are at most that wide, but for words that are wider themselves.

    Args:
        text: the text.
        width: the columns that there are.
        further: how much further to the right a line goes on below.
    """
    return "\n".join(part for line in text.split("\n") for part in _parts(line, width, further))


def flowing(page: str, width: int) -> str:
    """A page of Markdown as wide as that: paragraphs that were written in lines flow anew, code is folded."""
    parts, fenced = [], False
    for line in _paragraphs(page.split("\n")):
        fenced ^= line.lstrip().startswith(FENCE)
        parts.append(fitted(line, width, CODE if fenced else 2 if line.startswith(ITEMS) else 0))
    return "\n".join(parts)


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """The lines, those that one sentence was broken into as one."""
    held: str | None = None
    last, fenced = "", False
    for line in lines:
        fence = line.lstrip().startswith(FENCE)
        if held is not None and not (fence or fenced) and _goes_on(held, last, line):
            held = f"{held} {line.strip()}"
        else:
            if held is not None:
                yield held
            held = line
        fenced ^= fence
        last = "" if fence else line
    yield held or ""


def _goes_on(held: str, last: str, line: str) -> bool:
    """Whether a line is the rest of the sentence before: that was broken because it was long, and is no row."""
    if len(last) < WRITTEN or COLUMNS.match(held) or COLUMNS.match(line) or held.startswith(("|", "#", " ")):
        return False
    return line.startswith("  ") if held.startswith(ITEMS) else bool(line[:1].strip()) and not line.startswith(MARKS)


def _parts(line: str, width: int, further: int) -> Iterator[str]:
    """A line, as the lines that it is folded to."""
    if len(CODES.sub("", line)) <= width or DRAWN.match(CODES.sub("", line)):
        yield line
        return
    hanging = " " * _hanging(CODES.sub("", line), width, further)
    part, used = "", 0
    for gap, word in WORDS.findall(line):
        long = len(CODES.sub("", word))
        if part.strip() and used + len(gap) + long > width:
            yield part
            part, used = hanging + word, len(hanging) + long
        else:
            part, used = part + gap + word, used + len(gap) + long
    yield part


def _hanging(line: str, width: int, further: int) -> int:
    """Where a line that is folded goes on: under its second column, or that much further than it begins."""
    columns = COLUMNS.match(line)
    if columns and columns.end() <= width // 2:
        return columns.end()
    return min(len(line) - len(line.lstrip()) + further, width // 2)
