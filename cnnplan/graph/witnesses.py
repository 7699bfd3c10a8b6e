"""Values at which a condition fails, found by trying: evidence for a message, never a proof of the opposite."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, product
from math import prod
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from cnnplan.lazy import has_numpy, np
from cnnplan.sizes.deciding.conditions import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnnplan.sizes import Condition, Domain, Number

    Row: TypeAlias = tuple[Number, ...]

__all__ = ["Trials", "pinned", "spelled"]

MOST_TRIED = 2_000
FIRST_TRIED = 64
"""Values that are tried together at first; then four times as many, and so on."""

FRACTIONS = ("1", "0.25", "0.33", "0.35", "0.5", "0.67", "0.75", "1.25", "1.33", "1.4", "1.5", "1.75", "2", "3", "4")
"""Width multipliers that people use."""


class Trials:
    """The values at which conditions are tried, the same for all that are on the same symbols.

    Args:
        domains: what the symbols may be.
        values: what they are today; these are tried first.
    """

    def __init__(self, domains: Mapping[str, Domain], values: Mapping[str, Any]) -> None:
        self.domains = domains
        self.values = values
        self._samples: dict[tuple[str, ...], Sample] = {}

    def failure(self, condition: Condition) -> dict[str, Any] | None:
        """Values at which a condition fails, the first that are tried; None where none was found."""
        names = tuple(sorted(condition.symbols))
        sample = self._samples.get(names)
        if sample is None:
            options = [_options(self.domains[name], self.values.get(name)) for name in names]
            sample = self._samples[names] = Sample(names, _rows(options))
        for trial in sample:
            row = trial.failure(names, condition)
            if row is not None:
                return dict(zip(names, row, strict=True))
        return None


class Sample:
    """Values of some symbols in the order in which they are tried, some at a time: most conditions fail early or never.

    Args:
        names: of the symbols.
        rows: their values, made when they are asked for.
    """

    def __init__(self, names: Sequence[str], rows: Iterator[Row]) -> None:
        self._names = names
        self._left = rows
        self._trials: list[Trial] = []

    def __iter__(self) -> Iterator[Trial]:
        yield from self._trials
        while rows := [*islice(self._left, FIRST_TRIED * 4 ** len(self._trials))]:
            columns = zip(self._names, zip(*rows, strict=True), strict=True)
            self._trials.append(Trial(rows, {n: _array(c) for n, c in columns} if has_numpy() else {}, {}))
            yield self._trials[-1]


class Trial(NamedTuple):
    """Values of some symbols: by row, by symbol, and what was computed of them."""

    rows: list[Row]
    columns: dict[str, Any]
    memo: dict[Any, Any]

    def failure(self, names: Sequence[str], condition: Condition) -> Row | None:
        """The first row at which a condition fails."""
        if not isinstance(condition, Comparison) or not has_numpy():
            return next((row for row in self.rows if not condition.holds(dict(zip(names, row, strict=True)))), None)
        differences = condition.difference.at(self.columns, self.memo)
        fails = differences != 0 if condition.operator == "==" else differences < 0
        return self.rows[int(np.argmax(fails))] if np.any(fails) else None


def _rows(options: Sequence[Sequence[Number]]) -> Iterator[Row]:
    """One symbol moved at a time; then all combinations, or some of them where they are many."""
    if not all(options):
        return
    today = [option[0] for option in options]
    yield from ((*today[:i], value, *today[i + 1 :]) for i, option in enumerate(options) for value in option)
    yield from (tuple(map(min, options)), tuple(map(max, options)))
    if prod(map(len, options)) <= MOST_TRIED:
        yield from product(*options)
    else:
        draw = Random(0)  # noqa: S311 - the same sample every time
        yield from (tuple([draw.choice(option) for option in options]) for _ in range(MOST_TRIED))


def _array(column: Sequence[Number]) -> Any:
    return np.array(column, dtype=int if all(type(value) is int for value in column) else object)


def _options(domain: Domain, today: Number | None) -> list[Number]:
    """Values of one domain that are worth a try."""
    return list(dict.fromkeys(value for value in ([today] if today is not None else []) + [*_few(domain)]))


def _few(domain: Domain) -> Iterable[Number]:
    if domain.choices is not None:
        return sorted(domain.choices)
    if not domain.integer:
        return (value for value in map(Fraction, FRACTIONS) if value in domain)
    low = int(domain.low or 0)
    high = low + 200 * domain.multiple_of
    return range(low, high if domain.high is None else min(high, int(domain.high)) + 1, domain.multiple_of)


def pinned(values: Mapping[str, Any]) -> str:
    """Values as a text: `H = 17, w = 1.33`."""
    return ", ".join(f"{name} = {spelled(value)}" for name, value in values.items())


def spelled(value: Any) -> str:
    """A number as people write it: 1.33 rather than 133/100, where decimals can say it."""
    if not isinstance(value, Fraction) or value.denominator == 1:
        return str(value)
    digits = next((n for n in range(1, 13) if (value * 10**n).denominator == 1), None)
    return str(value) if digits is None else f"{float(value):.{digits}f}"
