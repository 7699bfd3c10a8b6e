"""At which values of its symbols a network is run: few, small, and those where formulas go wrong.

Just at the lower bound; at several residues of every period that occurs in the sizes; batches above 1; no two symbols
alike; every combination of declared choices, as long as they are few.
"""

from __future__ import annotations

from itertools import count, islice, product, takewhile
from math import lcm
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.sizes import Membership, Number, Size, substitute
from cnnplan.sizes.deciding.periods import period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.plan import Plan
    from cnnplan.spec import Spec, Symbol

__all__ = ["Choice", "structures"]

MOST_STRUCTURES = 24
"""Combinations of choices that are all tried; of more, each choice once."""

MOST_TRIED = 20_000
LONGEST_PERIOD = 512
FEWEST = 3
NEAR = 12
FAR = 4 * LONGEST_PERIOD
"""Values that are looked through for those at which the structure is the plan's."""

BATCHES = (2, 3)


def structures(spec: Spec, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Combinations of the declared choices of symbols that nobody told the value of."""
    names = [name for name, symbol in spec.symbols.items() if symbol.choices and name not in told]
    options = [list((spec.symbols[name].choices or {}).values()) for name in names]
    cases = [dict(zip(names, case, strict=True)) for case in islice(product(*options), MOST_STRUCTURES + 1)]
    if len(cases) <= MOST_STRUCTURES:
        return cases
    first = {name: values[0] for name, values in zip(names, options, strict=True)}
    return [first] + [{**first, name: v} for name, values in zip(names, options, strict=True) for v in values[1:]]


class Choice:
    """Chooses values for the symbols that are sizes.

    Args:
        plan: the network, with letters.
        told: the values that are not to be chosen.
    """

    def __init__(self, plan: Plan, told: Mapping[str, Any]) -> None:
        self.plan = plan
        self.fixed = {name: plan.values[name] for name in plan.spec.symbols if name in told}
        symbols = plan.spec.symbols
        self.free = [name for name in symbols if name not in told]
        firsts = [shape[0] for shape in plan.graph.inputs.values() if shape]
        self.batches = {name for name in self.free if any(name in getattr(first, "symbols", ()) for first in firsts)}
        conditions = [c for c in plan.conditions if isinstance(c, Membership)]
        self._periods: dict[str, int] = {}
        self._members = {c.symbol: c.members for c in conditions}
        self._alone = {name: [c for c in plan.structure if c.symbols == {name}] for name in self.free}

    def legal(self, values: Mapping[str, Any]) -> bool:
        """Whether the network is what it is, and may run, at these values."""
        condition = self.plan.condition
        return (condition.verdict or condition.holds(values)) and all(c.holds(values) for c in self.plan.structure)

    def bindings(self) -> list[dict[str, Any]]:
        """The values to run at: every symbol takes each of its values, beside another one of the next symbol."""
        lists = {name: self._values(name) for name in self.free}
        sizes = [name for name in self.free if name not in self.batches]
        found: list[dict[str, Any]] = []
        for turn in range(max((len(lists[name]) for name in sizes), default=1)):
            values = dict(self.fixed)
            for name, options in lists.items():
                place = turn + (sizes.index(name) if name in sizes else 0)
                values[name] = self._apart(name, options[place % len(options)], values)
            if self.legal(values) and values not in found:
                found.append(values)
        return found or [self.smallest()]

    def smallest(self, least: Mapping[str, int] | None = None) -> dict[str, Any]:
        """The smallest legal values, some symbols at least so large.

        Raises:
            UsageError: none was found.
        """
        least = least or {}
        options = [list(islice(self._from(name, least.get(name, 0)), NEAR)) for name in self.free]
        cases = sorted(islice(product(*(enumerate(values) for values in options)), MOST_TRIED), key=_order)
        for case in cases:
            values = {**self.fixed, **{name: value for name, (_, value) in zip(self.free, case, strict=True)}}
            if self.legal(values):
                return values
        raise UsageError(f"{self.plan.name}: no legal sizes were found: give them with --set")

    def forbidden(self) -> Iterator[dict[str, Any]]:
        """Values that the declarations allow and a condition of the plan does not."""
        start = self.smallest()
        for condition in self.plan.conditions:
            for name in sorted(condition.symbols & set(self.free)):
                near = islice(self._domain(name, max(1, start[name] - 3)), 4 * LONGEST_PERIOD)
                cases = ({**start, name: value} for value in near)
                illegal = (case for case in cases if not condition.holds(case))
                kept = [case for case in islice(illegal, 3) if all(c.holds(case) for c in self.plan.structure)]
                yield from kept

    def _values(self, name: str) -> list[Any]:
        """The least value, and one for each of a few remainders."""
        if name in self.batches:
            return [n for n in BATCHES if n in self._symbol(name).domain()] or [next(self._from(name, 0))]
        first = next(self._from(name, 0), self.plan.values.get(name, 1))
        long = self._period(name)
        wanted = dict.fromkeys((0, 1, long // 2 + 1, long - 1)) if long > 1 else {0: None}
        found = [first]
        for remainder in wanted:
            near = takewhile(lambda v: v <= first + 4 * long, self._from(name, first + 1))
            value = next((v for v in near if v % long == remainder % long), None)
            if value is not None and value not in found:
                found.append(value)
        more = (v for v in self._from(name, first + 1) if v not in found)
        return found + list(islice(more, max(0, FEWEST - len(found))))

    def _apart(self, name: str, value: Any, others: Mapping[str, Any]) -> Any:
        """The value, or another with the same remainder, so that no two symbols are alike."""
        if not isinstance(value, int) or value not in others.values():
            return value
        long = self._period(name)
        near = islice(self._from(name, value + 1), 4 * long + 8)
        return next((v for v in near if (v - value) % long == 0 and v not in others.values()), value)

    def _symbol(self, name: str) -> Symbol:
        return self.plan.spec.symbols[name]

    def _domain(self, name: str, least: Any) -> Iterator[Any]:
        """Declared values, the least first."""
        domain = self._symbol(name).domain()
        if domain.choices is not None:
            return iter(sorted(domain.choices))
        if not domain.integer:
            default = self._symbol(name).default
            return iter([v for v in (default, domain.low, domain.high) if v is not None][:1])
        start = max(int(domain.low or 1), least)
        start += -start % domain.multiple_of
        return takewhile(lambda v: v in domain, count(start, domain.multiple_of))

    def _from(self, name: str, least: Any) -> Iterator[Any]:
        """Those that the conditions on this symbol alone allow, and at which the network is what it is."""
        members, alone = self._members.get(name), self._alone.get(name, [])
        near = islice(self._domain(name, least), FAR) if alone else self._domain(name, least)
        if members is not None and not members.residues:
            near = takewhile(lambda v: v < members.start, near)
        allowed = (v for v in near if members is None or v in members)
        return (v for v in allowed if all(c.holds({name: v}) for c in alone))

    def _period(self, name: str) -> int:
        """After how many steps all sizes repeat, as far as it is short."""
        if name not in self._periods:
            numbers = {key: value for key, value in self.fixed.items() if isinstance(value, Number)}
            sizes = {substitute(n, numbers) for node in self.plan for n in node.shape if isinstance(n, Size)}
            long = 1
            for size in sizes:
                found = period(size) if isinstance(size, Size) and size.symbols == {name} else None
                if found is not None and lcm(long, found[0]) <= LONGEST_PERIOD:
                    long = lcm(long, found[0])
            self._periods[name] = long * self._symbol(name).domain().scale
        return self._periods[name]


def _order(case: tuple[tuple[int, Any], ...]) -> tuple[int, int]:
    """Small values first, and of those the pairwise different ones."""
    places = sum(place for place, _ in case)
    numbers = [value for _, value in case if isinstance(value, Number)]
    return places + 2 * (len(numbers) - len(set(numbers))), places
