"""What blocks are called that were found: after the class or the path of the modules that they stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cnnplan.ops import OPERATORS
from cnnplan.spec.words import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.translation.items import Item

__all__ = ["called", "prefix"]

_LETTERS: Final = "zabcdefghijklmnopqrstuvwxy"


def prefix(origins: list[str]) -> str:
    """The path that all have in common."""
    if not origins:
        return ""
    parts = [origin.split(".") for origin in origins]
    common = []
    for pieces in zip(*parts, strict=False):
        if len(set(pieces)) > 1:
            break
        common.append(pieces[0])
    shortest = min(map(len, parts))
    return ".".join(common[: max(shortest - 1, 0)] if len(common) >= shortest else common)


def called(
    wholes: Sequence[str], prefixes: list[str], copy: list[Item], taken: set[str], classes: Mapping[str, str]
) -> str:
    """A name for a block: the class of its modules, else a word of their path, else what it begins and ends with.

    Args:
        wholes: of each of its parts the module that it is all of, "" where it is none.
        prefixes: the paths that each part has in common.
        copy: the layers of one of them.
        taken: the names of other blocks.
        classes: the classes of modules by path.
    """
    kinds = {classes.get(whole, "") for whole in wholes}
    kind = kinds.pop() if len(kinds) == 1 else ""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind).lower().strip("_")
    if not name:
        words = re.findall(r"[A-Za-z]{3,24}", prefixes[0]) if prefixes else []
        name = words[-1].lower() if words else f"{copy[0].verb}_{copy[-1].verb}"
    return _free(name, taken)


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a letter behind it what is free."""
    known = {*taken, *OPERATORS, "branches", "sequence"}
    found, number = name, 1
    while found in known or refusal(found, spoken=True):
        number += 1
        found = f"{name}_{_LETTERS[number % 26]}" if number < 26 else f"{name}_{number}"  # noqa: PLR2004
    return found
