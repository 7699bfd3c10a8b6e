"""Positional arguments of a file, bound to the arguments of a block."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.translation.ultralytics.document import shown
from cnnplan.translation.ultralytics.rows import FROM
from cnnplan.translation.ultralytics.settings import WEIGHTS, activation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.translation.ultralytics.document import Document
    from cnnplan.translation.ultralytics.rows import Row
    from cnnplan.translation.ultralytics.settings import Settings

__all__ = ["ARGS", "REPEATED", "WIDTH", "bind", "positional", "widening"]

WIDTH = "out_channels"
"""The argument that a file gives unscaled."""

REPEATED = "repeats"
"""The argument that the second column of a file gives."""

ARGS = FROM + 3


def positional(args: Mapping[str, Any]) -> list[str]:
    """The arguments that a file can give, in order."""
    return [name for name in args if name != REPEATED and not name.startswith("_")]


def bind(document: Document, row: Row, args: Mapping[str, Any]) -> dict[str, Any] | None:
    """The arguments of a row by name; None, and faults, where they do not fit."""
    names = positional(args)
    needed = [name for name in names if args[name] == "required"]
    if len(row.args) < len(needed):
        missing = ", ".join(needed[len(row.args) :])
        hint = f"{row.module} takes [{', '.join(names)}]"
        message = f"{row.module} needs {missing}: here {_are(len(row.args))}"
        document.fault("CNN012", (*row.path, ARGS), message, layer=row.name, hint=hint)
        return None
    if len(row.args) > len(names):
        hint = f"{row.module} takes [{', '.join(names)}]" if names else f"{row.module} takes []"
        message = f"{row.module} takes at most {len(names)} arguments: here {_are(len(row.args))}"
        document.fault("CNN011", (*row.path, ARGS, len(names)), message, layer=row.name, hint=hint)
        return None
    bound = {}
    legal = True
    for i, (name, value) in enumerate(zip(names, row.args, strict=False)):
        document.arguments[row.index, name] = (*row.path, ARGS, i)
        if value is None or value == "None":
            continue
        made = _value(value, args[name], name)
        if made is None:
            message = f"{name} (={shown(value)}) {_wanted(args[name])}"
            document.fault("CNN013", (*row.path, ARGS, i), message, layer=row.name)
            legal = False
        bound[name] = made
    return bound if legal else None


def widening(settings: Settings, written: int) -> list[str]:
    """How a width of the file becomes channels, step by step."""
    steps, value = [], written
    if written > settings.most:
        value = int(settings.most)
        steps.append(f"cut to the scale's most channels: min({written}, {value}) = {value}")
    scaled = value * settings.width
    if scaled != value:
        steps.append(f"width {settings.width:g}: {value} * {settings.width:g} = {scaled:g}")
    channels = settings.widened(written)
    if channels != scaled:
        steps.append(f"rounded up to a multiple of {WEIGHTS}: {channels}")
    if written == settings.classes and channels != written:
        steps.append("equal to nc, and scaled all the same: until 2026-07-19 such a width stayed as it was written")
    return steps or [f"{written}, as written"]


def _are(count: int) -> str:
    return {0: "are none", 1: "is 1"}.get(count, f"are {count}")


def _value(value: Any, default: Any, name: str) -> Any:
    """A value of the file as one of our language; None where it is none of the kind that is wanted."""
    if name == "act":
        if isinstance(value, bool):
            return default if value else "identity"
        return activation(value)
    if isinstance(value, str):
        value = _read(value)
    if isinstance(default, bool):
        return bool(value) if isinstance(value, int | Fraction) else None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        return value if value and all(isinstance(each, int | list) for each in value) else None
    return value if isinstance(value, int | Fraction) or value == "nc" or isinstance(default, str) else None


def _read(text: str) -> Any:
    """Text that is a number or a truth value for Python."""
    if text in ("True", "False"):
        return text == "True"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text  # noqa: PLR2004


def _wanted(default: Any) -> str:
    if isinstance(default, bool):
        return "must be True or False"
    return "must be a number, or a list of numbers"
