"""What follows from conditions that are known to hold: the letters have fewer values, and more can be decided."""

from __future__ import annotations

from dataclasses import replace
from math import lcm
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.context import Context
from cnnplan.sizes.deciding import decisions, divisibility
from cnnplan.sizes.deciding.conditions import All, Comparison, Condition, Divisible, Membership, Negation, every
from cnnplan.sizes.evaluating.substitution import substitute
from cnnplan.sizes.forms.rationals import Number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnplan.sizes.deciding.sets import IntegerSet
    from cnnplan.sizes.forms.domains import Domain

__all__ = ["follows", "narrowed"]


def follows(condition: Condition, known: Iterable[Condition]) -> bool:
    """Whether a condition holds wherever all of the known ones do: True where it is proved."""
    if condition.verdict is not None:
        return condition.verdict
    if isinstance(condition, All):
        known = tuple(known)
        return all(follows(part, known) for part in condition.parts)
    both = every(known)
    if both.verdict is False:
        return True
    parts = both.parts if isinstance(both, All) else (both,)
    if condition in parts or every((both, ~condition)).verdict is False:
        return True
    members = {part.symbol: part for part in parts if isinstance(part, Membership)}
    return bool(members) and _restated(condition, members).verdict is True


def _restated(condition: Condition, members: Mapping[str, Membership]) -> Condition:
    """The condition where its symbols have only the values that are left."""
    if isinstance(condition, Negation):
        return ~_restated(condition.condition, members)
    if isinstance(condition, All):
        return every(_restated(part, members) for part in condition.parts)
    if not isinstance(condition, Comparison | Divisible) or not condition.symbols & members.keys():
        return condition
    parts = (condition.difference,) if isinstance(condition, Comparison) else (condition.value, condition.divisor)
    old = next(part.context for part in parts if not isinstance(part, Number))
    new = Context()
    letters: dict[str, Any] = {}
    for name in sorted(condition.symbols, key=old.order):
        domain = old.domain(name)
        letters[name] = new.symbol(name, narrowed(domain, members[name].members) if name in members else domain)
    values = [substitute(part, letters) for part in parts]
    if isinstance(condition, Divisible):
        return divisibility.divides(values[1], values[0])
    return (decisions.eq if condition.operator == "==" else decisions.ge)(values[0], 0)


def narrowed(domain: Domain, members: IntegerSet) -> Domain:
    """A domain that holds all values of another that are in a set, and few others."""
    if not domain.integer:
        return domain
    if domain.choices is not None:
        left = tuple(choice for choice in domain.choices if choice.denominator == 1 and int(choice) in members)
        return replace(domain, choices=left) if left else domain
    multiple = lcm(domain.multiple_of, members.step)
    low = next(members.members(members.start + members.modulus), None)
    lows = [int(end) for end in (low, domain.low) if end is not None]
    last = None if members.residues or not members.runs else members.runs[-1][1]
    highs = [int(end) for end in (last, domain.high) if end is not None]
    return replace(domain, min=max(lows, default=None), max=min(highs, default=None), multiple_of=multiple)
