"""Values at which a condition fails, found by trying: evidence for a message, never a proof of the opposite."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnplan.sizes import Condition, Domain, Number

__all__ = ["failure", "pinned", "spelled"]

MOST_TRIED = 20_000
FRACTIONS = ("1", "0.25", "0.33", "0.35", "0.5", "0.67", "0.75", "1.25", "1.33", "1.4", "1.5", "1.75", "2", "3", "4")
"""Width multipliers that people use."""


def failure(condition: Condition, domains: Mapping[str, Domain], values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Values of the declared domains at which a condition fails, those of today first; None where none was found."""
    names = sorted(condition.symbols)
    options = [_options(domains[name], values.get(name)) for name in names]
    for case in islice(product(*options), MOST_TRIED):
        at = dict(zip(names, case, strict=True))
        if not condition.holds(at):
            return at
    return None


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
