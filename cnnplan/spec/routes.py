"""How what `from` reads is written: a name, then parts, indices and sections, `stack.*.skip`, `xs[i]`, `xs[1:]`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cnnplan.lazy import pattern
from cnnplan.spec.faults import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EVERY", "bounds", "head", "indices", "split"]

EVERY: Final = "*"
"""The step to all parts in order."""

_NAME: Final = pattern(r"[A-Za-z_]\w*", re.ASCII)
_PART: Final = pattern(r"\.([A-Za-z0-9_]+|\*)")


def head(text: str) -> str:
    """The name that it begins with."""
    return re.split(r"[.\[]", text, maxsplit=1)[0]


def split(text: str) -> tuple[str, tuple[str, ...]]:
    """The name, and the steps from there: `part`, `*`, `[index]`, `[first:last]`; raises Unreadable."""
    begin = _NAME.match(text)
    steps: list[str] = []
    at = begin.end() if begin else 0
    while begin and at < len(text):
        part = _PART.match(text, at)
        end = part.end() if part else _closed(text, at)
        if end == at:
            break
        steps.append(part[1] if part else text[at:end])
        at = end
    if "," in text and all(_NAME.match(part.strip()) for part in text.split(",")):
        raise Unreadable(f"{text!r} is more than one name: write [{text}]")
    if not begin or at < len(text):
        written = "names, joined by dots, with .* for all copies or parts, [i] for one of them"
        raise Unreadable(f"{text!r} is not the name of a layer: {written}")
    for step in steps:
        bounds(step)
    return begin[0], tuple(steps)


def _closed(text: str, at: int) -> int:
    """Where the bracket that opens here is closed again; the same place if none opens, or is closed."""
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] == "[") - (text[place] == "]")
        if depth == 0:
            return place + 1 if place > at + 1 else at
    return at


def bounds(step: str) -> tuple[str, ...]:
    """The expressions of `[index]` or `[first:last]`, "" for an end that is left out."""
    inner, depth, ends = step[1:-1] if step.startswith("[") else "", 0, [""]
    for char in inner:
        depth += (char in "[(") - (char in ")]")
        if char == ":" and depth == 0:
            ends.append("")
        else:
            ends[-1] += char
    if len(ends) > 2:  # noqa: PLR2004 - a first and a last
        raise Unreadable(f"{step} has a first and a last element, [a:b], and no step")
    return tuple(map(str.strip, ends))


def indices(text: str) -> Iterator[str]:
    """Every expression in the brackets of a name; raises Unreadable."""
    for step in split(text)[1]:
        if step.startswith("["):
            yield from filter(None, bounds(step))
