"""The arithmetic that operators and expressions are written in: ints and symbolic sizes alike."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.atoms import Number, whole
from cnnplan.sizes.polynomials import Count, Size, combine

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "absolute",
    "ceil",
    "ceil_div",
    "exact_div",
    "floor",
    "floor_div",
    "gcd",
    "make_divisible",
    "maximum",
    "minimum",
    "prod",
    "round_half_even",
    "total",
]


def floor_div(numerator: Any, denominator: Any) -> Any:
    """floor(numerator / denominator)."""
    return numerator // denominator


def ceil_div(numerator: Any, denominator: Any) -> Any:
    """ceil(numerator / denominator)."""
    if isinstance(numerator, Count) and type(denominator) is int and numerator.products is not None:
        simple = numerator if isinstance(numerator, Size) else numerator.simplified()
        if isinstance(simple, Size) and simple.is_integer:
            return (simple + (denominator - 1)) // denominator
    return -(-numerator // denominator)


def exact_div(numerator: Any, denominator: Any) -> Any:
    """The quotient; where it may leave a remainder, its floor (require `divides` as well)."""
    if isinstance(numerator, Number) and isinstance(denominator, Number):
        return numerator // denominator
    context = (numerator if isinstance(numerator, Count) else denominator).context
    return context.exact_div(numerator, denominator)


def floor(value: Any) -> Any:
    """The greatest integer that is not above the value."""
    return value // 1


def ceil(value: Any) -> Any:
    """The least integer that is not below the value."""
    return ceil_div(value, 1)


def round_half_even(value: Any) -> Any:
    """The nearest integer, the even one of two that are equally near, as Python rounds."""
    if isinstance(value, Number):
        return round(value)
    if isinstance(value, Size) and value.is_integer:
        return value
    return value.context.atom("round", value)


def absolute(value: Any) -> Any:
    """The distance from 0."""
    return abs(value) if isinstance(value, Number) else maximum(value, -value)


def maximum(*values: Any) -> Any:
    """The greatest of the values."""
    return reduce(_greater, values)


def minimum(*values: Any) -> Any:
    """The least of the values."""
    return reduce(_smaller, values)


def _greater(left: Any, right: Any) -> Any:
    return _chosen("maximum", left, right)


def _smaller(left: Any, right: Any) -> Any:
    return _chosen("minimum", left, right)


def _chosen(kind: str, left: Any, right: Any) -> Any:
    if isinstance(left, Number) and isinstance(right, Number):
        return max(left, right) if kind == "maximum" else min(left, right)
    context = (left if isinstance(left, Count) else right).context
    verdict = context.at_least(left, right).verdict
    if verdict is None and context.at_least(right, left).verdict:
        verdict = False
    if verdict is None:
        ordered = (left, right) if str(left) <= str(right) else (right, left)
        return context.atom(kind, *ordered)
    return left if verdict == (kind == "maximum") else right


def gcd(left: Any, right: Any) -> Any:
    """The greatest common divisor."""
    if isinstance(left, Number) and isinstance(right, Number):
        return math.gcd(int(left), int(right))
    if isinstance(left, Number):
        left, right = right, left
    if isinstance(right, Number) and isinstance(left, Size):
        left = _remainder(left, int(right))
        if isinstance(left, Number):
            return math.gcd(int(left), int(right))
    return left if left == right else left.context.atom("gcd", left, right)


def _remainder(size: Size, divisor: int) -> Any:
    """The size with what is a multiple of the divisor left out."""
    return combine(
        [(size.context.size(((atom, 1),), 0), coef % divisor) for atom, coef in size.terms]
        + [(size.const % divisor, 1)]
    )


def prod(values: Iterable[Any]) -> Any:
    """The product, 1 if there is nothing to multiply."""
    product: Any = 1
    for value in values:
        product = product * value
    return product


def total(values: Iterable[Any]) -> Any:
    """The sum, 0 if there is nothing to add."""
    return combine((value, 1) for value in values)


def make_divisible(value: Any, divisor: int) -> Any:
    """The multiple of `divisor` nearest to the value, not more than a tenth below it, at least `divisor`.

    Source: MobileNet's reference code (`_make_divisible`).
    """
    if isinstance(value, Count):
        return value.context.atom("make_divisible", value, divisor)
    nearest = max(divisor, math.floor(value + Fraction(divisor, 2)) // divisor * divisor)
    return whole(nearest + divisor if 10 * nearest < 9 * value else nearest)
