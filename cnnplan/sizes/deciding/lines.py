"""Two straight lines that hold a size of one symbol between them: what decides most comparisons at a glance.

A floor of an integer by c is less than one below its fraction: `(n - c + 1)/c <= floor(n/c) <= n/c`. So a size that is
built of one symbol by floors runs between two lines of one slope, `slope*H + low <= size <= slope*H + high`, and what
is whole and above -1 is not negative. Only where the lines lie on both sides of 0 need a value be looked at, and with
a slope these are few, however long the period is. The symbol is counted in units of what it is a multiple of.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.lazy import has_numpy, np
from cnnplan.sizes.deciding.sets import LARGEST_PERIOD, IntegerSet, runs_of
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.sizes.forms.atoms import Atom

__all__ = ["Lines", "lines"]

FEW = 256
"""Values between the lines that are looked at one by one; more are left to NumPy."""


class Lines(NamedTuple):
    """The lines below and above a function of one symbol: `slope * symbol + low` and `slope * symbol + high`."""

    slope: Number
    low: Number
    high: Number

    def nonnegative(self, value: Any, symbol: str, base: int) -> IntegerSet | None:
        """Where an integer function from base on is 0 or more; None where the lines do not tell."""
        if not self.slope:
            return _everywhere(base, self.low > -1) if self.low > -1 or self.high < 0 else None
        doubtful = self._between(base)
        if doubtful is None:
            return None
        rises, scale = self.slope > 0, value.context.domain(symbol).scale
        early = _where(doubtful, lambda n: (value.at({symbol: n * scale}) >= 0) == rises)
        found = IntegerSet(base, early, doubtful.stop, 1, frozenset((0,))).normal()
        return found if rises else found.complement()

    def zeros(self, value: Any, symbol: str, base: int) -> IntegerSet | None:
        """Where an integer function from base on is 0; None where the lines do not tell."""
        if not self.slope:
            return None if self.low <= 0 <= self.high else IntegerSet.finite(base, ())
        doubtful = self._between(base)
        if doubtful is None:
            return None
        scale = value.context.domain(symbol).scale
        early = _where(doubtful, lambda n: value.at({symbol: n * scale}) == 0)
        return IntegerSet(base, early, doubtful.stop, 1, frozenset()).normal()

    def _between(self, base: int) -> range | None:
        """The values from base on at which the lines lie on both sides of 0; None where they are many."""
        first, last = sorted((-self.low / Fraction(self.slope), -self.high / Fraction(self.slope)))
        doubtful = range(max(base, ceil(first)), max(base, floor(last) + 1))
        return doubtful if doubtful.stop - doubtful.start <= LARGEST_PERIOD else None  # len() takes no larger ones


def lines(value: Any) -> Lines | None:
    """The lines of an integer size of one symbol; None where it is of other functions than floors by numbers."""
    if is_number(value):
        return Lines(0, value, value)
    if not isinstance(value, Size) or not value.is_integer:
        return None
    slope = low = high = Fraction(0)
    for atom, coef in value.terms:
        found = _of(atom)
        if found is None:
            return None
        below, above = (found.low, found.high) if coef > 0 else (found.high, found.low)
        slope, low, high = slope + coef * found.slope, low + coef * below, high + coef * above
    return Lines(slope, low + value.const, high + value.const)


def _of(atom: Atom) -> Lines | None:
    """The lines of a symbol or a floor, found once."""
    memo = atom.context.memo
    key = ("lines", atom)
    if key not in memo:
        rule = _RULES.get(atom.kind)
        memo[key] = None if rule is None else rule(*atom.args)
    return memo[key]  # type: ignore[no-any-return]


def _symbol(_name: str) -> Lines:
    return Lines(1, 0, 0)


def _floor(numerator: Any, denominator: Any) -> Lines | None:
    inner = lines(numerator)
    if inner is None or type(denominator) is not int or denominator < 1:
        return None
    slope, low, high = inner.slope, inner.low - (denominator - 1), inner.high
    return Lines(Fraction(slope) / denominator, Fraction(low) / denominator, Fraction(high) / denominator)


def _scaled(value: Any, scale: Any) -> Lines | None:
    """A product of doubles is the exact floor or one less, where that is the product itself."""
    inner = lines(value)
    if inner is None or not isinstance(scale, Number):
        return None
    return Lines(scale * inner.slope, scale * inner.low - 1, scale * inner.high)


_RULES: dict[str, Callable[..., Lines | None]] = {"symbol": _symbol, "floor": _floor, "scaled": _scaled}


def _where(points: range, holds: Callable[[Any], Any]) -> tuple[tuple[int, int], ...]:
    """The unbroken rows of points at which a function holds, which takes numbers and arrays."""
    if len(points) <= FEW or not has_numpy():
        return runs_of(filter(holds, points))
    inside = np.concatenate(([False], holds(np.arange(points.start, points.stop)), [False]))
    ends = np.flatnonzero(inside[1:] != inside[:-1]) + points.start
    return tuple((int(first), int(stop) - 1) for first, stop in ends.reshape(-1, 2))


def _everywhere(base: int, holds: bool) -> IntegerSet:  # noqa: FBT001 - it is the one thing there is to say
    return IntegerSet.at_least(base, base) if holds else IntegerSet.finite(base, ())
