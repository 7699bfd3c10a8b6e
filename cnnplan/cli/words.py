"""Words of a command line that are read as they stand.

Typer reads every option by a model of pydantic that it makes for it, one that is not given too: pydantic and these
models take longer than a spec to check. A text is itself, a path is its text, and what is not given is its default;
whatever can be refused is left to typer.
"""

from __future__ import annotations

import os
from inspect import signature
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, get_args

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Command", "Group"]

UNREAD: Final = object()
"""Stands for what typer is to read."""


class Command(TyperCommand):
    """A command of typer that reads words as they stand where it can."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its options, and --help."""
        return _reading(super().get_params(ctx), self.callback)


class Group(TyperGroup):
    """A command of typer that has others, likewise."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The options in front of the command, and --help."""
        return _reading(super().get_params(ctx), self.callback)


def _reading(options: list[Any], function: Callable[..., Any] | None) -> list[Any]:
    """The options of a function; each reads words as they stand from the first time on."""
    new = [option for option in options if "process_value" not in vars(option)]
    noted = signature(function, eval_str=True).parameters if new and function else {}
    for option in new:
        annotation = noted[option.name].annotation if option.name in noted else bool  # typer's own are flags
        option.process_value = _reader(option, next(iter(get_args(annotation)), annotation))
    return options


def _reader(option: Any, kind: Any) -> Callable[[Any, Any], Any]:
    """What gives the value of an option of that kind, such as `Path | None`."""
    typers = option.process_value
    (kind,) = [each for each in get_args(kind) if each is not NoneType] if NoneType in get_args(kind) else [kind]

    def read(ctx: Any, word: Any) -> Any:
        value = _value(kind, word)
        if value is UNREAD or (option.required and not value):
            return typers(ctx, word)
        return option.callback(ctx, option, value) if option.callback else value

    return read


def _value(kind: Any, word: Any) -> Any:
    """The value of a word, or of several, or UNREAD."""
    of = get_args(kind)
    if of and isinstance(word, list | tuple):
        values = [_value(of[0], each) for each in word]
        return UNREAD if UNREAD in values else values
    if word is None:
        return [] if of else None
    if kind is Path and isinstance(word, str):
        return Path(word) if os.access(word, os.R_OK) or not os.path.lexists(word) else UNREAD
    return word if kind in {str, bool} and isinstance(word, kind) else UNREAD
