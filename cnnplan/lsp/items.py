"""A text out of a document in; the words for what stands in it out: ranges, keys with values, what is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.findings import Path

__all__ = ["Item", "Slot", "Span", "quoted", "uncommented"]


class Span(NamedTuple):
    """A range of a text, lines and columns counted from 0 in characters; the end lies behind it."""

    line: int
    column: int
    end_line: int
    end_column: int

    def holds(self, line: int, column: int) -> bool:
        """Whether a cursor stands in it or at one of its ends."""
        return (self.line, self.column) <= (line, column) <= (self.end_line, self.end_column)


class Item(NamedTuple):
    """A key with its value, or an element of a list.

    Args:
        path: where it stands in the document.
        key: the range of its key, None of an element.
        value: the range of its value; of a mapping or list in lines, where it begins. None where there is none yet.
        text: of a scalar, what it says; None of everything else.
        quote: the quote that it stands in, "" where there is none.
        flow: whether its value is in brackets.
        block: whether it is a text of several lines behind | or >.
    """

    path: Path
    key: Span | None
    value: Span | None
    text: str | None
    quote: str = ""
    flow: bool = False
    block: bool = False

    @property
    def scalar(self) -> Span | None:
        """The range of a scalar without its quotes; None where the value is none."""
        if self.text is None or self.value is None:
            return None
        inner = len(self.quote)
        return self.value._replace(column=self.value.column + inner, end_column=self.value.end_column - inner)


class Slot(NamedTuple):
    """What is being written where a text ends.

    Args:
        path: of the mapping for a key, of the value for everything else.
        kind: "key", "value", "item" (an element of a list), "child" (the first of a block that is yet empty), "dash"
            (a list goes on), "colon", "after", "text" or "comment" (nothing can follow directly).
        text: what of it is there already.
        quote: the quote that it stands in.
        flow: whether it stands in brackets.
    """

    path: Path
    kind: str
    text: str
    quote: str = ""
    flow: bool = False


def uncommented(text: str, column: int) -> str:
    """A line up to its comment, without the spaces before it; what stands in quotes is no comment."""
    quote = ""
    for at in range(column, len(text)):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and at == column:
            quote = char
        elif char == "#" and (at == 0 or text[at - 1] in " \t"):
            return text[:at].rstrip()
    return text.rstrip()


def quoted(lines: Sequence[str], line: int, column: int, indent: int) -> tuple[Span, str, bool]:
    """A text in quotes that begins here: its range, what it says, and whether it is closed."""
    quote, text = lines[line][column], lines[line]
    at, parts, start = column + 1, [], column + 1
    here = line
    while True:
        end = text.find(quote, at)
        if end < 0:
            parts.append(text[start:])
            following = lines[here + 1] if here + 1 < len(lines) else None
            if following is None or (following.strip() and len(following) - len(following.lstrip()) <= indent):
                return Span(line, column, here, len(text)), " ".join(part.strip() for part in parts), False
            here, text, at, start = here + 1, following, 0, 0
        elif quote == "'" and text[end + 1 : end + 2] == "'":
            at = end + 2
        elif quote == '"' and _escaped(text, end):
            at = end + 1
        else:
            parts.append(text[start:end])
            said = parts[0] if len(parts) == 1 else " ".join(part.strip() for part in parts)
            return Span(line, column, here, end + 1), said, True


def _escaped(text: str, at: int) -> bool:
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
