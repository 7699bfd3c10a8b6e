"""An expression in; its words with their places out: numbers, names, functions, texts, signs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from cnnplan.spec.functions import FUNCTIONS
from cnnplan.spec.words import KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.lsp.layout import Item

__all__ = ["Word", "last_word", "open_call", "words", "words_of"]

_TOKEN: Final = re.compile(
    r"""(?P<text>"[^"]*"|'[^']*')
    |(?<![\w.])(?P<number>[0-9][0-9_]*(?:\.[0-9]+)?\w*)
    |(?P<field>(?<=[\w\])])\.[A-Za-z_]\w*)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>//|\*\*|[-+*/%]|[<>=!]=|[<>])""",
    re.VERBOSE,
)
_LOGIC: Final = frozenset({"if", "else", "and", "or", "not", "true", "false", "null", "True", "False", "None"})


class Word(NamedTuple):
    """A word of an expression.

    Args:
        kind: "number", "name", "field", "function", "keyword", "text", "asked" (the layer in shape("layer")), "sign".
        text: the word itself, without quotes or the dot before it.
        line, column: where it begins, from 0.
    """

    kind: str
    text: str
    line: int
    column: int


def words(text: str) -> Iterator[tuple[str, str, int]]:
    """The kind, the text and the place of every word of an expression."""
    asks = False
    for match in _TOKEN.finditer(text):
        kind, said = str(match.lastgroup), match[0]
        at = match.start()
        if kind == "text":
            yield ("asked" if asks else "text"), said[1:-1], at + 1
        elif kind == "field":
            yield "field", said[1:], at + 1
        elif kind == "name":
            is_call = text[match.end() :].lstrip().startswith("(")
            logic = said in _LOGIC or (said in KEYWORDS and not is_call)
            yield ("keyword" if logic else "function" if is_call and said in FUNCTIONS else "name"), said, at
        else:
            yield kind, said, at
        asks = kind == "name" and said in ("shape", "count")


def words_of(item: Item, lines: Sequence[str]) -> Iterator[Word]:
    """The words of a scalar, wherever it goes on over several lines."""
    span = item.scalar
    if span is None or item.block:
        return
    for line in range(span.line, min(span.end_line, len(lines) - 1) + 1):
        begin = span.column if line == span.line else 0
        end = span.end_column if line == span.end_line else len(lines[line])
        for kind, text, at in words(lines[line][begin:end]):
            yield Word(kind, text, line, begin + at)


def last_word(text: str) -> str:
    """The beginning of a word that a text ends with."""
    match = re.search(r"[A-Za-z_]\w*$", text)
    return match[0] if match else ""


def open_call(text: str) -> tuple[str, int] | None:
    """The function whose bracket is open where a text ends, and how many commas have been in it."""
    stack: list[list[int | str]] = []
    for match in re.finditer(r"[A-Za-z_]\w*\s*\(|[(\[\])]|,", text):
        said = match[0]
        if said.endswith(("(", "[")):
            stack.append([said[:-1].strip(), 0])
        elif said == ",":
            if stack:
                stack[-1][1] = int(stack[-1][1]) + 1
        elif stack:
            stack.pop()
    named = [frame for frame in stack if frame[0]]
    return (str(named[-1][0]), int(named[-1][1])) if named else None
