"""The arithmetic that operators and expressions are written in: ints and symbolic sizes alike."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.algebra import combine
from cnnplan.sizes.forms.doubles import floored, shortfall
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.polynomials import Count
from cnnplan.sizes.forms.quotients import is_integral
from cnnplan.sizes.forms.rationals import Number, is_number, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
    "quotient",
    "round_half_even",
    "scaled",
    "total",
]

NUMBERS = frozenset({int})
"""The type of what is added up as it is."""

MOST_VALUES = 4096
"""Declared values that are looked at one by one."""


def floor_div(numerator: Any, denominator: Any) -> Any:
    """floor(numerator / denominator)."""
    return numerator // denominator


def ceil_div(numerator: Any, denominator: Any) -> Any:
    """ceil(numerator / denominator)."""
    if type(denominator) is int and denominator > 0 and is_integral(numerator):
        return (numerator + (denominator - 1)) // denominator
    return -(-numerator // denominator)


def quotient(numerator: Any, denominator: Any) -> Any:
    """The quotient as it is, whole or not."""
    if type(denominator) is int and denominator == 1 and type(numerator) is int:
        return numerator
    if is_number(numerator) and is_number(denominator):
        return whole(Fraction(numerator) / denominator)
    return numerator / denominator


def exact_div(numerator: Any, denominator: Any) -> Any:
    """The quotient; where it may leave a remainder, its floor (require `divides` as well)."""
    if is_number(numerator) and is_number(denominator):
        return numerator // denominator
    context = (numerator if isinstance(numerator, Count) else denominator).context
    return context.exact_div(numerator, denominator)


def floor(value: Any) -> Any:
    """The greatest integer that is not above the value."""
    return value if isinstance(value, Count) and is_integral(value) else value // 1


def ceil(value: Any) -> Any:
    """The least integer that is not below the value; `ceil(H / 32)` is the same as `ceil_div(H, 32)`."""
    if isinstance(value, Count) and is_integral(value):
        return value
    if isinstance(value, Size):
        scale = math.lcm(value.const.denominator, *(coef.denominator for _, coef in value.terms))
        return ceil_div(value * scale, scale)
    return ceil_div(value, 1)


def round_half_even(value: Any) -> Any:
    """The nearest integer, the even one of two that are equally near, as Python rounds."""
    if is_number(value):
        return round(value)
    return value if is_integral(value) else value.context.atom("round", value)


def absolute(value: Any) -> Any:
    """The distance from 0."""
    return abs(value) if is_number(value) else maximum(value, -value)


def maximum(*values: Any) -> Any:
    """The greatest of the values."""
    return _picked(_greater, values)


def minimum(*values: Any) -> Any:
    """The least of the values."""
    return _picked(_smaller, values)


def _picked(pick: Callable[[Any, Any], Any], values: Sequence[Any]) -> Any:
    """The one of all, found in rounds, as a cup is: many values nest no deeper than there are rounds."""
    while len(values) > 1:
        winners = [pick(*pair) for pair in zip(values[::2], values[1::2], strict=False)]
        values = [*winners, *values[len(values) & ~1 :]]
    return values[0]


def _greater(left: Any, right: Any) -> Any:
    if is_number(right) and is_number(left):
        return max(left, right)
    left_is_greater = _verdict(left, right)
    if left_is_greater is None:
        return _of_both("maximum", left, right)
    return left if left_is_greater else right


def _smaller(left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return min(left, right)
    left_is_greater = _verdict(left, right)
    if left_is_greater is None:
        return _of_both("minimum", left, right)
    return right if left_is_greater else left


def _verdict(left: Any, right: Any) -> bool | None:
    """Whether left >= right for all values of the symbols; None where it depends on them."""
    context = (left if isinstance(left, Count) else right).context
    if context.at_least(left, right).verdict:
        return True
    return False if context.at_least(right, left).verdict else None


def _of_both(kind: str, left: Any, right: Any) -> Any:
    """A function that does not mind the order of its arguments."""
    context = (left if isinstance(left, Count) else right).context
    return context.atom(kind, *((left, right) if str(left) <= str(right) else (right, left)))


def gcd(left: Any, right: Any) -> Any:
    """The greatest common divisor of two integers; that of 0 and n is |n|."""
    if is_number(left) and is_number(right):
        return math.gcd(int(left), int(right))
    if is_number(left):
        left, right = right, left
    if is_number(right):
        return _gcd_with_number(left, abs(int(right)))
    return absolute(left) if left in (right, -right) else _of_both("gcd", left, right)


def _gcd_with_number(count: Count, number: int) -> Any:
    """The multiples of the number make no difference."""
    if number == 0:
        return absolute(count)
    left: Any = count
    if isinstance(count, Size) and count.is_integer and all(atom.grain == 1 for atom, _ in count.terms):
        pairs = [(count.context.size(((atom, 1),), 0), coef % number) for atom, coef in count.terms]
        left = combine([*pairs, (count.const % number, 1)])
    return math.gcd(left, number) if isinstance(left, int) else count.context.atom("gcd", left, number)


def prod(values: Iterable[Any]) -> Any:
    """The product, 1 if there is nothing to multiply."""
    number: Number = 1
    counts = []
    for each in values:
        if type(each) is int or (type(each) is not Size and is_number(each)):
            number *= each
        else:
            counts.append(each)
    return counts[0].context.product(tuple(counts), number) if counts else number


def total(values: Iterable[Any]) -> Any:
    """The sum, 0 if there is nothing to add."""
    terms = tuple(values)
    return sum(terms) if NUMBERS.issuperset(map(type, terms)) else combine([(term, 1) for term in terms])


def make_divisible(value: Any, divisor: Any) -> Any:
    """The multiple of `divisor` nearest to the value, not more than a tenth below it, at least `divisor`.

    Source: MobileNet's reference code (`_make_divisible`).
    """
    if isinstance(value, Count) or isinstance(divisor, Count):
        return _made_divisible(value, divisor)
    nearest = max(divisor, math.floor(value + Fraction(divisor, 2)) // divisor * divisor)
    return whole(nearest + divisor if 10 * nearest < 9 * value else nearest)


def _made_divisible(value: Any, divisor: Any) -> Any:
    """The value itself where it is known to be a multiple that is large enough."""
    context = (value if isinstance(value, Count) else divisor).context
    if is_integral(context.quotient(value, divisor)) and context.at_least(value, divisor).verdict:
        return value
    return context.atom("make_divisible", value, divisor)


def scaled(value: Any, scale: Any) -> Any:
    """floor(value * scale), the product computed in doubles: the size that `torch.nn.Upsample(scale_factor)` makes.

    Args:
        value: a whole number or count, not negative.
        scale: a number above 0, or a symbol for one.

    Returns:
        A whole number; the exact product or floor where no declared value shows a difference; else a size of its own.

    Source: `compute_output_size` in PyTorch's ATen/native/UpSample.cpp.
    """
    if isinstance(scale, Number):
        if isinstance(value, Number):
            return floored(value, scale)
        if not _falls_short(value, Fraction(scale)):
            return floor(value * scale)
    elif is_integral(scale):
        return value * scale
    return (value if isinstance(value, Count) else scale).context.atom("scaled", value, scale)


def _falls_short(value: Count, scale: Fraction) -> bool:
    """Whether a product of doubles may be below the whole number it should be, for a declared value."""
    first, most = shortfall(scale), value.interval[1]
    if not first or (most is not None and most < first):
        return False
    points = _declared(value)
    return points is None or any(floored(size, scale) != size * scale // 1 for size in points)


def _declared(value: Count) -> Iterable[Any] | None:
    """The value at all that its symbol is declared to be; None where there are several, or many."""
    if len(value.symbols) != 1:
        return None
    (name,) = value.symbols
    domain = value.context.domain(name)
    points: Sequence[Any] = domain.choices or ()
    if not points and domain.integer and domain.low is not None and domain.high is not None:
        points = range(int(domain.low), int(domain.high) + 1, domain.multiple_of)
    return (value.at({name: point}) for point in points) if 0 < len(points) <= MOST_VALUES else None
