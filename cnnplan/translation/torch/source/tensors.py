"""What stands in a class in the making: tensors, loops, and the extents that they have as text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.translation.expressions import Unwritable, simple, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.spec import Entry

__all__ = ["MANY", "Loop", "Tensor", "counter_of", "either", "halved", "sections", "substituted"]


MANY: Final = 10_000
"""A number of copies that a symbol says."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor in `forward`.

    Args:
        var: the variable that holds it.
        channels: the extent of axis 1 as an expression of `__init__`, "" where nobody knows.
        features: the extent of its last axis likewise.
        parts: of it, by name.
        kept: whether it is read later, so that its variable stays.
    """

    var: str
    channels: str = ""
    features: str = ""
    parts: Mapping[str, Tensor] = field(default_factory=dict)
    kept: bool = False


class Loop(NamedTuple):
    """Copies in a row.

    Args:
        head: the line that begins it.
        module: what makes a copy.
        number: the variable that counts.
        start: the channels that the first reads.
        out: those that a copy gives.
        copies: how many there are.
    """

    head: str
    module: str
    number: str
    start: str
    out: str
    copies: str


def halved(text: str, tuples: frozenset[str]) -> str:
    """An expression, `kernel_size // 2` taken of each number where there may be several.

    Raises:
        Unwritable: there may be several, and something else is done with them.
    """
    for name in tuples:
        text = re.sub(rf"\b{name} // 2\b", f"half({name})", text)
        if re.search(rf"\b{name}\b(?!\))\s*[-+*/%]|[-+*/%]\s*\b{name}\b", text):
            raise Unwritable(f"arithmetic of {name}, which may be several numbers")
    return text


def sections(verb: str, args: Mapping[str, str], values: Any, channels: str) -> list[str]:
    """The channels of the parts of an axis."""
    if verb not in {"split", "chunk"} or values.dim != 1 or not channels:
        return []
    told = args.get("sections", args.get("chunks", ""))
    if told.isdigit():
        return [tidy(f"{channels if simple(channels) else f'({channels})'} // {told}")] * int(told)
    return [part.strip() for part in told.strip("()").split(",") if part.strip()]


def counter_of(entry: Entry) -> str:
    """The name of what the copies see."""
    return (entry.repeat.counter or "") if entry.repeat else ""


def either(out: str, on: str, off: str) -> str:
    """The channels behind what is there or not."""
    if out == off or on in {f"{out} != {off}", f"{off} != {out}"}:
        return out
    return f"({out} if {on} else {off})" if out and off else ""


def substituted(text: str, names: Mapping[str, str]) -> str:
    """An expression with others in the place of names."""

    def put(match: re.Match[str]) -> str:
        name = match[0]
        if name not in names:
            return name
        given = names[name]
        return given if simple(given) else f"({given})"

    return re.sub(r"(?<![\w.\"'])[A-Za-z_]\w*(?![\w\"']|=[^=])", put, text)
