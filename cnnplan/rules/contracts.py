"""Promises held: proved where letters stand, computed where numbers do.

A promise about letters, `shape("layer4") == [N, 2048, ceil(H / 32), ceil(W / 32)]`, must hold for every legal value of
them. One that only names amounts, `macs <= 4.1G`, is held at the values of the symbols, and at those of its own `at`.
"""

from __future__ import annotations

from enum import Enum
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.errors import Inconclusive, UsageError
from cnnplan.graph import bindings
from cnnplan.graph.witnesses import pinned
from cnnplan.plan import plan_spec
from cnnplan.rules.breaches import named, off, said
from cnnplan.rules.coverage import covered
from cnnplan.rules.searching import Search
from cnnplan.rules.terms import Terms
from cnnplan.sizes import FALSE, Chosen, Condition, every, follows
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.findings import Place
    from cnnplan.plan import Plan
    from cnnplan.rules.base import Subject
    from cnnplan.spec import Expression

__all__ = ["Outcome", "Verdict", "hold", "promises"]

MOST_PATHS = 64
"""Ways through the cases of a promise that are followed."""


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
    fixed_values = {name: bound[name] for name in at}
    fixed = {name for condition in plan.structure for name in condition.symbols if subject.spec.symbols[name].choices}
    if any(bound[name] != plan.values.get(name) for name in fixed & fixed_values.keys()):
        return None
    if not all(condition.holds(bound) for condition in plan.structure):
        plan = plan_spec(subject.spec, bound, partial=True)
        if plan.findings:
            return Outcome(Verdict.BROKEN, f"{named(that)}: the network is not legal there: {plan.findings[0].message}")
    terms = Terms(plan, fixed_values)
    if at and "legal" not in that.names and (needs := _illegal(terms)):
        return Outcome(Verdict.BROKEN, f"{named(that)}: the network is not legal there: needs {needs}")
    return _everywhere(subject, that, terms) if _about_letters(that, terms) else _judged(that, terms)


def _everywhere(subject: Subject, that: Expression, terms: Terms) -> Outcome:
    """What a promise about letters comes to in every structure that the declared values make, and on every path."""
    unproved: Outcome | None = None
    coverage = subject.coverage if terms.plan is subject.plan and not terms.pinned else None
    if coverage is None:
        coverage = covered(subject.spec, terms.plan, terms.pinned)
    for plan in coverage.plans:
        if plan.findings:
            where = " and ".join(map(str, plan.structure))
            message = f"{named(that)}: the network is not legal where {where}: {plan.findings[0].message}"
            return Outcome(Verdict.BROKEN, message)
        outcome = _on_every_path(that, terms if plan is terms.plan else Terms(plan, terms.pinned))
        if outcome.verdict is Verdict.BROKEN:
            told = plan is terms.plan or ": not at " in outcome.message
            return outcome if told else outcome._replace(message=outcome.message + _structure(plan))
        unproved = unproved or (outcome if outcome.verdict is Verdict.UNPROVED else None)
    if unproved is None and coverage.left:
        message = f"{named(that)} is neither proved nor refuted where {coverage.left}: these structures are too many"
        unproved = Outcome(Verdict.UNPROVED, message)
    return unproved or KEPT


def _structure(plan: Plan) -> str:
    """Which structure it is, where it is not that of the values: ` with H = 21`."""
    names = sorted({name for each in plan.structure for name in each.symbols if not plan.spec.symbols[name].choices})
    return f" with {pinned({name: plan.values[name] for name in names})}" if names else ""


def _on_every_path(that: Expression, terms: Terms) -> Outcome:
    """What a promise comes to where `a if c else b` is a where c holds, and b where it does not."""
    paths: list[list[tuple[Condition, bool]]] = [[]]
    unproved: Outcome | None = None
    for number in count():
        if not paths:
            return unproved or KEPT
        if number == MOST_PATHS:
            return Outcome(Verdict.UNPROVED, f"{named(that)} is neither proved nor refuted: it has too many cases")
        given = paths.pop()
        followed = terms.along(given)
        outcome = _judged(that, followed)
        path = followed.path or []
        paths += [[*path[:place], (path[place][0], False)] for place in range(len(given), len(path))]
        if outcome.verdict is Verdict.BROKEN:
            return outcome
        unproved = unproved or (outcome if outcome.verdict is Verdict.UNPROVED else None)
    return KEPT


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
    if value is False and not terms.path:
        return Outcome(Verdict.BROKEN, *said(that, terms))
    if not isinstance(value, Condition | bool):
        raise EvaluationError("it is neither true nor false")
    return _open(that, value if isinstance(value, Condition) else FALSE, terms)


def _open(that: Expression, condition: Condition, terms: Terms) -> Outcome:
    """A promise that holds for some values and not for others."""
    given, taken = _given(that, terms), _taken(terms)
    symbols = condition.symbols.union(*(each.symbols for each in given))
    missing = symbols - terms.values.keys() - terms.pinned.keys()
    here = not missing and all(each.holds(terms.values) for each in given)
    if here and not condition.holds(terms.values):
        return Outcome(Verdict.BROKEN, *said(that, terms))
    if not missing and (condition.symbols <= terms.pinned.keys() or not _about_letters(that, terms)) and not given:
        return KEPT
    parts = getattr(condition, "parts", (condition,))
    left = [part for part in parts if not follows(part, given)]
    if not left:
        return KEPT
    search = Search(terms.plan.spec, terms.values, terms.pinned)
    is_amount = missing and not _about_letters(that, terms)
    value, is_proved = (None, False) if is_amount else search.failure(every(left), given, taken)
    if is_proved:
        return KEPT
    where = " and ".join(map(str, left))
    if value:
        departs = off(that, Terms(terms.plan, {**terms.pinned, **value}))
        hint = "; or ".join(filter(None, (departs, _way_out(value, terms))))
        holds = "does not hold" if condition is FALSE else f"holds only where {where}"
        case = "".join(f", where {each}" for each in taken)
        return Outcome(Verdict.BROKEN, f"{named(that)} {holds}{case}: not at {pinned(value)}", hint)
    at = f"; it holds at {_shown(terms, condition)}" if here else ""
    message = f"{named(that)} is neither proved nor refuted: it needs {where}{at}"
    return Outcome(Verdict.UNPROVED, message, f"give the values it is meant for: {_of_one(sorted(symbols), terms)}")


def _of_one(names: Iterable[str], terms: Terms) -> str:
    """How a promise is written that is held at one value of some symbols."""
    values = ", ".join(f"{name}: {terms.values.get(name, 224)}" for name in names)
    return f"{{at: {{{values}}}, that: ...}}"


def _way_out(names: Iterable[str], terms: Terms) -> str:
    """What to do about a promise that does not hold of all values of some symbols."""
    symbols = terms.plan.spec.symbols
    free = [name for name in names if not symbols[name].claims]
    declare = f"declare what {' and '.join(free)} may be" if free else f"narrow what {' and '.join(names)} may be"
    return f"promise it of one size: {_of_one(names, terms)}, or {declare}"


def _given(that: Expression, terms: Terms) -> list[Condition]:
    """What is known where a promise must hold: that the network is legal, has this structure, and the path is taken."""
    legal = () if "legal" in that.names else terms.plan.conditions
    return [*legal, *_taken(terms)]


def _taken(terms: Terms) -> list[Condition]:
    """What holds in this structure and on this path."""
    taken = [condition if verdict else ~condition for condition, verdict in terms.path or ()]
    return [*(condition for condition in terms.plan.structure if not isinstance(condition, Chosen)), *taken]


def _about_letters(that: Expression, terms: Terms) -> bool:
    """Whether a promise speaks of shapes, conditions or symbols, and so of all their values."""
    symbols = terms.plan.spec.symbols
    letters = any(name in symbols and symbols[name].numeric and name not in terms.pinned for name in that.names)
    return letters or bool(that.layers) or "legal" in that.names


def _shown(terms: Terms, condition: Condition) -> str:
    return ", ".join(f"{name} = {terms.values[name]}" for name in sorted(condition.symbols))
