"""Options that several commands have, and how their values are read."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnplan.cli.completion import settings
from cnnplan.errors import UsageError

__all__ = ["Convention", "Output", "Paths", "Settings", "Spec", "Values", "bound", "pairs", "words"]

Spec = Annotated[str, typer.Argument(metavar="SPEC", help="The YAML file of a network.")]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="YAML files, and folders of them.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, all or nothing.")]
Settings = Annotated[
    list[str],
    typer.Option("--set", metavar="SYMBOL=VALUE", help="Give a symbol a value.", autocompletion=settings),
]

Convention = Annotated[
    str,
    typer.Option(
        "--convention",
        metavar="TOOL",
        help="As torch, fvcore, thop, ptflops, torchinfo, calflops or pycls counts.",
    ),
]

Values = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="SYMBOL=VALUES",
        help="A value, several (1,2,4), a range (128:320:32), or a symbol.",
        autocompletion=settings,
    ),
]


def words(text: str) -> tuple[str, ...]:
    """`CNN210,CNN3` as its words."""
    return tuple(filter(None, (word.strip() for word in text.split(","))))


def pairs(given: list[str]) -> dict[str, str]:
    """What stands right of the equals signs of `--set`, by symbol, unread."""
    return dict(map(_halves, given))


def bound(given: list[str]) -> dict[str, Any]:
    """The values of `--set` by symbol."""
    return dict(map(_setting, given))


def _halves(text: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        raise UsageError(f"--set {text}: write SYMBOL=VALUE, as in --set H=320")
    return name, value


def _setting(text: str) -> tuple[str, Any]:
    """`H=320` as a name and a value: a whole number, a decimal as an exact fraction, or the name of a choice."""
    name, value = _halves(text)
    with suppress(ValueError):
        return name, int(value)
    with suppress(ValueError, ZeroDivisionError):
        from fractions import Fraction  # noqa: PLC0415

        return name, Fraction(value)
    return name, value
