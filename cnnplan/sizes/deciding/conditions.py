"""What sizes must satisfy: true, false, or open, and then in the fewest words that say for which values it holds."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from cnnplan.errors import Inconclusive
from cnnplan.sizes.deciding.sets import IntegerSet
from cnnplan.sizes.deciding.sides import compared
from cnnplan.sizes.deciding.wording import among
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.rationals import is_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.sizes.forms.analysis import Forms
    from cnnplan.sizes.forms.domains import Domain
    from cnnplan.sizes.forms.polynomials import Count

__all__ = [
    "FALSE",
    "TRUE",
    "All",
    "Chosen",
    "Comparison",
    "Condition",
    "Divisible",
    "Membership",
    "Negation",
    "every",
    "membership",
]

Memo: TypeAlias = dict[Any, Any]
"""What was computed at some values, for many counts."""


class Condition:
    """A statement about symbols: `verdict` is True or False where it is decided, None where it is open."""

    verdict: bool | None = None
    symbols: frozenset[str] = frozenset()

    def holds(self, values: Mapping[str, Any], memo: Memo | None = None) -> bool:
        """Whether it is true at these values.

        Args:
            values: of its symbols.
            memo: what was computed before at the same values.

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

    def holds(self, values: Mapping[str, Any], memo: Memo | None = None) -> bool:
        """The verdict."""
        del values, memo
        return self.verdict

    def __invert__(self) -> Condition:
        return FALSE if self.verdict else TRUE

    def __str__(self) -> str:
        return "always" if self.verdict else "never"


TRUE = Truth(verdict=True)
FALSE = Truth(verdict=False)


class Membership(Condition):
    """One integer symbol must be in a set."""

    def __init__(self, context: Forms, symbol: str, members: IntegerSet) -> None:
        self.context = context
        self.symbol = symbol
        self.members = members
        self.symbols = frozenset((symbol,))

    def holds(self, values: Mapping[str, Any], memo: Memo | None = None) -> bool:
        """Whether the value of the symbol is in the set."""
        del memo
        return values[self.symbol] in self.members

    def __invert__(self) -> Condition:
        return membership(self.context, self.symbol, self.members.complement())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Membership) and (self.symbol, self.members) == (other.symbol, other.members)

    def __hash__(self) -> int:
        return hash((self.symbol, self.members))

    def __str__(self) -> str:
        choices = self.context.domain(self.symbol).choices
        return self.members.text(self.symbol) if choices is None else among(self.symbol, choices, self.members)


class Comparison(Condition):
    """A difference of several symbols that must be zero, or not negative."""

    def __init__(self, operator: str, difference: Count) -> None:
        self.operator = operator
        self.difference = difference
        self.symbols = difference.symbols

    def holds(self, values: Mapping[str, Any], memo: Memo | None = None) -> bool:
        """Whether the difference is zero, or not negative, at these values."""
        value = self.difference.at(values, memo)
        return bool(value == 0 if self.operator == "==" else value >= 0)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Comparison):
            return False
        return (self.operator, self.difference) == (other.operator, other.difference)

    def __hash__(self) -> int:
        return hash((self.operator, self.difference))

    @cached_property
    def _text(self) -> str:
        return compared(self.difference, self.operator)

    def __str__(self) -> str:
        return self._text


class Divisible(Condition):
    """A count must be a multiple of another."""

    def __init__(self, divisor: Any, value: Any) -> None:
        self.divisor = divisor
        self.value = value
        self.symbols = _symbols(divisor) | _symbols(value)

    def holds(self, values: Mapping[str, Any], memo: Memo | None = None) -> bool:
        """Whether the remainder is 0 at these values."""
        divisor, value = (x if is_number(x) else x.at(values, memo) for x in (self.divisor, self.value))
        return bool(divisor != 0 and value % divisor == 0)

    def __str__(self) -> str:
        simple = is_number(self.value) or (isinstance(self.value, Size) and len(self.value.terms) == 1)
        return f"{self.value if simple else f'({self.value})'} % {self.divisor} == 0"


class Chosen(Condition):
    """A symbol must have one of its declared choices."""

    def __init__(self, symbol: str, value: Any) -> None:
        self.symbol = symbol
        self.value = value
        self.symbols = frozenset((symbol,))

    def holds(self, values: Mapping[str, Any], memo: Memo | None = None) -> bool:
        """Whether the symbol has this value."""
        del memo
        return bool(values[self.symbol] == self.value)

    def __str__(self) -> str:
        return f"{self.symbol} == {self.value}"


class Negation(Condition):
    """What must not hold."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        self.symbols = condition.symbols

    def holds(self, values: Mapping[str, Any], memo: Memo | None = None) -> bool:
        """Whether the condition is false."""
        return not self.condition.holds(values, memo)

    def __invert__(self) -> Condition:
        return self.condition

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Negation) and self.condition == other.condition)

    def __hash__(self) -> int:
        return hash((Negation, self.condition))

    def __str__(self) -> str:
        if isinstance(self.condition, Chosen):
            return f"{self.condition.symbol} != {self.condition.value}"
        if isinstance(self.condition, Comparison):
            return compared(self.condition.difference, "!=" if self.condition.operator == "==" else "<")
        return f"not ({self.condition})"


class All(Condition):
    """Several open conditions that must hold together."""

    def __init__(self, parts: tuple[Condition, ...]) -> None:
        self.parts = parts
        self.symbols = frozenset().union(*(part.symbols for part in parts))

    def holds(self, values: Mapping[str, Any], memo: Memo | None = None) -> bool:
        """Whether all of them hold."""
        return all(part.holds(values, memo) for part in self.parts)

    @cached_property
    def _text(self) -> str:
        return " and ".join(map(str, self.parts))

    def __str__(self) -> str:
        return self._text


def every(conditions: Iterable[Condition]) -> Condition:
    """All of them: those on one symbol are merged into one, in the order in which they came."""
    merged: dict[Any, Condition] = {}
    for condition in _flat(conditions):
        if condition.verdict:
            continue
        key, both = _met(merged, condition)
        if both.verdict is False:
            return FALSE
        merged[key] = both
    parts = tuple(merged.values())
    return TRUE if not parts else parts[0] if len(parts) == 1 else All(parts)


def _met(merged: Mapping[Any, Condition], condition: Condition) -> tuple[Any, Condition]:
    """The condition together with what is known of its symbol, and where to keep it."""
    if not isinstance(condition, Membership):
        return condition, condition
    known = merged.get(condition.symbol)
    if not isinstance(known, Membership):
        return condition.symbol, condition
    both = known.members.intersection(condition.members)
    if both is None:
        return condition, condition
    return condition.symbol, membership(condition.context, condition.symbol, both)


def _flat(conditions: Iterable[Condition]) -> Iterator[Condition]:
    for condition in conditions:
        yield from condition.parts if isinstance(condition, All) else (condition,)


def membership(context: Forms, symbol: str, members: IntegerSet) -> Condition:
    """The condition that a symbol is in a set, decided where its domain decides it."""
    domain = context.domain(symbol)
    if domain.choices is not None:
        inside = [choice.denominator == 1 and int(choice) in members for choice in domain.choices]
        return TRUE if all(inside) else Membership(context, symbol, members) if any(inside) else FALSE
    begins = domain.low is not None and int(domain.low) in members
    if not begins and _misses(domain, members):
        return FALSE
    if (begins or domain.low is None) and _misses(domain, members.complement()):
        return TRUE
    return Membership(context, symbol, members)


def _misses(domain: Domain, members: IntegerSet) -> bool:
    """Whether no value of the domain is in the set."""
    if domain.low is None:
        return members.is_empty
    common: IntegerSet | None = members
    if domain.multiple_of > 1:
        common = IntegerSet.periodic(int(domain.low), domain.multiple_of, (0,)).intersection(members)
    if common is None:
        return False
    return common.is_empty if domain.high is None else not common.count(int(domain.low), int(domain.high))


def _symbols(value: Any) -> frozenset[str]:
    return frozenset() if is_number(value) else value.symbols
