"""Every structure that a network has within what its symbols are declared to be.

`when: H > 20` makes two networks of one spec, `repeat: d` as many as d has values. They are found by covering: what is
declared is a region; a point of it is planned; the structure found there holds on a part of the region, and what is
left is regions again. So a promise that holds in each of them holds for every declared value.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.plan import plan_spec
from cnnplan.sizes import TRUE, Membership, every
from cnnplan.sizes.deciding.conditions import All

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.plan import Plan
    from cnnplan.sizes import Condition
    from cnnplan.spec import Spec

__all__ = ["MOST_LAYERS", "MOST_STRUCTURES", "Coverage", "covered"]

MOST_STRUCTURES = 64
"""The structures of a range that are looked at; what a spec has beyond that is undecided, which is said."""

MOST_LAYERS = 20_000

FEW, MOST_TRIED = 48, 4096
"""Values of a symbol, and combinations of them, among which a point of a region is looked for."""


class Coverage(NamedTuple):
    """The structures within a range.

    Args:
        plans: the network in each of them, the one at the values first.
        left: the conditions of what was not looked at, "" where nothing was left.
    """

    plans: tuple[Plan, ...]
    left: str = ""


def covered(spec: Spec, first: Plan, fixed: Mapping[str, Any], most: int = MOST_LAYERS) -> Coverage:
    """The structures that a network has at all declared values.

    Args:
        spec: where they are declared.
        first: the network at its values.
        fixed: symbols that have one value here; those with choices that the structure rests on have one in any case.
        most: layers that are planned; the structures behind them are left.
    """
    plans, layers = [first], 0
    chosen = {name for condition in first.structure for name in condition.symbols if spec.symbols[name].choices}
    fixed = {**{name: first.values[name] for name in chosen}, **fixed}
    free = _free(spec, fixed)
    regions = list(_rest(TRUE, _structure(first, free)))
    while regions:
        region = regions.pop(0)
        if region.verdict is False:
            continue
        point = _point(spec, region, first.values)
        if point is None or len(plans) == MOST_STRUCTURES or layers >= most:
            return Coverage(tuple(plans), str(region))
        known = next((plan for plan in plans if all(c.holds(point) for c in _structure(plan, free))), None)
        if known is None:
            known = plan_spec(spec, {**first.values, **fixed, **point}, partial=True, previous=first)
            plans.append(known)
            layers += len(known)
        regions += _rest(region, _structure(known, free))
    return Coverage(tuple(plans))


def _free(spec: Spec, fixed: Mapping[str, Any]) -> frozenset[str]:
    """The symbols of which all values are claimed."""
    return frozenset(name for name, symbol in spec.symbols.items() if symbol.claims and symbol.numeric) - fixed.keys()


def _structure(plan: Plan, free: frozenset[str]) -> list[Condition]:
    """The decisions that rest on claimed symbols."""
    return [condition for condition in plan.structure if condition.symbols <= free]


def _rest(region: Condition, structure: Iterable[Condition]) -> Iterator[Condition]:
    """What is left of a region without the part on which a structure holds."""
    for condition in structure:
        left = every((region, ~condition))
        if left.verdict is not False:
            yield left
        region = every((region, condition))


def _point(spec: Spec, region: Condition, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Declared values in a region: the defaults where they are, else the least; None where none is found."""
    parts = region.parts if isinstance(region, All) else (region,)
    names = sorted(region.symbols)
    members = {part.symbol: part for part in parts if isinstance(part, Membership)}
    options = [[*islice(_values(spec, name, members.get(name), values.get(name)), FEW)] for name in names]
    for case in islice(product(*options), MOST_TRIED):
        point = dict(zip(names, case, strict=True))
        if all(part.holds(point) for part in parts):
            return point
    return None


def _values(spec: Spec, name: str, member: Membership | None, today: Any) -> Iterator[Any]:
    """Declared values of a symbol that a condition allows."""
    domain = spec.symbols[name].domain()
    if domain.choices is not None:
        yield from (choice for choice in domain.choices if member is None or member.holds({name: choice}))
        return
    if today is not None and (member is None or member.holds({name: today})):
        yield today
    low = int(domain.low or 0)
    stop = low + 10**6 if domain.high is None else int(domain.high) + 1
    every_one = member.members.members(stop) if member is not None else iter(range(low, stop, domain.multiple_of))
    yield from (value for value in islice(every_one, MOST_TRIED) if value in domain)
