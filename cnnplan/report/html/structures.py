"""The structures of a network that a page can show: each is planned once, and the page picks the one that holds.

A slider may move a symbol across a decision: another variant, another depth, a shortcut that appears. Whatever the
structure rests on is tried at one value on either side, up to a limit; what is not among them the page says.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from cnnplan.errors import CnnplanError
from cnnplan.plan import plan_spec
from cnnplan.sizes import Chosen, Condition, Membership

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.plan import Plan
    from cnnplan.spec import Spec

__all__ = ["MOST_LAYERS", "MOST_STRUCTURES", "structures"]

MOST_STRUCTURES = 16
MOST_LAYERS = 6_000
"""Together, over all structures of a page."""

MOST_TRIED = 64
"""Values that are planned at, whether they show a new structure or not."""


def structures(plan: Plan) -> list[Plan]:
    """The plan itself first, then those of other structures."""
    found = {_key(plan): plan}
    known = {_values(plan.values)}
    if plan.findings:
        return [plan]
    waiting, tried, layers = [plan], 0, len(plan)
    while waiting and tried < MOST_TRIED:
        for values in _elsewhere(waiting.pop(0)):
            if _values(values) in known:
                continue
            known.add(_values(values))
            tried += 1
            other = _planned(plan.spec, values, plan)
            if other is None or _key(other) in found or layers + len(other) > MOST_LAYERS:
                continue
            if len(found) == MOST_STRUCTURES or tried > MOST_TRIED:
                return list(found.values())
            layers += len(other)
            found[_key(other)] = other
            waiting.append(other)
    return list(found.values())


def fractions(spec: Spec) -> list[str]:
    """The symbols that may be fractions: formulas are exact in whole numbers, so each value is a plan of its own."""
    return [name for name, symbol in spec.symbols.items() if symbol.numeric and not symbol.integer]


def _key(plan: Plan) -> Any:
    """What the plan rests on, and the fractions in it."""
    fixed = ((name, plan.values.get(name)) for name in fractions(plan.spec))
    return frozenset(map(str, plan.structure)), tuple(fixed)


def _values(values: Mapping[str, Any]) -> str:
    """What tells values from others: records are no keys."""
    return repr([*values.items()])


def _planned(spec: Spec, values: Mapping[str, Any], previous: Plan) -> Plan | None:
    """The plan at these values; None where there is none."""
    try:
        return plan_spec(spec, values, previous=previous)
    except CnnplanError:
        return None


def _elsewhere(plan: Plan) -> Iterator[dict[str, Any]]:
    """Values at which one decision falls otherwise."""
    rational = fractions(plan.spec)
    for condition in plan.structure:
        for name, value in _other_side(plan, condition):
            yield {**plan.values, name: value}
    choices = [[(name, value) for value in (plan.spec.symbols[name].choices or {}).values()] for name in rational]
    for case in product(*choices):
        yield {**plan.values, **dict(case)}


def _other_side(plan: Plan, condition: Condition) -> Iterator[tuple[str, Any]]:
    """A symbol, and values of it that a condition does not allow or does not speak of."""
    for name in sorted(condition.symbols):
        symbol = plan.spec.symbols[name]
        if symbol.choices:
            yield from ((name, value) for value in symbol.choices.values())
        elif isinstance(condition, Membership):
            low, high = symbol.domain().low, symbol.domain().high
            near = range(int(low or 0), int(high) + 1 if high is not None else 4096)
            outside = (value for value in near if value not in condition.members and value in symbol.domain())
            yield from ((name, value) for value in [*outside][:1])
        elif not isinstance(condition, Chosen):
            default = symbol.default if isinstance(symbol.default, int) else 1
            yield from ((name, value) for value in (1, 2 * default, default + 1) if value in symbol.domain())
