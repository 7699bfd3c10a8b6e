"""Values at which a condition fails, found by trying: evidence for a message, never a proof of the opposite."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.lazy import has_numpy, np
from cnnplan.sizes.deciding.conditions import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnnplan.sizes import Condition, Domain, Number

__all__ = ["Trials", "pinned", "spelled"]

MOST_TRIED = 2_000
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
        """Values at which a condition fails; None where none was found."""
        names = tuple(sorted(condition.symbols))
        sample = self._samples.get(names)
        if sample is None:
            sample = self._samples[names] = self._sample(names)
        rows = sample.rows
        if not isinstance(condition, Comparison) or not has_numpy():
            return next((at for row in rows if not condition.holds(at := dict(zip(names, row, strict=True)))), None)
        differences = condition.difference.at(sample.columns, sample.memo)
        fails = differences != 0 if condition.operator == "==" else differences < 0
        return dict(zip(names, rows[int(np.argmax(fails))], strict=True)) if np.any(fails) else None

    def _sample(self, names: tuple[str, ...]) -> Sample:
        rows = _rows([_options(self.domains[name], self.values.get(name)) for name in names])
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        if not has_numpy():
            return Sample(rows, {}, {})
        return Sample(rows, {name: _array(column) for name, column in zip(names, columns, strict=True)}, {})


class Sample(NamedTuple):
    """Values of some symbols: by trial, by symbol, and what was computed of them."""

    rows: list[tuple[Number, ...]]
    columns: dict[str, Any]
    memo: dict[Any, Any]


def _rows(options: Sequence[Sequence[Number]]) -> list[tuple[Number, ...]]:
    """One symbol moved at a time; then all combinations, or some of them where they are many."""
    if not all(options):
        return []
    today = [option[0] for option in options]
    corners = [tuple(map(min, options)), tuple(map(max, options))]
    moved = [(*today[:i], value, *today[i + 1 :]) for i, option in enumerate(options) for value in option] + corners
    if prod(map(len, options)) <= MOST_TRIED:
        return [*moved, *product(*options)]
    draw = Random(0)  # noqa: S311 - the same sample every time
    return [*moved, *(tuple([draw.choice(option) for option in options]) for _ in range(MOST_TRIED))]


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
