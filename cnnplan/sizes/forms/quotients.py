"""Quotients that are exact, and what can be said to be whole by looking at it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.algebra import combine
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.sizes.forms.expansion import Monomial
    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["exact_quotient", "is_integral", "is_positive"]


def exact_quotient(numerator: Any, denominator: Any) -> Any:
    """The quotient where the denominator divides factor by factor, else None; a fraction may remain as a factor."""
    if is_number(denominator):
        return numerator * Fraction(1, denominator)
    if is_number(numerator):
        return 0 if numerator == 0 else None
    if numerator == denominator:
        return 1
    factors = denominator.factors
    return _cancelled(numerator, *factors[0]) if len(factors) == 1 else None


def _cancelled(numerator: Count, factors: Monomial, content: Number) -> Any:
    """The numerator with these factors taken out of every term; None where one does not hold them all."""
    products = numerator.products
    if products and any(products.shared.count(factor) < factors.count(factor) for factor in factors):
        return None
    quotients = []
    for monomial, coef in numerator.factors:
        left = list(monomial)
        if any(left.count(factor) < factors.count(factor) for factor in factors):
            return None
        for factor in factors:
            left.remove(factor)
        quotients.append((_product(left, Fraction(coef) / content), 1))
    return combine(quotients)


def _product(sizes: Sequence[Size], coef: Number) -> Any:
    value: Any = coef
    for size in sizes:
        value = size * value
    return value


def is_integral(value: Any) -> bool:
    """Whether a number or count is a whole number for every value of its symbols, as far as its form tells."""
    if is_number(value):
        return value.denominator == 1
    if isinstance(value, Size):
        return value.is_integer
    return value.products.is_whole and is_integral(value.rest)


def is_positive(value: Any) -> bool:
    """Whether a number or count is known to be above 0."""
    low = value if is_number(value) else value.interval[0]
    return low is not None and low > 0
