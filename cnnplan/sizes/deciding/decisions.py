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
    Membership,
    membership,
)
from cnnplan.sizes.deciding.curves import curved_set
from cnnplan.sizes.deciding.periods import nonnegative_set, zero_set
from cnnplan.sizes.deciding.positivity import may_have_one, sign
from cnnplan.sizes.deciding.separation import separated
from cnnplan.sizes.deciding.sets import IntegerSet
from cnnplan.sizes.forms.division import unfloored
from cnnplan.sizes.forms.factors import coefficients, common_factors, content, without
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.products import UNBOUNDED
from cnnplan.sizes.forms.quotients import is_integral, is_positive
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.sizes.forms.domains import Domain
    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["chosen", "eq", "ge", "gt", "le", "lt", "ne"]

MOST_CASES = 4096
"""Combinations of declared choices that are tried one by one."""

MANY = 3
"""Products beyond what is compared letter by letter."""

LONGEST_RANGE = 100_000
"""Values of one declared range that are tried one by one, where no period is known."""


def chosen(symbol: str, value: Any) -> Condition:
    """The condition that a symbol has this one of its choices."""
    return Chosen(symbol, value)


def eq(left: Any, right: Any) -> Condition:
    """The condition that left == right."""
    if left is right:
        return TRUE
    if type(left) is Size and type(right) is Size and left.terms[0][0].index > right.terms[0][0].index:
        left, right = right, left
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


def _difference(left: Any, right: Any) -> Any:
    if (type(right) is int or type(right) is Size) and (type(left) is int or type(left) is Size):
        return left - right
    difference = left - right
    return difference if is_number(difference) or isinstance(difference, Size) else difference.simplified()


def _decided(operator: str, difference: Any) -> Condition:
    """The condition that the difference is zero (==) or not negative (>=), as far as it can be decided."""
    if type(difference) is not Size and is_number(difference):
        return TRUE if _holds(operator, difference) else FALSE
    low, high = difference.interval
    if operator == ">=" and low is not None and low >= 0:
        return TRUE
    if (high is not None and high < 0) or (operator == "==" and low is not None and low > 0):
        return FALSE
    if low is high is None and operator == ">=" and _is_open(difference):
        return Comparison(operator, difference)
    memo, key = difference.context.memo, (operator, difference)
    found = memo.get(key)
    if found is None:
        found = _left_open(operator, difference)
        memo[key] = found = _solved(operator, difference) if found is None else found
    return found


def _left_open(operator: str, difference: Count) -> Condition | None:
    """The condition on whole things of which one has no bounds, if open at a glance; None if it takes a closer look."""
    if type(difference) is not Size or not (difference.is_boundless and difference.has_whole_atoms):
        return None
    if not difference.is_integer:
        return None
    if operator == "==":
        return Comparison(operator, difference) if difference.terms[0][1] == 1 and not _listed(difference) else None
    plain = _unfloored(difference)
    if is_number(plain) or plain.interval != UNBOUNDED or not _is_open(plain):
        return None
    return Comparison(operator, plain)


def _is_open(difference: Count) -> bool:
    """Whether nothing decides or shortens that a sum without bounds is not negative, seen at a glance.

    It has several letters without choices, three products or more, with terms of both signs, and no common factor.
    """
    products, rest = difference.products, difference.rest
    if len(products) < MANY or products.content != 1 or not products.is_product or may_have_one(difference):
        return False
    if type(rest) is not Size or not rest.is_integer or len(difference.symbols) == 1 or _listed(difference):
        return False
    last, _ = rest.terms[-1]
    return last not in [size.terms[-1][0] for size in products.shared]


def _holds(operator: str, value: Any) -> Any:
    return value == 0 if operator == "==" else value >= 0


def _solved(operator: str, difference: Count) -> Condition:
    if type(difference) is not Size and not difference.is_product:
        return _decided(operator, difference.simplified())
    if operator == "==" and _never_zero(difference):
        return FALSE
    several = len(difference.symbols) > 1
    if several:
        plain = _plain(operator, difference)
        if plain is not difference:
            return _decided(operator, plain)
    listed = _listed(difference)
    solved = _by_cases(operator, difference, listed) if listed else None
    if solved is None and not several and not listed:
        (name,) = difference.symbols
        solved = _on_one_symbol(operator, difference, name, difference.context.domain(name))
    if solved is None:
        solved = _by_sign(operator, difference)
    if solved is None and several:
        solved = separated(operator, difference, _decided)
    if solved is None:
        plain = difference if several else _plain(operator, difference)
        return Comparison(operator, difference) if plain is difference else _decided(operator, plain)
    return solved


def _listed(difference: Count) -> Mapping[str, tuple[Number, ...]]:
    """The choices of its symbols that have some."""
    context, symbols = difference.context, difference.symbols
    found = context.memo.get(("listed", symbols))
    if found is None:
        choices = {name: context.domain(name).choices for name in symbols}
        found = context.memo["listed", symbols] = {name: each for name, each in choices.items() if each is not None}
    return found


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
    if isinstance(difference, Size) and difference.is_integer and any(coef in (1, -1) for _, coef in difference.terms):
        return False
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
    if difference.products:
        shared = [size for size in _factors(difference) if is_positive(size)]
        if shared:
            return without(difference, shared)
    elif operator == ">=":
        difference = _unfloored(difference)
        if is_number(difference):
            return difference
    common = _content(difference)
    if operator == "==" and _leading(difference) < 0:
        common = -common
    return difference if common == 1 else -difference if common == -1 else difference * (1 / Fraction(common))


def _factors(difference: Count) -> Sequence[Size]:
    """The factors of a product, or what all terms of a sum share."""
    if len(difference.products) > 1 or type(difference.rest) is not int or difference.rest:
        return common_factors(difference)
    return next(iter(difference.products))


def _content(difference: Count) -> Number:
    """The greatest number that divides every term."""
    found = 1 if difference.products.content == 1 and is_integral(difference.rest) else content(difference)
    if found is not None:
        return found
    numbers = [Fraction(number) for number in coefficients(difference)]
    scale = lcm(*(number.denominator for number in numbers))
    return Fraction(gcd(*(int(number * scale) for number in numbers)), scale)


def _leading(difference: Count) -> Number:
    """The number before its first term."""
    return next((number for number in coefficients(difference) if number), 1)


def _unfloored(difference: Any) -> Any:
    """The same sign without the outer floor: floor(n/c) + k >= 0 where n + c*k >= 0."""
    if type(difference) is Size and difference.is_integer:
        floors = [atom for atom, coef in difference.terms if coef == 1 and atom.kind == "floor"]
        if len(floors) == 1 and is_positive(floors[0].args[1]):
            found = unfloored(difference, floors[0])
            return _unfloored(found) if type(found) is Size else found
    return difference
