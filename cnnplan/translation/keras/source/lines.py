"""Lines of Keras 3 code: the head of a function, a call and what pads or trims around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.layout import WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["apart", "head_of", "kind_of", "sentence"]

INDENT: Final = "    "


def apart(target: str, call: str) -> list[str]:
    """A call in a line, and what pads in front of it or trims behind it in lines of their own where it is long."""
    if len(call) > WIDTH:
        padded = re.fullmatch(r"(layers\..*\))\((pad\(.*\))\)", call)
        if padded is not None:
            return [f"{target} = {padded[2]}", f"{target} = {padded[1]}({target})"]
        trimmed = re.fullmatch(r"trimmed\((.*), (\d+), (\d+)\)", call)
        if trimmed is not None:
            return [*apart(target, trimmed[1]), f"{target} = trimmed({target}, {trimmed[2]}, {trimmed[3]})"]
    return [f"{target} = {call}"]


def kind_of(values: Sequence[Any]) -> str:
    """The type of a parameter."""
    kinds = {type(value) for value in values if value is not None}
    if any(issubclass(kind, str) for kind in kinds):
        return "Any"
    if kinds == {bool}:
        return "bool"
    return "int" if kinds == {int} else "tuple[int, ...]" if kinds == {tuple} else "Any" if tuple in kinds else "float"


def sentence(name: str) -> str:
    """A name as a sentence begins."""
    words = name.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}"


def head_of(text: str) -> list[str]:
    """The head of a function, in as many lines as it needs."""
    if len(text) <= WIDTH:
        return [text]
    head, _, rest = text.partition("(")
    inside, _, tail = rest.rpartition(")")
    if len(INDENT) + len(inside) <= WIDTH:
        return [f"{head}(", f"{INDENT}{inside}", f"){tail}"]
    return [f"{head}(", *(f"{INDENT}{part.strip()}," for part in re.split(r", (?![^\[]*\])", inside)), f"){tail}"]
