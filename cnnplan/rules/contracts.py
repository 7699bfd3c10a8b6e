"""Promises held: proved where letters stand, computed where numbers do.

A promise about letters, `shape("layer4") == [N, 2048, ceil(H / 32), ceil(W / 32)]`, must hold for every legal value of
them. One that only names amounts, `macs <= 4.1G`, is held at the values of the symbols, and at those of its own `at`.
"""

from __future__ import annotations

from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.errors import Inconclusive, UsageError
from cnnplan.graph import bindings
from cnnplan.plan import plan_spec
from cnnplan.rules.breaches import named, said
from cnnplan.rules.terms import Terms
from cnnplan.sizes import Condition, every
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.findings import Place
    from cnnplan.rules.base import Subject
    from cnnplan.spec import Expression

__all__ = ["Outcome", "Verdict", "hold", "promises"]

FEW = 64
"""Values of a symbol that are tried to find one at which a promise is broken."""


class Verdict(Enum):
    """What became of a promise."""

    KEPT = "kept"
    BROKEN = "broken"
    UNPROVED = "unproved"


class Outcome(NamedTuple):
    """A promise, and what there is to say of it where it is not kept."""

    verdict: Verdict
    message: str = ""
    hint: str = ""
    place: Place | None = None


KEPT = Outcome(Verdict.KEPT)


def promises(subject: Subject) -> list[tuple[Place, Outcome]]:
    """What the spec promises and does not keep, made once for all rules that ask."""
    if subject.outcomes is None:
        subject.outcomes = [
            (promise.place, outcome)
            for promise in subject.spec.expect
            for outcome in _promised(subject, promise.that, promise.at)
        ]
    return subject.outcomes


def _promised(subject: Subject, that: Expression, at: Mapping[str, Expression]) -> Iterator[Outcome]:
    """The outcome of a promise where it is not kept."""
    outcome: Outcome | None
    try:
        outcome = hold(subject, that, {name: value.value for name, value in at.items()})
    except EvaluationError as error:
        outcome = Outcome(Verdict.BROKEN, f"{named(that)} has no value: {error}")
    if outcome is not None and outcome.verdict is not Verdict.KEPT:
        yield outcome._replace(place=that.place)


def hold(subject: Subject, that: Expression, at: Mapping[str, Any]) -> Outcome | None:
    """Hold a network to a promise; None where the promise is about another structure.

    Raises:
        EvaluationError: it has no value.
    """
    plan = subject.plan
    try:
        bound = bindings(subject.spec, {**plan.values, **at})
    except UsageError as error:
        return Outcome(Verdict.BROKEN, f"{named(that)} is promised of what is not declared: {error}")
    pinned = {name: bound[name] for name in at}
    fixed = {name for condition in plan.structure for name in condition.symbols if subject.spec.symbols[name].choices}
    if any(bound[name] != plan.values.get(name) for name in fixed & pinned.keys()):
        return None
    if not all(condition.holds(bound) for condition in plan.structure):
        plan = plan_spec(subject.spec, bound, partial=True)
        if plan.findings:
            return Outcome(Verdict.BROKEN, f"{named(that)}: the network is not legal there: {plan.findings[0].message}")
    terms = Terms(plan, pinned)
    if at and "legal" not in that.names and (needs := _illegal(terms)):
        return Outcome(Verdict.BROKEN, f"{named(that)}: the network is not legal there: needs {needs}")
    return _judged(that, terms)


def _illegal(terms: Terms) -> str:
    """The conditions that the values do not meet."""
    known = (condition for condition in terms.plan.conditions if condition.symbols <= terms.pinned.keys())
    return " and ".join(str(condition) for condition in known if not condition.holds(terms.values))


def _judged(that: Expression, terms: Terms) -> Outcome:
    """What a promise comes to."""
    try:
        value = that.evaluate(terms)
    except Inconclusive as error:
        return Outcome(Verdict.UNPROVED, f"{named(that)} is neither proved nor refuted: {error}")
    if isinstance(value, Condition):
        value = value if value.verdict is None else value.verdict
    if value is True:
        return KEPT
    if value is False:
        return Outcome(Verdict.BROKEN, *said(that, terms))
    if not isinstance(value, Condition):
        raise EvaluationError("it is neither true nor false")
    return _open(that, value, terms)


def _open(that: Expression, condition: Condition, terms: Terms) -> Outcome:
    """A promise that holds for some values and not for others."""
    missing = condition.symbols - terms.values.keys() - terms.pinned.keys()
    if not missing and not _holds(condition, terms):
        return Outcome(Verdict.BROKEN, *said(that, terms))
    if not missing and (condition.symbols <= terms.pinned.keys() or not _about_letters(that, terms)):
        return KEPT
    parts = getattr(condition, "parts", (condition,))
    left = [part for part in parts if "legal" in that.names or not _implied(part, terms)]
    if not left:
        return KEPT
    where = " and ".join(map(str, left))
    value = next((value for part in left for value in _counterexample(part, terms)), "")
    if value:
        hint = "promise it of one size: {at: {H: 224}, that: ...}, or declare what H may be"
        return Outcome(Verdict.BROKEN, f"{named(that)} holds only where {where}: not at {value}", hint)
    at = "" if missing else f"; it holds at {_shown(terms, condition)}"
    return Outcome(Verdict.UNPROVED, f"{named(that)} is neither proved nor refuted: it needs {where}{at}")


def _about_letters(that: Expression, terms: Terms) -> bool:
    """Whether a promise speaks of shapes, conditions or symbols, and so of all their values."""
    symbols = terms.plan.spec.symbols
    letters = any(name in symbols and symbols[name].numeric and name not in terms.pinned for name in that.names)
    return letters or bool(that.layers) or "legal" in that.names


def _implied(part: Condition, terms: Terms) -> bool:
    """Whether it holds wherever the network is legal."""
    legal = terms.plan.condition
    return part in getattr(legal, "parts", (legal,)) or every((legal, ~part)).verdict is False


def _holds(condition: Condition, terms: Terms) -> bool:
    return bool(condition.holds(terms.values))


def _counterexample(part: Condition, terms: Terms) -> Iterator[str]:
    """Legal values at which it does not hold, one symbol at a time."""
    others = {name: value for name, value in terms.values.items() if name in part.symbols}
    if part.symbols - others.keys():
        others = {name: others.get(name) or _few(name, terms)[0] for name in part.symbols}
    for name in sorted(part.symbols - terms.pinned.keys()):
        for value in _few(name, terms):
            values = {**others, name: value}
            if not part.holds(values) and (part in terms.plan.conditions or _legal(values, terms)):
                yield ", ".join(f"{symbol} = {values[symbol]}" for symbol in sorted(part.symbols))
                return


def _legal(values: Mapping[str, Any], terms: Terms) -> bool:
    known = {**terms.values, **values}
    return all(part.symbols <= known.keys() and part.holds(known) for part in terms.plan.conditions)


def _few(name: str, terms: Terms) -> list[Any]:
    """Values that a symbol may have: around its default, then from the least on."""
    domain = terms.plan.spec.symbols[name].domain()
    if domain.choices is not None:
        return list(domain.choices)
    step = domain.multiple_of
    low = int(domain.low or 0)
    start = terms.values.get(name, low)
    if not isinstance(start, int):
        return [low]
    tried = (*range(start, start + FEW * step, step), *range(low, low + FEW * step, step))
    return list(islice((value for value in tried if value in domain), 2 * FEW)) or [low]


def _shown(terms: Terms, condition: Condition) -> str:
    return ", ".join(f"{name} = {terms.values[name]}" for name in sorted(condition.symbols))
