"""Declared values at which a promise is broken: few values are all tried, of many those that are worth a try."""

from __future__ import annotations

from itertools import islice, product
from math import prod
from random import Random
from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Membership, every
from cnnplan.sizes.deciding.conditions import All

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnnplan.sizes import Condition
    from cnnplan.spec import Spec

__all__ = ["Search"]

MOST_CASES = 20_000
"""Combinations of declared values that are all tried, which is a proof."""

FEW, SOME = 64, 3_000
"""Values of one symbol, and combinations, that are tried where there are more."""


class Search:
    """Looks for values of the symbols of one spec.

    Args:
        spec: where they are declared.
        values: what they are today.
        pinned: what they are in this promise.
    """

    def __init__(self, spec: Spec, values: Mapping[str, Any], pinned: Mapping[str, Any]) -> None:
        self.spec = spec
        self.values = values
        self.pinned = pinned

    def failure(
        self, condition: Condition, given: Sequence[Condition], taken: Sequence[Condition]
    ) -> tuple[dict[str, Any] | None, bool]:
        """Values at which a condition fails though others hold; and whether there are none, all being tried.

        Args:
            condition: what is promised.
            given: what is known of its symbols.
            taken: what the values must meet in any case.
        """
        symbols = condition.symbols.union(*(each.symbols for each in taken))
        related = _related(symbols, [*given, *taken])
        names = sorted(symbols.union(*(each.symbols for each in related)))
        known = every(each for each in related)
        parts = known.parts if isinstance(known, All) else (known,)
        members = {part.symbol: part for part in parts if isinstance(part, Membership)}
        every_value = [self._every(name, members.get(name)) for name in names]
        limits = [self._turned(*pair) for pair in zip(names, every_value, strict=True)]
        is_all = prod(map(len, limits)) <= MOST_CASES
        cases = product(*limits) if is_all else self._some([self._worth(values) for values in limits])
        for case in cases:
            at = dict(zip(names, case, strict=True))
            memo: dict[Any, Any] = {}
            if not condition.holds(at, memo) and all(each.holds(at, memo) for each in related):
                return at, False
        return None, is_all

    def _turned(self, name: str, values: Iterable[Any]) -> list[Any]:
        """Values from that of today on, then those before it."""
        found = [*islice(values, MOST_CASES + 1)]
        place = found.index(self.values[name]) if self.values.get(name) in found else 0
        return found[place:] + found[:place]

    def _every(self, name: str, member: Membership | None) -> Iterator[Any]:
        """All declared values of a symbol that a condition allows."""
        if name in self.pinned:
            yield self.pinned[name]
            return
        symbol = self.spec.symbols[name]
        if not symbol.numeric:
            yield from (symbol.choices or {}).values()
            return
        domain = symbol.domain()
        if domain.choices is not None:
            yield from domain.choices
            return
        if not domain.integer:
            yield from dict.fromkeys(v for v in (self.values.get(name), domain.low, domain.high) if v is not None)
            yield from [0] * MOST_CASES  # there are more values than can be tried
            return
        low = int(domain.low) if domain.low is not None else -MOST_CASES
        stop = low + MOST_CASES * domain.multiple_of * 64 if domain.high is None else int(domain.high) + 1
        found: Iterable[int] = range(low, stop, domain.multiple_of) if member is None else member.members.members(stop)
        yield from (value for value in found if value in domain)

    @staticmethod
    def _worth(values: Sequence[Any]) -> list[Any]:
        """Those of many values that are worth a try: from today's on, the least and the greatest, some between."""
        step, ordered = max(1, len(values) // FEW), sorted(values)
        return list(dict.fromkeys([*values[:FEW], *ordered[:FEW], *ordered[::step], *ordered[-2:]]))

    @staticmethod
    def _some(options: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
        """One symbol moved at a time; then combinations."""
        if not all(options):
            return
        today = [option[0] for option in options]
        yield from ((*today[:i], value, *today[i + 1 :]) for i, option in enumerate(options) for value in option)
        draw = Random(0)  # noqa: S311 - the same sample every time
        yield from (tuple([draw.choice(option) for option in options]) for _ in range(SOME))


def _related(symbols: frozenset[str], given: Sequence[Condition]) -> list[Condition]:
    """The conditions that share symbols with these, directly or by others."""
    found: list[Condition] = []
    while True:
        more = [each for each in given if each not in found and each.symbols & symbols]
        if not more:
            return found
        found += more
        symbols = symbols.union(*(each.symbols for each in more))
