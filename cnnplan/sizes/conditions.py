"""What sizes must satisfy: true, false, or open, and then in the fewest words that say for which values it holds.

A condition on one symbol is decided exactly and becomes a set of integers; one on several symbols is decided by
bounds, by common divisors, or by trying all declared choices, and is otherwise kept as it was found. Nothing is guessed.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from itertools import product
from math import gcd, lcm, prod
from typing import TYPE_CHECKING, Any

from cnnplan.errors import Inconclusive
from cnnplan.sizes.atoms import Domain, Number
from cnnplan.sizes.periods import nonnegative_set, zero_set
from cnnplan.sizes.polynomials import Count, Size, combine, linear
from cnnplan.sizes.sets import IntegerSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.sizes.context import Context

__all__ = [
    "FALSE",
    "TRUE",
    "Chosen",
    "Comparison",
    "Condition",
    "Membership",
    "chosen",
    "divides",
    "eq",
    "every",
    "ge",
    "gt",
    "is_whole",
    "le",
    "lt",
    "ne",
]

MOST_CASES = 4096
"""Combinations of declared choices that are tried one by one."""


class Condition:
    """A statement about symbols: `verdict` is True or False where it is decided, None where it is open."""

    verdict: bool | None = None
    symbols: frozenset[str] = frozenset()

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it is true at these values.

        Raises:
            KeyError: one of its symbols has no value.
        """
        raise NotImplementedError

    def __bool__(self) -> bool:
        if self.verdict is None:
            raise Inconclusive(f"cannot decide {self}: it holds for some values and not for others")
        return self.verdict

    def __and__(self, other: Condition) -> Condition:
        return every((self, other))

    def __or__(self, other: Condition) -> Condition:
        return ~every((~self, ~other))

    def __invert__(self) -> Condition:
        return Negation(self)

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and str(self) == str(other))

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return str(self)


class Truth(Condition):
    """A condition that is decided."""

    def __init__(self, verdict: bool) -> None:  # noqa: FBT001 - it is the one thing there is to say
        self.verdict: bool = verdict

    def holds(self, values: Mapping[str, Any]) -> bool:
        """The verdict."""
        del values
        return self.verdict

    def __invert__(self) -> Condition:
        return FALSE if self.verdict else TRUE

    def __str__(self) -> str:
        return "always" if self.verdict else "never"


TRUE = Truth(verdict=True)
FALSE = Truth(verdict=False)


class Membership(Condition):
    """One integer symbol must be in a set."""

    def __init__(self, context: Context, symbol: str, members: IntegerSet) -> None:
        self.context = context
        self.symbol = symbol
        self.members = members
        self.symbols = frozenset((symbol,))

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the value of the symbol is in the set."""
        return values[self.symbol] in self.members

    def __invert__(self) -> Condition:
        complement = self.members.complement()
        return Negation(self) if complement is None else membership(self.context, self.symbol, complement)

    def __str__(self) -> str:
        return self.members.text(self.symbol)


class Comparison(Condition):
    """A difference of several symbols that must be zero, or not negative."""

    def __init__(self, operator: str, difference: Count) -> None:
        self.operator = operator
        self.difference = difference
        self.symbols = difference.symbols

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the difference is zero, or not negative, at these values."""
        value = self.difference.at(values)
        return bool(value == 0 if self.operator == "==" else value >= 0)

    def __str__(self) -> str:
        left, right = _sides(self.difference)
        return f"{left} {self.operator} {right}"


class Divisible(Condition):
    """A count must be a multiple of another."""

    def __init__(self, divisor: Any, value: Any) -> None:
        self.divisor = divisor
        self.value = value
        self.symbols = _symbols(divisor) | _symbols(value)

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the remainder is 0 at these values."""
        divisor, value = (x if isinstance(x, Number) else x.at(values) for x in (self.divisor, self.value))
        return bool(divisor != 0 and value % divisor == 0)

    def __str__(self) -> str:
        simple = isinstance(self.value, Number) or (isinstance(self.value, Size) and len(self.value.terms) == 1)
        return f"{self.value if simple else f'({self.value})'} % {self.divisor} == 0"


class Chosen(Condition):
    """A symbol must have one of its declared choices."""

    def __init__(self, symbol: str, value: Any) -> None:
        self.symbol = symbol
        self.value = value
        self.symbols = frozenset((symbol,))

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the symbol has this value."""
        return bool(values[self.symbol] == self.value)

    def __str__(self) -> str:
        return f"{self.symbol} == {self.value}"


class Negation(Condition):
    """What must not hold."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        self.symbols = condition.symbols

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the condition is false."""
        return not self.condition.holds(values)

    def __invert__(self) -> Condition:
        return self.condition

    def __str__(self) -> str:
        if isinstance(self.condition, Chosen):
            return f"{self.condition.symbol} != {self.condition.value}"
        if isinstance(self.condition, Comparison):
            left, right = _sides(self.condition.difference)
            return f"{left} {'!=' if self.condition.operator == '==' else '<'} {right}"
        return f"not ({self.condition})"


class All(Condition):
    """Several open conditions that must hold together."""

    def __init__(self, parts: tuple[Condition, ...]) -> None:
        self.parts = parts
        self.symbols = frozenset().union(*(part.symbols for part in parts))

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether all of them hold."""
        return all(part.holds(values) for part in self.parts)

    @cached_property
    def _text(self) -> str:
        return " and ".join(map(str, self.parts))

    def __str__(self) -> str:
        return self._text


def every(conditions: Iterable[Condition]) -> Condition:
    """All of them: those on one symbol are merged into one, in the order in which they came."""
    merged: dict[Any, Condition] = {}
    for condition in _flat(conditions):
        if condition.verdict is False:
            return FALSE
        if condition.verdict:
            continue
        key: Any = condition
        if isinstance(condition, Membership):
            key = condition.symbol
            known = merged.get(key)
            if isinstance(known, Membership):
                both = known.members.intersection(condition.members)
                if both is None:
                    key = condition
                else:
                    condition = membership(condition.context, key, both)  # noqa: PLW2901 - the merged one
        if condition.verdict is False:
            return FALSE
        merged.setdefault(key, condition)
        merged[key] = condition
    parts = tuple(merged.values())
    return TRUE if not parts else parts[0] if len(parts) == 1 else All(parts)


def _flat(conditions: Iterable[Condition]) -> Iterator[Condition]:
    for condition in conditions:
        yield from condition.parts if isinstance(condition, All) else (condition,)


def membership(context: Context, symbol: str, members: IntegerSet) -> Condition:
    """The condition that a symbol is in a set, decided where its domain decides it."""
    domain = context.atoms["symbol", symbol].domain or Domain()
    inside = [value in members for value in _decisive(domain, members)]
    if all(inside):
        return TRUE
    return Membership(context, symbol, members) if any(inside) else FALSE


def _decisive(domain: Domain, members: IntegerSet) -> Iterable[int]:
    """Values of the domain that decide for all of them: one whole period beyond the start of the repetition."""
    if domain.choices is not None:
        return [int(choice) for choice in domain.choices if Fraction(choice).denominator == 1]
    low, step = int(domain.low or 0), domain.multiple_of
    stop = max(members.start, low) + lcm(members.modulus, step)
    if domain.high is not None:
        stop = min(stop, int(domain.high) + 1)
    return range(low, stop, step)


def chosen(symbol: str, value: Any) -> Condition:
    """The condition that a symbol has this one of its choices."""
    return Chosen(symbol, value)


def eq(left: Any, right: Any) -> Condition:
    """left == right."""
    if left is right:
        return TRUE
    return _decided("==", _difference(left, right))


def ge(left: Any, right: Any) -> Condition:
    """left >= right."""
    return _decided(">=", _difference(left, right))


def le(left: Any, right: Any) -> Condition:
    """left <= right."""
    return ge(right, left)


def gt(left: Any, right: Any) -> Condition:
    """left > right."""
    return ~ge(right, left)


def lt(left: Any, right: Any) -> Condition:
    """left < right."""
    return ~ge(left, right)


def ne(left: Any, right: Any) -> Condition:
    """left != right."""
    return ~eq(left, right)


def is_whole(value: Any) -> Condition:
    """The value is an integer."""
    if isinstance(value, Number):
        return TRUE if Fraction(value).denominator == 1 else FALSE
    return divides(1, value)


def divides(divisor: Any, value: Any) -> Condition:
    """The value is a multiple of the divisor."""
    if isinstance(divisor, Number) and isinstance(value, Number):
        return TRUE if divisor and value % divisor == 0 else FALSE
    context = (value if isinstance(value, Count) else divisor).context
    quotient = context.exact_div(value, divisor) if divisor != 0 else 0
    difference = _difference(value, quotient * divisor)
    if isinstance(difference, Number):
        return TRUE if difference == 0 else FALSE
    verdict = _decided("==", difference)
    return Divisible(divisor, value) if isinstance(verdict, Comparison) else verdict


def _difference(left: Any, right: Any) -> Any:
    difference = combine(((left, 1), (right, -1)))
    return difference if isinstance(difference, Number | Size) else difference.simplified()


def _decided(operator: str, difference: Any) -> Condition:
    """The condition that the difference is zero (==) or not negative (>=), as far as it can be decided."""
    if isinstance(difference, Number):
        return TRUE if (difference == 0 if operator == "==" else difference >= 0) else FALSE
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


def _solved(operator: str, difference: Count) -> Condition:
    if operator == "==" and _never_zero(difference):
        return FALSE
    context = difference.context
    domains = {name: context.atoms["symbol", name].domain or Domain() for name in difference.symbols}
    if all(domain.choices is not None for domain in domains.values()):
        tried = _tried(operator, difference, domains)
        if tried is not None:
            return tried
    if len(domains) == 1:
        ((name, domain),) = domains.items()
        solve = zero_set if operator == "==" else nonnegative_set
        if domain.integer and domain.low is not None:
            members = solve(difference, name, int(domain.low))
            if members is not None:
                return membership(context, name, members)
    return Comparison(operator, _unfloored(difference) if operator == ">=" else difference)


def _never_zero(difference: Count) -> bool:
    """Whether a number divides every term and not the constant."""
    terms = [coef for atoms, coef in difference.expanded.items() if atoms]
    if any(atom.grain != 1 for atoms in difference.expanded for atom in atoms):
        return False
    const = Fraction(difference.expanded.get((), 0))
    scale = lcm(const.denominator, *(Fraction(coef).denominator for coef in terms))
    common = gcd(*(int(coef * scale) for coef in terms))
    return bool(int(const * scale) % common)


def _tried(operator: str, difference: Count, domains: Mapping[str, Domain]) -> Condition | None:
    """Decided by trying every combination of the declared choices, where they are few."""
    if prod(len(domain.choices or ()) for domain in domains.values()) > MOST_CASES:
        return None
    names = list(domains)
    outcomes = {}
    for case in product(*(domain.choices or () for domain in domains.values())):
        value = difference.at(dict(zip(names, case, strict=True)))
        outcomes[case] = value == 0 if operator == "==" else value >= 0
    if all(outcomes.values()):
        return TRUE
    if not any(outcomes.values()):
        return FALSE
    if len(names) == 1 and all(isinstance(case[0], int) for case in outcomes):
        members = [case[0] for case, holds in outcomes.items() if holds]
        return Membership(difference.context, names[0], IntegerSet.finite(min(members), members))
    return Comparison(operator, difference)


def _unfloored(difference: Any) -> Any:
    """The same sign without the outer floor: floor(n/c) + k >= 0 where n + c*k >= 0."""
    if isinstance(difference, Size):
        floors = [atom for atom, coef in difference.terms if coef == 1 and atom.kind == "floor"]
        if len(floors) == 1 and difference.is_integer:
            numerator, denominator = floors[0].args
            if isinstance(denominator, Number) or (denominator.interval[0] or 0) > 0:
                rest = difference - difference.context.size(((floors[0], 1),), 0)
                return _unfloored(combine(((numerator, 1), (rest * denominator, 1))))
    return difference


def _sides(difference: Count) -> tuple[Any, Any]:
    """What is added on the left, what is taken away on the right."""
    context = difference.context
    if not isinstance(difference, Size):
        negative = {m: -c for m, c in difference.products.items() if c < 0}
        rest = difference.rest
        left_rest, right_rest = _sides(rest) if isinstance(rest, Size) else (max(rest, 0), max(-rest, 0))
        positive = {m: c for m, c in difference.products.items() if c > 0}
        left = Count(context, positive, left_rest) if positive else left_rest
        return left, Count(context, negative, right_rest) if negative else right_rest
    left = linear(context, {a: c for a, c in difference.terms if c > 0}, max(difference.const, 0))
    right = linear(context, {a: -c for a, c in difference.terms if c < 0}, max(-difference.const, 0))
    return left, right


def _symbols(value: Any) -> frozenset[str]:
    return frozenset() if isinstance(value, Number) else value.symbols
