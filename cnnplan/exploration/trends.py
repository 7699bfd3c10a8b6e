"""Does a formula grow with a symbol? Proved from its form, or not at all.

Sizes are nondecreasing in the input size, since a floor of a growing numerator grows, and products of nonnegative
growing sizes grow. Kernels and strides work the other way, and what is neither is left undecided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Number
from cnnplan.sizes.forms.linear import Size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnnplan.sizes.forms.atoms import Atom
    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["Trends"]

GROWS, CONSTANT, FALLS = 1, 0, -1


class Trends:
    """How formulas move as some symbols grow together, the others being fixed.

    Args:
        symbols: those that grow.
        least: evaluates a size at the least values that matter; what grows and is not negative there never is.
    """

    def __init__(self, symbols: Iterable[str], least: Callable[[Count], Any]) -> None:
        self.symbols = frozenset(symbols)
        self.least = least
        self._known: dict[Any, int | None] = {}

    def of(self, value: Any) -> int | None:
        """1 if it never falls, -1 if it never grows, 0 if it stays, None if that is not known."""
        if isinstance(value, Number) or not value.symbols & self.symbols:
            return CONSTANT
        if value not in self._known:
            self._known[value] = self._size(value) if isinstance(value, Size) else self._count(value)
        return self._known[value]

    def _size(self, size: Size) -> int | None:
        return _sum(_signed(self._atom(atom), coef) for atom, coef in size.terms)

    def _count(self, count: Count) -> int | None:
        products = (_signed(self._product(monomial), coef) for monomial, coef in count.products.items())
        return _sum([*products, self.of(count.rest)])

    def _product(self, sizes: tuple[Size, ...]) -> int | None:
        """A product moves as its factors do, where none of them is ever negative."""
        trends = [self.of(size) for size in sizes]
        if not all(self._positive(size, trend) for size, trend in zip(sizes, trends, strict=True)):
            return None
        return _sum(trends)

    def _positive(self, size: Size, trend: int | None) -> bool:
        low = size.interval[0]
        return (low is not None and low >= 0) or (trend in (GROWS, CONSTANT) and self.least(size) >= 0)

    def _atom(self, atom: Atom) -> int | None:
        if not atom.symbols & self.symbols:
            return CONSTANT
        if atom.kind == "symbol":
            return GROWS
        if atom.kind == "floor":
            return self._quotient(*atom.args)
        if atom.kind == "make_divisible" and self.of(atom.args[1]) != CONSTANT:
            return None
        if atom.kind in ("maximum", "minimum", "round", "make_divisible", "scaled"):
            return _sum(self.of(arg) for arg in atom.args)
        return None

    def _quotient(self, numerator: Any, denominator: Any) -> int | None:
        below = denominator if isinstance(denominator, Number) else denominator.interval[0]
        if below is None or below <= 0:
            return None
        if self.of(denominator) == CONSTANT:
            return self.of(numerator)
        above = numerator if isinstance(numerator, Number) else numerator.interval[0]
        if above is None or above < 0:
            return None
        return _sum([self.of(numerator), _signed(self.of(denominator), -1)])


def _signed(trend: int | None, sign: Number) -> int | None:
    return None if trend is None else trend if sign > 0 else -trend


def _sum(trends: Iterable[int | None]) -> int | None:
    """What moves as all of these do."""
    found = set(trends) - {CONSTANT}
    return CONSTANT if not found else found.pop() if len(found) == 1 else None
