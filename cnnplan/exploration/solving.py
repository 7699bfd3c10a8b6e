"""Questions with an answer in whole numbers: the greatest, the least, all values that do what is asked, or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnplan.errors import SpecError, UsageError
from cnnplan.exploration.chains import counted
from cnnplan.exploration.extremes import Extreme, extreme
from cnnplan.exploration.questions import ASKED, LEARNS, asked, question
from cnnplan.exploration.results import Sweep
from cnnplan.exploration.selection import Selection
from cnnplan.exploration.sorting import length, stacked
from cnnplan.exploration.space import Space
from cnnplan.exploration.structures import Structures
from cnnplan.exploration.sweeping import SLAB, Sweeper
from cnnplan.graph.witnesses import pinned
from cnnplan.lazy import np
from cnnplan.sizes import Condition, Count, Number, Size, eq, ge, substitute
from cnnplan.sizes.deciding.conditions import All, Comparison, Negation
from cnnplan.translation import load_spec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cnnplan.exploration.sweeping import Columns
    from cnnplan.plan import Plan
    from cnnplan.spec import Spec

__all__ = ["Family", "solve"]

FEW = 16
"""Values of a symbol that are looked at, at least, where nothing says how many there are."""

MANY = 1024
"""Values of a symbol that are all looked at where the spec says which they are."""

MOST_TRIED = 20_000_000
"""Designs that are tried one by one; beyond, they are counted layer by layer."""

SHOWN = 20
"""Solutions that are held as rows."""


@dataclass(frozen=True, slots=True)
class Family:
    """The answer to `--for s,p`.

    Args:
        symbols: what was looked for.
        formula: what they must satisfy, in closed form where there is one, "" where there is none.
        solutions: how many designs there are among those that were looked at.
        designs: how many were looked at.
        rows: the first solutions.
        looked_at: the values that were looked at, where the spec does not say them.
        reason: what excludes every design.
    """

    symbols: tuple[str, ...]
    formula: str
    solutions: int
    designs: int
    rows: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    looked_at: str = ""
    reason: str = ""

    def __str__(self) -> str:
        """The formula, the number of solutions, and the first of them."""
        head = f"{', '.join(self.symbols)}: {self.formula}\n" if self.formula else ""
        among = f" of {self.designs:,} designs{f' with {self.looked_at}' if self.looked_at else ''}"
        if not self.solutions:
            return f"{head}none{among}: {self.reason}"
        lines = [f"  {pinned(row)}" for row in self.rows]
        more = self.solutions - len(self.rows)
        return "\n".join([f"{head}{self.solutions:,}{among}", *lines, *([f"  and {more:,} more"] if more else [])])


def solve(  # noqa: PLR0913 - all but one by keyword
    source: str | Path | Spec,
    *,
    where: str,
    max: str | None = None,  # noqa: A002 - as it is asked
    min: str | None = None,  # noqa: A002
    for_: Sequence[str] = (),
    optimizer: str = "sgd",
    mixed: bool = False,
    **values: Any,
) -> Extreme | Family:
    """The values of symbols at which a network is legal and as asked.

    Args:
        source: the path of a spec, its text, or the spec.
        where: the question, as in `"macs <= 1G"`.
        max: the symbol of which the greatest value is wanted.
        min: the symbol of which the least is wanted.
        for_: the symbols of which all values are wanted.
        optimizer: sgd, momentum or adam, for `training_memory`.
        mixed: whether training is in mixed precision.
        values: of the other symbols; or several, or a range, of those that are looked for; `W="H"` makes W follow H.

    Raises:
        UsageError: the question makes no sense, or nothing bounds the answer.
        SpecError: the spec is at fault.
    """
    LEARNS.set((optimizer, mixed))
    spec = load_spec(source)
    if sum((max is not None, min is not None, bool(for_))) != 1:
        raise UsageError("ask for one thing: the max of a symbol, the min of one, or all values for some")
    symbol = max or min or ""
    values = {**_defaults(spec, (*for_, symbol)), **values}
    if for_:
        return _family(spec, tuple(for_), where, values)
    return _extreme(spec, symbol, where, values, greatest=max is not None)


def _defaults(spec: Spec, wanted: Sequence[str]) -> dict[str, Any]:
    """The defaults of symbols with choices that are not looked for."""
    choices = {name: symbol for name, symbol in spec.symbols.items() if symbol.choices and name not in wanted}
    return {name: symbol.default for name, symbol in choices.items() if symbol.default is not None}


def _known(spec: Spec, names: Sequence[str]) -> None:
    for name in names:
        if name not in spec.symbols:
            raise UsageError(f"{spec.name} has no symbol {name}; its symbols: {', '.join(spec.symbols) or 'none'}")


def _extreme(spec: Spec, symbol: str, where: str, given: Mapping[str, Any], *, greatest: bool) -> Extreme:
    _known(spec, [symbol])
    declared = spec.symbols[symbol]
    if not declared.integer:
        raise UsageError(f"{symbol} has no greatest or least value: it is no whole number")
    free = symbol not in given and not declared.choices
    space = Space(spec, {**given, symbol: _start(spec, symbol)} if free else given)
    axis = space.axes[symbol]
    others = [name for name, other in space.axes.items() if other.dim != axis.dim and len(other.values) > 1]
    if others:
        raise UsageError(f"{' and '.join(others)} must have one value: --set {others[0]}=...")
    followers = tuple(name for name, other in space.axes.items() if other.dim == axis.dim and name != symbol)
    if not free:
        return _tried(spec, (symbol, *followers), where, given, greatest=greatest)
    point = space.whole().point()
    plan = _legal(Structures(spec).plan(point))
    decided = [str(c) for c in plan.structure if c.symbols & {symbol, *followers}]
    if decided:
        raise UsageError(
            f"the structure depends on {symbol} ({decided[0]}): give it a range, as in --set {symbol}=1:512"
        )
    others_values = {name: value for name, value in point.items() if name not in (symbol, *followers)}
    return extreme(plan, (symbol, *followers), question(where), others_values, greatest=greatest)


def _start(spec: Spec, symbol: str) -> Any:
    """A value at which to plan: the default, or the least."""
    default = spec.symbols[symbol].default
    return default if default is not None else spec.symbols[symbol].domain().low or 1


def _legal(plan: Plan) -> Plan:
    if plan.findings:
        raise SpecError(plan.findings)
    return plan


def _tried(spec: Spec, symbols: tuple[str, ...], where: str, given: Mapping[str, Any], *, greatest: bool) -> Extreme:
    """The answer where the values are given: all are tried."""
    symbol = symbols[0]
    sign = "-" if greatest else ""
    found = _collected(spec, given, where, Selection(f"{sign}{symbol}", limit=1))
    values = sorted(Space(spec, given).axes[symbol].values, reverse=not greatest)
    names = [name for name in ASKED if name in question(where).names]
    if not length(found):
        every = _collected(spec, given, None, Selection())
        reason = _excluding(spec, given, where) if names else f"{where} holds for none of {_span(values)}"
        least = int(values[0])
        at = {name: int(column[every[symbol] == least][0]) for name, column in every.items() if name in names}
        shown = ", ".join(f"{name} = {value:,}" for name, value in at.items() if value >= 0)
        return Extreme(symbols, None, reason=f"already {symbol} = {least} gives {shown}" if shown else reason)
    value = int(found[symbol][0])
    figures = {name: int(found[name][0]) for name in names}
    after = [other for other in values if (other > value) == greatest and other != value]
    beyond = None
    if after and names:
        following = int(min(after) if greatest else max(after))
        rows = _collected(spec, {**given, symbol: following}, None, Selection())
        if rows["legal"].all():
            beyond = (following, {name: int(rows[name][0]) for name in names})
    return Extreme(symbols, value, figures, beyond)


def _span(values: Sequence[Any]) -> str:
    return f"{values[0]}..{values[-1]}"


def _collected(spec: Spec, given: Mapping[str, Any], where: str | None, selection: Selection) -> Columns:
    sweeper = Sweeper(spec, given, where)
    selection.check(sweeper.columns)
    parts = [*selection.of(sweeper.run(sweeper.space.slabs(SLAB)))]
    return stacked(parts) if parts else {name: np.empty(0, np.int64) for name in sweeper.columns}


def _family(spec: Spec, symbols: tuple[str, ...], where: str, given: Mapping[str, Any]) -> Family:
    _known(spec, symbols)
    guessed = {name: _guess(spec, name) for name in symbols if name not in given and not spec.symbols[name].choices}
    space = Space(spec, {**given, **guessed})
    others = [name for name, axis in space.axes.items() if len(axis.values) > 1 and name not in symbols]
    free = [name for name in others if space.axes[name].dim not in {space.axes[name].dim for name in symbols}]
    if free:
        raise UsageError(f"{' and '.join(free)} must have one value: --set {free[0]}=..., or look for it too")
    structures = Structures(spec)
    plan = structures.plan(space.whole().point())
    formula = _formula(plan, symbols, where, space.whole().point())
    looked_at = ", ".join(f"{name} = {'..'.join(text.split(':')[:2])}" for name, text in guessed.items())
    if space.size > MOST_TRIED:
        options = {name: space.axes[name].values for name in symbols}
        fixed = {name: value for name, value in space.whole().point().items() if name not in symbols}
        ways = counted(_legal(plan), options, question(where), fixed)
        rows = [] if ways.witness is None else [ways.witness]
        return Family(
            symbols, formula, ways.designs, space.size, rows, looked_at, "" if rows else "no chain of layers does it"
        )
    sweeper = Sweeper(spec, {**given, **guessed}, where)
    parts = [part for part in sweeper.run(space.slabs(SLAB)) if length(part)]
    found = Sweep(stacked(parts)) if parts else None
    rows = (
        []
        if found is None
        else [{name: found[name][i].item() for name in symbols} for i in range(found.rows) if i < SHOWN]
    )
    reason = "" if rows else f"{_excluding(spec, {**given, **guessed}, where)}{_further(spec, guessed)}"
    return Family(symbols, formula, found.rows if found else 0, space.size, rows, looked_at, reason)


def _guess(spec: Spec, name: str) -> str:
    """A range to look at."""
    domain, default = spec.symbols[name].domain(), spec.symbols[name].default
    low = int(domain.low or 0)
    high = max(low + FEW - 1, 2 * default if isinstance(default, int) else 0)
    if domain.high is not None:
        high = int(domain.high) if domain.high - low < MANY else min(int(domain.high), high)
    return f"{low}:{high}:{domain.multiple_of}"


def _further(spec: Spec, guessed: Mapping[str, str]) -> str:
    """How to look at values that were left out."""
    ends = {name: int(values.split(":")[1]) for name, values in guessed.items()}
    more = [f"--set {name}={end + 1}:{4 * end}" for name, end in ends.items() if end + 1 in spec.symbols[name].domain()]
    return f"; further on: {' or '.join(more)}" if more else ""


def _excluding(spec: Spec, given: Mapping[str, Any], where: str) -> str:
    """What excludes every design: a part of the question, or what the network needs."""
    if not _collected(spec, given, None, Selection())["legal"].any():
        plan = Structures(spec).plan(Space(spec, given).whole().point())
        return str(plan.causes[0]) if plan.causes else "; ".join(map(str, plan.findings)) or "no design is legal"
    for part in where.split(" and "):
        try:
            if not length(_collected(spec, given, part, Selection(limit=1))):
                return f"{part.strip()} holds for no legal design"
        except (UsageError, ValueError):
            break
    return f"each part of {where} holds for some design, all of them for none"


def _formula(plan: Plan, symbols: tuple[str, ...], where: str, values: Mapping[str, Any]) -> str:
    """What the symbols must satisfy, the others being put in."""
    if plan.findings or any(condition.symbols & set(symbols) for condition in plan.structure):
        return ""
    condition = asked(question(where), plan)
    fixed = {name: value for name, value in values.items() if name not in symbols and isinstance(value, Number)}
    parts = condition.parts if isinstance(condition, All) else (condition,)
    bound = [_bound(part, fixed) for part in parts]
    return " and ".join(_band(part) for part in bound if part.verdict is not True)


def _bound(part: Condition, fixed: Mapping[str, Any]) -> Condition:
    """A condition with numbers in the place of some symbols."""
    if isinstance(part, Negation):
        return ~_bound(part.condition, fixed)
    if not isinstance(part, Comparison):
        return part
    difference = substitute(part.difference, fixed)
    if isinstance(difference, Count):
        return Comparison(part.operator, difference)
    return eq(difference, 0) if part.operator == "==" else ge(difference, 0)


def _band(part: Condition) -> str:
    """A floor that must be a number as two inequalities: floor(n/d) == m is d*m <= n <= d*(m + 1) - 1."""
    difference = part.difference if isinstance(part, Comparison) and part.operator == "==" else None
    if not isinstance(difference, Size) or len(difference.terms) != 1:
        return str(part)
    (atom, coef), const = difference.terms[0], difference.const
    if atom.kind != "floor" or abs(coef) != 1:
        return str(part)
    numerator, denominator = atom.args
    wanted = -const * coef
    return f"{denominator * wanted} <= {numerator} <= {denominator * (wanted + 1) - 1}"
