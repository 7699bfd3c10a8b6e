"""Interval arithmetic: what a size can be at least and at most, over the declared domains of its symbols."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from cnnplan.sizes.forms.doubles import floored

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.sizes.forms.rationals import Number

__all__ = ["Interval", "bounds_of", "plus", "power", "times"]

Interval: TypeAlias = "tuple[Number | None, Number | None]"
"""The least and the greatest value, None where there is none."""


def plus(left: Interval, right: Interval) -> Interval:
    """Bounds on a sum."""
    low = None if left[0] is None or right[0] is None else left[0] + right[0]
    high = None if left[1] is None or right[1] is None else left[1] + right[1]
    return low, high


def times(left: Interval, right: Interval) -> Interval:
    """Bounds on a product."""
    a, b = left
    c, d = right
    if a is not None and c is not None and a >= 0 and c >= 0:
        return a * c, _upper(b, d)
    if c is not None and c == d:
        return _scaled(left, c)
    if a is not None and a == b:
        return _scaled(right, a)
    corners = [_corner(x, y) for x in ((a, -1), (b, 1)) for y in ((c, -1), (d, 1))]
    finite = [value for value, _ in corners if value is not None]
    signs = {sign for value, sign in corners if value is None}
    return (None if -1 in signs else min(finite)), (None if 1 in signs else max(finite))


def _scaled(bounds: Interval, factor: Number) -> Interval:
    """Bounds on a multiple: by far most products are with a number."""
    low, high = (None if end is None else end * factor for end in bounds)
    return (low, high) if factor > 0 else (high, low) if factor else (0, 0)


def _upper(b: Number | None, d: Number | None) -> Number | None:
    """The greatest product of what is not negative: nothing times anything is nothing."""
    return 0 if 0 in (b, d) else None if b is None or d is None else b * d


def _corner(x: tuple[Number | None, int], y: tuple[Number | None, int]) -> tuple[Number | None, int]:
    """The product of two ends, each a number or, where that is None, infinity of a sign; the same of the product."""
    (a, toward), (b, away) = x, y
    if a is not None and b is not None:
        return a * b, 0
    if 0 in (a, b):
        return 0, 0
    left = toward if a is None else 1 if a > 0 else -1
    right = away if b is None else 1 if b > 0 else -1
    return None, left * right


def power(base: Interval, exponent: int) -> Interval:
    """Bounds on a power: one with an even exponent is never negative."""
    if exponent == 1:
        return base
    low, high = base
    bounds = _raised(low, exponent), _raised(high, exponent)
    if exponent % 2 or (low is not None and low >= 0):
        return bounds
    if high is not None and high <= 0:
        return bounds[1], bounds[0]
    return 0, None if None in bounds else max(bound for bound in bounds if bound is not None)


def _raised(value: Number | None, exponent: int) -> Number | None:
    return None if value is None else value**exponent


def bounds_of(kind: str, args: tuple[Any, ...]) -> Interval:
    """Bounds on a function of these arguments, numbers or counts."""
    return _RULES[kind](*[(arg, arg) if type(arg) is int else _interval(arg) for arg in args])


def _interval(arg: Any) -> Interval:
    found: Interval | None = getattr(arg, "interval", None)
    return (arg, arg) if found is None else found


def _floor(numerator: Interval, denominator: Interval) -> Interval:
    low, high = numerator
    least, greatest = denominator
    if least is None or least <= 0 or low is high is None:
        return None, None
    bottom = _floor_at_least(low, least, greatest)
    top = None if high is None else high // least if high >= 0 else None if greatest is None else high // greatest
    return bottom, (-1 if top is None and high is not None and high < 0 else top)


def _quotient(numerator: Interval, denominator: Interval) -> Interval:
    low, high = numerator
    least, greatest = denominator
    if least is None or least <= 0 or low is None or low < 0:
        return None, None
    return (0 if greatest is None else Fraction(low) / greatest), (None if high is None else Fraction(high) / least)


def _floor_at_least(low: Number | None, least: Number, greatest: Number | None) -> Number | None:
    if low is None or low < 0:
        return None if low is None else low // least
    return 0 if greatest is None else low // greatest


def _maximum(*intervals: Interval) -> Interval:
    lows = [low for low, _ in intervals if low is not None]
    highs = [high for _, high in intervals]
    return max(lows, default=None), None if None in highs else max(h for h in highs if h is not None)


def _minimum(*intervals: Interval) -> Interval:
    low, high = _maximum(*((_negative(high), _negative(low)) for low, high in intervals))
    return _negative(high), _negative(low)


def _negative(value: Number | None) -> Number | None:
    return None if value is None else -value


def _gcd(left: Interval, right: Interval) -> Interval:
    highs = [high for low, high in (left, right) if high is not None and low is not None and low > 0]
    positive = any(low is not None and low > 0 for low, _ in (left, right))
    return int(positive), min(highs, default=None)


def _rounded(value: Interval) -> Interval:
    low, high = value
    return None if low is None else round(low), None if high is None else round(high)


def _make_divisible(value: Interval, divisor: Interval) -> Interval:
    """At least the divisor and nine tenths of the value; at most one divisor above the value."""
    (low, high), (least, greatest) = value, divisor
    lows = [end for end in (least, None if low is None else -(-9 * low // 10)) if end is not None]
    return max(lows, default=None), None if high is None or greatest is None else max(high, 0) + greatest


def _scaled_size(value: Interval, scale: Interval) -> Interval:
    """It never falls in either."""
    (low, high), (least, greatest) = value, scale
    if low is None or low < 0 or least is None or least < 0:
        return None, None
    return floored(low, least), None if high is None or greatest is None else floored(high, greatest)


_RULES: dict[str, Callable[..., Interval]] = {
    "quotient": _quotient,
    "floor": _floor,
    "maximum": _maximum,
    "minimum": _minimum,
    "gcd": _gcd,
    "round": _rounded,
    "make_divisible": _make_divisible,
    "scaled": _scaled_size,
}
