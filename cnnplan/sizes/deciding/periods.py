"""Functions that repeat with a slope, f(H + P) = f(H) + Q, and where they are zero or not negative: exactly.

The class holds every size of a convolutional network in one symbol. What is declared a multiple of a number is counted
in units of it, here and in all that is found here. It is closed under sums, whole multiples, floor
division, remainders and gcd with a number, and under max and min of equal slopes.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import has_numpy, np
from cnnplan.sizes.deciding.lines import lines
from cnnplan.sizes.deciding.sets import LARGEST_PERIOD, IntegerSet
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.sizes.forms.atoms import Atom
    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["nonnegative_set", "period", "values_at", "zero_set"]

Period = tuple[int, Number]
LONGEST_LIST = 4096
"""Longer tables are made with NumPy."""


def period(value: Any) -> Period | None:
    """P and Q of a function of one symbol; None where it is not of the class, or P is too large."""
    if is_number(value):
        return 1, 0
    if not isinstance(value, Size):
        return _period_of_count(value)
    return _joint([(period_of_atom(atom), coef) for atom, coef in value.terms])


def _joint(parts: list[tuple[Period | None, Number]]) -> Period | None:
    """The period of a sum of multiples."""
    length = 1
    gain: Number = 0
    for found, _ in parts:
        if found is None:
            return None
        length = lcm(length, found[0])
    if length > LARGEST_PERIOD:
        return None
    for found, coef in parts:
        if found is not None:
            gain += found[1] * coef * (length // found[0])
    return length, gain


def _period_of_count(count: Count) -> Period | None:
    """Of a polynomial: only where every product repeats without a slope."""
    parts: list[tuple[Period | None, Number]] = [(period(count.rest), 1)]
    for monomial in count.products:
        found = _joint([(period(size), 1) for size in monomial])
        if found is None or any((period(size) or (1, 1))[1] for size in monomial):
            return None
        parts.append(((found[0], 0), 1))
    return _joint(parts)


def period_of_atom(atom: Atom) -> Period | None:
    """Of a symbol, a floor, or another function."""
    key = ("period", atom)
    memo = atom.context.memo
    if key not in memo:
        memo[key] = _RULES[atom.kind](*atom.args)
    return memo[key]  # type: ignore[no-any-return]


def _symbol(_name: str) -> Period:
    return 1, 1


def _floor(numerator: Any, denominator: Any) -> Period | None:
    inner = period(numerator)
    if inner is None or not is_number(denominator):
        return None
    length, gain = inner
    if type(gain) is int and type(denominator) is int:
        common = gcd(gain, denominator)
        length *= denominator // common
        return (length, gain // common) if length <= LARGEST_PERIOD else None
    return _until_multiple(inner, denominator, 1 / Fraction(denominator))


def _until_multiple(inner: Period, step: Number, scale: Number) -> Period | None:
    """The period after which the inner function has grown by a multiple of step; its gain is scaled."""
    length, gain = inner
    ratio = Fraction(gain) / Fraction(step)
    repeats = ratio.denominator
    return (length * repeats, gain * repeats * scale) if length * repeats <= LARGEST_PERIOD else None


def _extreme(left: Any, right: Any) -> Period | None:
    a, b = period(left), period(right)
    if a is None or b is None or a[1] * b[0] != b[1] * a[0]:
        return None
    length = lcm(a[0], b[0])
    return (length, Fraction(a[1]) * (length // a[0])) if length <= LARGEST_PERIOD else None


def _gcd(left: Any, right: Any) -> Period | None:
    inner = period(left)
    if inner is None or not is_number(right):
        return None
    return _until_multiple(inner, right, 0)


def _round(value: Any) -> Period | None:
    inner = period(value)
    return None if inner is None else _until_multiple(inner, 2, 1)


def _unknown(*_args: Any) -> None:
    return None


_RULES: dict[str, Callable[..., Period | None]] = {
    "symbol": _symbol,
    "floor": _floor,
    "quotient": _unknown,
    "maximum": _extreme,
    "minimum": _extreme,
    "gcd": _gcd,
    "round": _round,
    "make_divisible": _unknown,
    "scaled": _unknown,
}


def values_at(value: Any, symbol: str, points: range) -> list[Any]:
    """The values at consecutive points."""
    if is_number(value):
        return [value] * len(points)
    if len(points) > LONGEST_LIST and has_numpy():
        return value.at({symbol: np.arange(points.start, points.stop) * _scale(value, symbol)}).tolist()  # type: ignore[no-any-return]
    if not isinstance(value, Size) or any(coef.denominator != 1 for _, coef in value.terms):
        return [value.at({symbol: point * _scale(value, symbol)}) for point in points]
    column = [value.const] * len(points)
    for atom, coef in value.terms:
        column = [total + coef * x for total, x in zip(column, _column(atom, symbol, points), strict=True)]
    return column


def _scale(value: Count, symbol: str) -> int:
    return value.context.domain(symbol).scale


def _column(atom: Atom, symbol: str, points: range) -> list[Any]:
    if atom.kind == "symbol":
        return list(points)
    key = ("column", atom, points)
    memo = atom.context.memo
    if key not in memo:
        if atom.kind == "floor" and isinstance(atom.args[1], int):
            divisor = atom.args[1]
            memo[key] = [x // divisor for x in values_at(atom.args[0], symbol, points)]
        else:
            size, scale = atom.context.size(((atom, 1),), 0), atom.context.domain(symbol).scale
            memo[key] = [size.at({symbol: point * scale}) for point in points]
    return memo[key]  # type: ignore[no-any-return]


def zero_set(value: Count, symbol: str, base: int) -> IntegerSet | None:
    """The values of the symbol, from base on, at which the function is 0; None where it cannot be told."""
    between = lines(value)
    known = between and between.zeros(value, symbol, base)
    if known is not None:
        return known
    found = _scaled_table(value, symbol, base)
    if found is None:
        return None
    length, gain, table = found
    if gain == 0:
        return IntegerSet.periodic(base, length, ((base + i) % length for i, x in enumerate(table) if x == 0))
    return IntegerSet.finite(base, (base + i - x // gain * length for i, x in enumerate(table) if x % gain == 0))


def nonnegative_set(value: Count, symbol: str, base: int) -> IntegerSet | None:
    """The values of the symbol, from base on, at which the function is 0 or more; None where it cannot be told."""
    least = _threshold(value)
    if least is not None:
        return IntegerSet.at_least(base, least)
    between = lines(value)
    known = between and between.nonnegative(value, symbol, base)
    if known is not None:
        return known
    found = _scaled_table(value, symbol, base)
    if found is None:
        return None
    length, gain, table = found
    if gain == 0:
        return IntegerSet.periodic(base, length, ((base + i) % length for i, x in enumerate(table) if x >= 0))
    if gain < 0:
        negative = _from_thresholds(base, length, [(-x - 1, -gain) for x in table])
        return None if negative is None else negative.complement()
    return _from_thresholds(base, length, [(x, gain) for x in table])


def _threshold(value: Any) -> int | None:
    """The value of the symbol from which on a floor of a floor of ... is 0 or more; None where it is no such chain."""
    bound: Number = 0
    while isinstance(value, Size) and value.is_integer and len(value.terms) == 1:
        ((atom, coef),) = value.terms
        bound = -((value.const - bound) // coef)
        if coef <= 0 or atom.kind not in ("symbol", "floor"):
            return None
        if atom.kind == "symbol":
            return int(bound) if atom.grain == 1 else None
        value, divisor = atom.args
        if type(divisor) is not int or divisor <= 0:
            return None
        bound = bound * divisor
    return None


def _scaled_table(value: Count, symbol: str, base: int) -> tuple[int, int, list[int]] | None:
    """P, Q and the first P values, times what makes all of them whole."""
    found = period(value)
    if found is None:
        return None
    length, gain = found
    table = values_at(value, symbol, range(base, base + length))
    scale = lcm(gain.denominator, *{x.denominator for x in table})
    return length, int(gain * scale), table if scale == 1 else [int(x * scale) for x in table]


def _from_thresholds(base: int, length: int, lines: list[tuple[int, int]]) -> IntegerSet | None:
    """Where x + gain*j >= 0 at n = base + i + j*length, for the i-th line (x, gain) and j >= 0."""
    thresholds = {}
    for i, (x, gain) in enumerate(lines):
        thresholds[(base + i) % length] = base + i + max(0, -(x // gain)) * length
    if max(thresholds.values()) - min(thresholds.values()) > LARGEST_PERIOD:
        return None
    return IntegerSet.from_thresholds(base, length, thresholds)
