"""Whether a number or a count is a multiple of another, decided as comparisons are."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import Any

from cnnplan.sizes.deciding.conditions import FALSE, TRUE, Comparison, Condition, Divisible, membership
from cnnplan.sizes.deciding.decisions import eq
from cnnplan.sizes.deciding.remainders import remainders
from cnnplan.sizes.deciding.sets import IntegerSet
from cnnplan.sizes.forms.factors import content
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.polynomials import Count
from cnnplan.sizes.forms.quotients import is_integral
from cnnplan.sizes.forms.rationals import is_number

__all__ = ["divides", "is_whole"]


def is_whole(value: Any) -> Condition:
    """The value is an integer."""
    return TRUE if isinstance(value, Size) and value.is_integer else divides(1, value)


def divides(divisor: Any, value: Any) -> Condition:
    """The value is a multiple of the divisor; nothing is one of 0."""
    if is_number(divisor) and is_number(value):
        return TRUE if divisor and value % divisor == 0 else FALSE
    if is_number(divisor) and divisor == 0:
        return FALSE
    if isinstance(divisor, int) and isinstance(value, Count):
        divisor, value = _coprime(divisor, value)
        if is_number(value):
            return divides(divisor, value)
    context = (value if isinstance(value, Count) else divisor).context
    condition = eq(value, context.exact_div(value, divisor) * divisor)
    if not isinstance(condition, Comparison):
        return condition
    told = _by_remainders(divisor, value) if isinstance(divisor, int) else None
    return Divisible(divisor, value) if told is None else told


def _coprime(divisor: int, value: Count) -> tuple[int, Any]:
    """The same question without what divides every term: 16*x % 576 is 0 where x % 36 is, of a whole x."""
    whole = content(value) or 1
    common = gcd(whole, divisor)
    reduced = value if common == 1 else value * Fraction(1, whole)
    return (divisor // common, reduced) if is_integral(reduced) else (divisor, value)


def _by_remainders(divisor: int, value: Count) -> Condition | None:
    """Divisibility by a number, from the remainders that the value leaves; None where they do not tell."""
    found = remainders(value, abs(divisor))
    if found is None:
        return None
    lengths, left = found
    if not any(left):
        return TRUE
    if all(left):
        return FALSE
    if len(lengths) > 1:
        return None
    ((name, length),) = lengths.items()
    domain = value.context.domain(name)
    first = int(domain.low or 0) // domain.scale
    residues = ((first + place) % length for place, rest in enumerate(left) if not rest)
    return membership(value.context, name, IntegerSet.periodic(first, length, residues).scaled(domain.scale))
