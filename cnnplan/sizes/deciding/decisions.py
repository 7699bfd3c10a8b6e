"""Comparisons of sizes, decided: for all values, for none, or for those that are told.

A condition on one symbol is decided exactly and becomes a set of integers; one on several symbols is decided by bounds,
by common divisors, or by trying all declared choices, and is otherwise kept as it was found. Nothing is guessed.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import gcd, lcm, prod
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import has_numpy, np
from cnnplan.sizes.deciding.conditions import (
    FALSE,
    TRUE,
    Chosen,
    Comparison,
    Condition,
    Divisible,
    Membership,
    membership,
)
from cnnplan.sizes.deciding.curves import curved_set
from cnnplan.sizes.deciding.periods import nonnegative_set, zero_set
from cnnplan.sizes.deciding.positivity import sign
from cnnplan.sizes.deciding.remainders import remainders
from cnnplan.sizes.deciding.separation import separated
from cnnplan.sizes.deciding.sets import IntegerSet
from cnnplan.sizes.forms.algebra import combine
from cnnplan.sizes.forms.atoms import Number, is_number
from cnnplan.sizes.forms.division import coefficients
from cnnplan.sizes.forms.factors import common_factors, without
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.polynomials import Count
from cnnplan.sizes.forms.quotients import is_integral, is_positive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.sizes.forms.atoms import Domain

__all__ = ["chosen", "divides", "eq", "ge", "gt", "is_whole", "le", "lt", "ne"]

MOST_CASES = 4096
"""Combinations of declared choices that are tried one by one."""

LONGEST_RANGE = 100_000
"""Values of one declared range that are tried one by one, where no period is known."""


def chosen(symbol: str, value: Any) -> Condition:
    """The condition that a symbol has this one of its choices."""
    return Chosen(symbol, value)


def eq(left: Any, right: Any) -> Condition:
    """The condition that left == right."""
    if left is right:
        return TRUE
    return _decided("==", _difference(left, right))


def ge(left: Any, right: Any) -> Condition:
    """The condition that left >= right."""
    if type(right) is int:
        low = left if type(left) is int else left.interval[0] if isinstance(left, Size) else None
        if low is not None and low >= right:
            return TRUE
    return _decided(">=", _difference(left, right))


def le(left: Any, right: Any) -> Condition:
    """The condition that left <= right."""
    return ge(right, left)


def gt(left: Any, right: Any) -> Condition:
    """The condition that left > right."""
    return ~ge(right, left)


def lt(left: Any, right: Any) -> Condition:
    """The condition that left < right."""
    return ~ge(left, right)


def ne(left: Any, right: Any) -> Condition:
    """The condition that left != right."""
    return ~eq(left, right)


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
    numbers = coefficients(value)
    content = gcd(*map(int, numbers)) if all(type(number) is int for number in numbers) else 1
    common = gcd(content, divisor)
    reduced = value if common == 1 else value * Fraction(1, content)
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


def _difference(left: Any, right: Any) -> Any:
    if type(right) is int and (type(left) is int or isinstance(left, Size)):
        return left - right
    difference = combine(((left, 1), (right, -1)))
    return difference if is_number(difference) or isinstance(difference, Size) else difference.simplified()


def _decided(operator: str, difference: Any) -> Condition:
    """The condition that the difference is zero (==) or not negative (>=), as far as it can be decided."""
    if is_number(difference):
        return TRUE if _holds(operator, difference) else FALSE
    low, high = difference.interval
    if operator == ">=" and low is not None and low >= 0:
        return TRUE
    if (high is not None and high < 0) or (operator == "==" and low is not None and low > 0):
        return FALSE
    key = (operator, difference)
    memo = difference.context.memo
    if key not in memo:
        memo[key] = _solved(operator, difference)
    return memo[key]  # type: ignore[no-any-return]


def _holds(operator: str, value: Any) -> Any:
    return value == 0 if operator == "==" else value >= 0


def _solved(operator: str, difference: Count) -> Condition:
    simple = difference if isinstance(difference, Size) else difference.simplified()
    if simple is not difference:
        return _decided(operator, simple)
    if operator == "==" and _never_zero(difference):
        return FALSE
    several = len(difference.symbols) > 1
    if several:
        plain = _plain(operator, difference)
        if plain is not difference:
            return _decided(operator, plain)
    domains = {name: difference.context.domain(name) for name in difference.symbols}
    listed = {name: domain.choices for name, domain in domains.items() if domain.choices is not None}
    solved = _by_cases(operator, difference, listed) if listed else None
    if solved is None and len(domains) == 1 and not listed:
        ((name, domain),) = domains.items()
        solved = _on_one_symbol(operator, difference, name, domain)
    if solved is None:
        solved = _by_sign(operator, difference)
    if solved is None and several:
        solved = separated(operator, difference, _decided)
    if solved is None:
        plain = difference if several else _plain(operator, difference)
        return Comparison(operator, difference) if plain is difference else _decided(operator, plain)
    return solved


def _by_sign(operator: str, difference: Count) -> Condition | None:
    """Decided where it is above 0, or below, for all values."""
    found = sign(difference)
    if found is None:
        return None
    if operator == ">=":
        return TRUE if found >= 0 else FALSE
    return FALSE if found else None


def _never_zero(difference: Count) -> bool:
    """Whether a number divides every term and not the constant."""
    if any(atom.grain != 1 for atoms in difference.expanded for atom in atoms):
        return False
    numbers = difference.expanded.values()
    scale = lcm(*(number.denominator for number in numbers))
    common = gcd(*(int(coef * scale) for atoms, coef in difference.expanded.items() if atoms))
    return bool(int(difference.expanded.get((), 0) * scale) % common)


def _by_cases(operator: str, difference: Count, listed: Mapping[str, tuple[Number, ...]]) -> Condition | None:
    """Decided by trying every combination of the declared choices, where they are few."""
    if prod(map(len, listed.values())) > MOST_CASES:
        return None
    cases = list(product(*listed.values()))
    outcomes = [_decided(operator, difference.substituted(dict(zip(listed, case, strict=True)))) for case in cases]
    if all(outcome == outcomes[0] for outcome in outcomes):
        return outcomes[0]
    choices = [case[0] for case in cases]
    if len(listed) > 1 or difference.symbols != listed.keys() or any(choice.denominator != 1 for choice in choices):
        return None
    members = (int(choice) for choice, outcome in zip(choices, outcomes, strict=True) if outcome)
    (name,) = listed
    return Membership(difference.context, name, IntegerSet.finite(int(min(choices)), members))


def _on_one_symbol(operator: str, difference: Count, name: str, domain: Domain) -> Condition | None:
    """The set of its values, by the period of the difference, or one by one over a short range."""
    if not domain.integer or domain.low is None:
        return None
    low = int(domain.low)
    found = (zero_set if operator == "==" else nonnegative_set)(difference, name, low // domain.scale)
    if found is None:
        found = curved_set(difference, name, low // domain.scale, lambda sign: bool(_holds(operator, sign)))
    members = found and found.scaled(domain.scale)
    if members is None and domain.high is not None and (domain.high - low) // domain.multiple_of < LONGEST_RANGE:
        points = range(low, int(domain.high) + 1, int(domain.multiple_of))
        values = _values(difference, name, points)
        members = IntegerSet.finite(
            low, [n for n, value in zip(points, values, strict=True) if _holds(operator, value)]
        )
    return None if members is None else membership(difference.context, name, members)


def _values(value: Count, name: str, points: range) -> list[Any]:
    """The values at these points."""
    if has_numpy():
        return value.at({name: np.asarray(points)}).tolist()  # type: ignore[no-any-return]
    return [value.at({name: point}) for point in points]


def _plain(operator: str, difference: Count) -> Any:
    """What is zero, or not negative, exactly where the difference is, in fewer words; itself where it has fewest."""
    alone = list(next(iter(difference.products))) if len(difference.products) == 1 and difference.rest == 0 else []
    common = [size for size in alone or common_factors(difference) if is_positive(size)]
    if common:
        return without(difference, common)
    if operator == ">=":
        difference = _unfloored(difference)
        if not isinstance(difference, Count):
            return difference
    content = _content(difference)
    if operator == "==" and _leading(difference) < 0:
        content = -content
    return difference if content == 1 else difference * (1 / Fraction(content))


def _content(difference: Count) -> Number:
    """The greatest number that divides every term."""
    given = coefficients(difference)
    if all(type(number) is int for number in given):
        return gcd(*given)  # type: ignore[arg-type]
    numbers = [Fraction(number) for number in given]
    scale = lcm(*(number.denominator for number in numbers))
    return Fraction(gcd(*(int(number * scale) for number in numbers)), scale)


def _leading(difference: Count) -> Number:
    """The number before its first term."""
    return next((number for number in coefficients(difference) if number), 1)


def _unfloored(difference: Any) -> Any:
    """The same sign without the outer floor: floor(n/c) + k >= 0 where n + c*k >= 0."""
    if isinstance(difference, Size) and difference.is_integer:
        floors = [atom for atom, coef in difference.terms if coef == 1 and atom.kind == "floor"]
        if len(floors) == 1 and is_positive(floors[0].args[1]):
            numerator, denominator = floors[0].args
            rest = difference - difference.context.size(((floors[0], 1),), 0)
            return _unfloored(combine(((numerator, 1), (rest * denominator, 1))))
    return difference
