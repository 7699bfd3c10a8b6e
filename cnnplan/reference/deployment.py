"""What was measured of runtimes, as the page about deployment shows it: operator by runtime, then fact by fact."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from cnnplan.runtimes import RUNTIMES, Effect, runtime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.runtimes import Fact, Runtime

__all__ = ["differences", "overview"]

LETTERS = {Effect.REFUSED: "r", Effect.SIZE: "s", Effect.VALUES: "v"}
WIDTH = 116


def overview() -> str:
    """A row for each operator, a column for each runtime: `=` where nothing differs, letters for what does."""
    every = [runtime(name) for name in RUNTIMES]
    verbs = sorted({verb for where in every for verb in where.measured})
    wide = max(map(len, verbs))
    heads = [f"    {number:>2}  {where.title} {_versions(where)}" for number, where in enumerate(every, 1)]
    rows = ["    " + " " * wide + "".join(f"{number:>5}" for number in range(1, len(every) + 1))]
    rows += [f"    {verb:<{wide}}" + "".join(f"{_letters(where, verb):>5}" for where in every) for verb in verbs]
    return "\n".join([*heads, "", *rows])


def _versions(where: Runtime) -> str:
    first, *others = where.versions.items()
    return f"{first[1]}" + "".join(f", {name} {version}" for name, version in others)


def _letters(where: Runtime, verb: str) -> str:
    if verb not in where.measured:
        return "."
    effects = {fact.effect for fact in where.facts if verb in fact.verbs}
    return "".join(letter for effect, letter in LETTERS.items() if effect in effects) or "="


def differences() -> str:
    """Every fact, operator by operator, with the runtimes where it is one and what is the same everywhere."""
    every = [runtime(name) for name in RUNTIMES]
    verbs = sorted({verb for where in every for fact in where.facts for verb in fact.verbs})
    return "\n\n".join(f"**{verb}**\n\n" + "\n".join(_told(verb, every)) for verb in verbs)


def _told(verb: str, every: Iterable[Runtime]) -> Iterable[str]:
    """The facts about an operator, each once."""
    found: dict[tuple[str, Effect, str], list[str]] = {}
    for where in every:
        for fact in where.facts:
            if verb in fact.verbs:
                found.setdefault((_said(fact), fact.effect, fact.instead), []).append(where.title)
    order = [*Effect]
    for (says, effect, instead), titles in sorted(found.items(), key=lambda each: order.index(each[0][1])):
        names = ", ".join(dict.fromkeys(titles))
        text = f"* {effect}: {names} {says}. Instead: {instead}."
        yield fill(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)


def _said(fact: Fact) -> str:
    low, high = fact.opsets
    if "opset" in fact.says or (low, high) == (1, 99):
        return fact.says
    return f"{fact.says} (opset {low} to {high})" if low > 1 else f"{fact.says} (up to opset {high})"
