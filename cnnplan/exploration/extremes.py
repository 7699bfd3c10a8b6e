"""The greatest, or the least, value of a symbol at which a network is legal and a question has the answer yes.

What is proved to grow is bisected; remainders are walked back to the next one that fits; the rest is tried in bulk. All
of it in exact integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.exploration.questions import ASKED, asked, total
from cnnplan.exploration.trends import CONSTANT, FALLS, GROWS, Trends
from cnnplan.sizes import Condition, Domain, Membership, evaluate
from cnnplan.sizes.deciding.conditions import All, Comparison, Negation
from cnnplan.sizes.evaluating.bulk import compiled
from cnnplan.sizes.evaluating.codegen import symbols_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cnnplan.plan import Plan
    from cnnplan.spec import Expression

__all__ = ["Extreme", "extreme", "largest"]

HIGHEST = 2**60
"""Beyond this a symbol is taken to have no bound."""

MOST_TRIED = 1_000_000
"""Values that are tried one by one where nothing is proved about a condition."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """The answer to `--max H` or `--min H`.

    Args:
        symbols: the symbol, and those that follow it.
        value: its value; None where there is none.
        figures: what the question is about, at that value.
        beyond: the next value that would be possible otherwise, and the same figures there.
        reason: why there is no value.
        illegal: why the network is not legal at that next value, where it is not.
    """

    symbols: tuple[str, ...]
    value: int | None
    figures: Mapping[str, int] = field(default_factory=dict)
    beyond: tuple[int, Mapping[str, int]] | None = None
    reason: str = ""
    illegal: str = ""

    def __str__(self) -> str:
        """`H = W = 100: macs = 997,450,496; 101 gives macs = 1,010,934,464`."""
        if self.value is None:
            return f"none: {self.reason}"
        text = f"{' = '.join(self.symbols)} = {self.value}{_shown(self.figures, ': ')}"
        if self.beyond is not None:
            following, figures = self.beyond
            gives = f"is not legal ({self.illegal})" if self.illegal else f"gives {_shown(figures, '') or 'no'}"
            text += f"; {following} {gives}"
        return text


def _shown(figures: Mapping[str, int], lead: str) -> str:
    return lead + ", ".join(f"{name} = {value:,}" for name, value in figures.items()) if figures else ""


def extreme(
    plan: Plan, symbols: tuple[str, ...], where: Expression, values: Mapping[str, Any], *, greatest: bool
) -> Extreme:
    """The greatest or least value of the first symbol, which the others follow.

    Args:
        plan: of the structure that is asked about.
        symbols: the symbol that is looked for, and those tied to it.
        where: the question.
        values: of all other symbols.
        greatest: False for the least value.

    Raises:
        UsageError: nothing bounds the search, and nothing is proved about the question.
    """
    search = Search(plan, symbols, where, values)
    return search.greatest() if greatest else search.least()


class Search:
    """One question about one symbol of one plan."""

    def __init__(self, plan: Plan, symbols: tuple[str, ...], where: Expression, values: Mapping[str, Any]) -> None:
        self.plan = plan
        self.symbols = symbols
        self.values = dict(values)
        self.names = [name for name in ASKED if name in where.names]
        domains = self.domains = [plan.spec.symbols[name].domain() for name in symbols]
        self.domain = domains[0]
        self.low = int(max(domain.low if domain.low is not None else -HIGHEST for domain in domains))
        self.high = int(min(domain.high if domain.high is not None else HIGHEST for domain in domains))
        self.parts = _parts((plan.condition, asked(where, plan)))
        self.members = [part for part in self.parts if isinstance(part, Membership) and part.symbol in symbols]
        others = [part for part in self.parts if not any(part is member for member in self.members)]
        self.low = self._first_member()
        trends = Trends(symbols, lambda size: size.at(self.at(self.low)))
        moves = [(part, _move(part, trends)) for part in others]
        self.falling = [self.test(part) for part, move in moves if move == FALLS]
        self.rising = [self.test(part) for part, move in moves if move == GROWS]
        self.fixed = [part for part, move in moves if move == CONSTANT]
        self.unknown = [part for part, move in moves if move is None]

    def at(self, value: int) -> dict[str, Any]:
        """The values of all symbols when this one has a value."""
        return {**self.values, **dict.fromkeys(self.symbols, value)}

    def test(self, condition: Condition) -> Callable[[int], bool]:
        """A condition as a quick function of the value."""
        inner = condition.condition if isinstance(condition, Negation) else condition
        if not isinstance(inner, Comparison) or any(not self.plan.spec.symbols[n].integer for n in inner.symbols):
            return lambda value: condition.holds(self.at(value))
        function = compiled(inner.difference)
        names = symbols_of([inner.difference])
        fixed = [None if name in self.symbols else self.values[name] for name in names]
        equal, wanted = inner.operator == "==", inner is condition

        def holds(value: int) -> bool:
            difference = function(*[value if other is None else other for other in fixed])
            return bool(difference == 0 if equal else difference >= 0) is wanted

        return holds

    def greatest(self) -> Extreme:
        """The greatest value."""
        none = self._impossible()
        if none is not None:
            return none
        if not all(holds(self.low) for holds in self.falling):
            return self._none(self.low)
        top = self.top()
        finite = [part.members.start - 1 for part in self.members if not part.members.residues]
        top = min([top, *finite])
        if top >= HIGHEST:
            raise UsageError(f"{self.symbols[0]} has no greatest value: nothing in the question bounds it")
        found = next((value for value in self._candidates(top, -1) if self.holds(value)), None)
        return self._none(top) if found is None else self._answer(found, +1)

    def top(self) -> int:
        """The greatest value up to which everything holds that fails for good; it must hold at the least value."""
        return largest(lambda value: all(holds(value) for holds in self.falling), self.low, self.high)

    def least(self) -> Extreme:
        """The least value."""
        none = self._impossible()
        if none is not None:
            return none
        start = self.low
        if self.rising and not all(holds(start) for holds in self.rising):
            below = largest(lambda value: not all(holds(value) for holds in self.rising), self.low, self.high)
            if below >= self.high:
                return self._none(self.high if self.high < HIGHEST else self.low)
            start = below + 1
        found = next((value for value in self._candidates(start, +1) if self.holds(value)), None)
        return self._none(start) if found is None else self._answer(found, -1)

    def holds(self, value: int) -> bool:
        """Whether everything is as asked at a value."""
        at = self.at(value)
        return all(part.holds(at) for part in self.parts)

    def possible(self, value: int) -> bool:
        """Whether the domain and the remainders allow a value."""
        return all(value in domain for domain in self.domains) and all(value in part.members for part in self.members)

    def _candidates(self, start: int, step: int) -> Iterable[int]:
        """Possible values from one on, as many as it takes to be sure that there is none."""
        stop = self.low if step < 0 else self.high
        span = abs(stop - start) + 1
        if not self.unknown:
            span = min(span, _period(self.members, self.domain))
        elif span > MOST_TRIED:
            text = " and ".join(map(str, self.unknown))
            raise UsageError(
                f"{text} may hold anywhere: give {self.symbols[0]} a range, as in --set {self.symbols[0]}=1:4096"
            )
        return (value for value in range(start, start + step * span, step) if self.possible(value))

    def _first_member(self) -> int:
        """The least value that remainders and bounds allow."""
        reach = max([self.low, *(part.members.start for part in self.members)]) + _period(self.members, self.domain)
        return next((n for n in range(self.low, min(reach, self.high) + 1) if self.possible(n)), self.low)

    def _impossible(self) -> Extreme | None:
        """The answer where a condition excludes every value."""
        if any(part.verdict is False for part in self.parts):
            return self._none(self.low)
        for part in self.fixed:
            if not part.holds(self.at(self.low)):
                return Extreme(self.symbols, None, reason=f"{part} does not hold{self._origin(part)}")
        if not self.possible(self.low):
            texts = [f"{part}{self._origin(part)}" for part in self.members]
            return Extreme(self.symbols, None, reason=f"no {self.symbols[0]} has {' and '.join(texts)}")
        return None

    def _origin(self, part: Condition) -> str:
        """The layer that asks for a condition, where one does."""
        layers = [cause.layer for cause in self.plan.causes if cause.condition.symbols & part.symbols]
        return f" (asked for by {layers[0]})" if layers and part in _parts((self.plan.condition,)) else ""

    def _none(self, value: int) -> Extreme:
        failing = [part for part in self.parts if not part.holds(self.at(value))]
        where = f"{' = '.join(self.symbols)} = {value}"
        shown = _shown(self.figures(value), "")
        if shown and not any(part in _parts((self.plan.condition,)) for part in failing):
            return Extreme(self.symbols, None, reason=f"already {where} gives {shown}")
        asks = " and ".join(f"{part}{self._origin(part)}" for part in failing or self.parts)
        return Extreme(self.symbols, None, reason=f"{asks} excludes {where} and all that come after it")

    def figures(self, value: int) -> dict[str, int]:
        """What the question is about, at a value."""
        at = self.at(value)
        memo: dict[Any, Any] = {}
        return {name: evaluate(total(self.plan, name), at, memo) for name in self.names}

    def _answer(self, value: int, step: int) -> Extreme:
        stop = value + step * (_period(self.members, self.domain) + 1)
        beyond = next(
            (n for n in range(value + step, stop, step) if self.low <= n <= self.high and self.possible(n)), None
        )
        if beyond is None or not self.names:
            return Extreme(self.symbols, value, self.figures(value))
        if self.plan.condition.holds(self.at(beyond)):
            return Extreme(self.symbols, value, self.figures(value), (beyond, self.figures(beyond)))
        return Extreme(self.symbols, value, self.figures(value), (beyond, {}), illegal=self._breaks(beyond))

    def _breaks(self, value: int) -> str:
        """The first layer that is not legal at a value."""
        at = self.at(value)
        broken = (f"{cause.layer}: {cause.reason}" for cause in self.plan.causes if not cause.condition.holds(at))
        return next(broken, str(self.plan.condition))


def largest(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The greatest value up to high at which something holds that holds at low and, once it fails, fails for good."""
    step = max(1, low)
    while low < high and holds(min(low + step, high)):
        low = min(low + step, high)
        step *= 2
    high = min(high, low + step - 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _parts(conditions: Iterable[Condition]) -> list[Condition]:
    """Conditions one by one; those that always hold are none."""
    flat = [
        part for condition in conditions for part in (condition.parts if isinstance(condition, All) else (condition,))
    ]
    return [part for part in flat if part.verdict is not True]


def _move(part: Condition, trends: Trends) -> int | None:
    """Whether a condition, as the symbol grows, becomes true for good (1), false for good (-1), or stays (0)."""
    if not part.symbols & trends.symbols:
        return CONSTANT
    inner = part.condition if isinstance(part, Negation) else part
    if not isinstance(inner, Comparison) or inner.operator != ">=":
        return None
    trend = trends.of(inner.difference)
    return trend if trend is None or inner is part else -trend


def _period(members: list[Membership], domain: Domain) -> int:
    """A number of steps within which everything that repeats has been seen."""
    if domain.choices is not None:
        return int(max(domain.choices) - min(domain.choices)) + 1
    length = domain.multiple_of
    for part in members:
        length *= part.members.modulus
    spread = max((part.members.start - part.members.base for part in members), default=0)
    return min(length, MOST_TRIED) + spread
