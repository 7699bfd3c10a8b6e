"""What a shell offers after Tab: symbols and their choices, layers, and words that are known beforehand."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout, suppress
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

import typer  # noqa: TC002 - typer reads the types of these functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["answering_bash", "layers", "settings", "words_of"]


BREAKS: Final = (":", "=")
"""What bash takes for the end of a word: `example:resnet` is three of them, `variant=resnet18` too."""


def answering_bash(program: Callable[[], object]) -> None:
    """Answer bash: its words are put together, and what it holds for written already is left out of the answer."""
    text = os.environ["COMP_WORDS"]
    words, cursor, written = _whole(text.split("\n" if "\n" in text else " "), int(os.environ["COMP_CWORD"]))
    os.environ.update(COMP_WORDS="\n".join(words), COMP_CWORD=str(cursor))
    with redirect_stdout(StringIO()) as told, suppress(SystemExit):
        program()
    sys.stdout.write("".join(f"{line[written:]}\n" for line in told.getvalue().splitlines()))


def _whole(words: list[str], cursor: int) -> tuple[list[str], int, int]:
    """The words as they stand on the line, which of them the cursor is in, and how much of that bash has behind it."""
    whole: list[str] = []
    place, written = len(words), 0
    for number, word in enumerate(words):
        if whole and (word in BREAKS or whole[-1].endswith(BREAKS)) and not word.startswith("-"):
            whole[-1] += word
        else:
            whole.append(word)
        if number == cursor:
            place, written = len(whole) - 1, len(whole[-1]) - len(word) * (word not in BREAKS)
    return (whole, place, written) if cursor < len(words) else (whole, len(whole), 0)


def words_of(words: Iterable[str]) -> Callable[[str], list[str]]:
    """Offer words that are known beforehand."""

    def offer(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete)]

    return offer


def settings(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the symbols of the spec, `H=`; behind the sign of one with choices, these."""
    with suppress(Exception):
        offers = [
            f"{name}={label}"
            for name, symbol in _spec(ctx).symbols.items()
            for label in (symbol.choices or ("",) if "=" in incomplete else ("",))
        ]
        return [offer for offer in offers if offer.startswith(incomplete)]
    return []


def layers(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the layers and blocks of the spec, level by level."""
    with suppress(Exception):
        from cnnplan.plan import plan_spec  # noqa: PLC0415

        level = incomplete.count(".") + 1
        names = (".".join(name.split(".")[:level]) for name in plan_spec(_spec(ctx), partial=True).nodes)
        return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]
    return []


def _spec(ctx: typer.Context) -> Any:
    """The spec that the command line names so far; any trouble with it is for the command to tell."""
    from cnnplan.translation import load_spec  # noqa: PLC0415

    read = (ctx.params.get(name) for name in ("spec", "specs", "paths", "subject"))
    given = next((one for one in read if one), ctx.args)  # in front of an option without a value, nothing is read yet
    return load_spec(given if isinstance(given, str) else given[0], partial=True)
