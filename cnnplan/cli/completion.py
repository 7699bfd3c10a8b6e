"""What a shell offers after Tab: symbols and their choices, layers, and words that are known beforehand."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import typer  # noqa: TC002 - typer reads the types of these functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["layers", "settings", "words_of"]


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
