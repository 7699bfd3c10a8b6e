"""One network of runs that do not call the same functions: what some of them leave out is on where comparisons hold.

Swin moves its windows and masks them only where there are several. What stands for all sizes is all calls in order;
of those that are missing somewhere, the comparisons are found that come out as they are there and missing. Everything
else is made one as in runs of the same calls, and all of it is held against more runs afterwards.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import combinations, product
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.aligning import aligned, renumbered, rewritten
from cnnplan.translation.torch.made import (
    COMPARED,
    Axis,
    Binary,
    Choice,
    Guard,
    Rounded,
    evaluated,
    moved,
    opposite,
)
from cnnplan.translation.torch.merging import Formula, Merged
from cnnplan.translation.torch.uniting import Apart, Uniter, side
from cnnplan.translation.torch.walking import passed, unchanging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.translation.torch.calls import Call, Recording, Ref, Seen
    from cnnplan.translation.torch.made import When

__all__ = ["joined"]

NUMBERED: Final = {"call", "made"}
NEAR: Final = 8
"""Of how many comparisons, the nearest first, two decide together."""


def joined(families: Sequence[Merged], runs: Sequence[Recording]) -> Merged | None:
    """What stands for all of these; None where nothing does.

    Args:
        families: each made of runs in which comparisons came out alike; the first tells how much a number was.
        runs: one of each.
    """
    try:
        return _Joiner(families, runs).to_end()
    except (Apart, LookupError, ArithmeticError):
        return None


class _Joiner(Uniter):
    """All calls in order, and what is known of the comparisons."""

    def __init__(self, families: Sequence[Merged], runs: Sequence[Recording]) -> None:
        self.rows = aligned([each.calls for each in families])
        self.runs = runs
        self.families: list[Merged] = []
        for at, each in enumerate(families):
            numbers = {own: slot for slot, row in enumerate(self.rows) if (own := row[at]) is not None}
            self.families.append(renumbered(each, numbers | {len(each.calls): len(self.rows)}))
        self.at = 0
        self.there: list[int] = []
        self.kept = []
        self.both = frozenset(side(guard)[0] for each in self.families for guard in each.both)
        self.choices = []
        self.told: dict[Guard, tuple[int, Guard, list[bool | None]]] = {}
        self.own: dict[Guard, dict[int, bool]] = {}
        self.through: dict[int, Ref] = {}
        self.optional: set[int] = set()
        self.switched: dict[int, When] = {}
        self.deciding: set[Guard] = set()
        waiting = [(at, family, guard) for family, each in enumerate(self.families) for at, guard in each.guards]
        self.waiting = sorted(waiting, key=lambda each: (each[0], -len(self.families[each[1]].calls)))[::-1]

    def to_end(self) -> Merged:
        """Go through all calls.

        Raises:
            Apart: they are not one network.
        """
        calls = [self.slot(number, row) for number, row in enumerate(self.rows)]
        self.at, self.there = len(self.rows), [*range(len(self.families))]
        self.hear()
        outputs = tuple(self.seen(each) for each in zip(*(each.outputs for each in self.families), strict=True))
        self.keep()
        return Merged(calls, outputs, self.kept, frozenset(self.optional), self.both, self.switched)

    def slot(self, number: int, row: tuple[int | None, ...]) -> Call:
        """A call of all runs that make it; what it is elsewhere."""
        self.at = number
        self.hear()
        self.there = [family for family, own in enumerate(row) if own is not None]
        missing = [family for family, own in enumerate(row) if own is None]
        when = self.predicate(row, number) if missing else None
        self.deciding.update(side(guard)[0] for each in when or () for guard in each)
        every = [
            rewritten(self.families[family].calls[own], lambda ref: ref, partial(self.rooted, family))
            for family, own in enumerate(row)
            if own is not None
        ]
        call = self.call(every, number)
        if missing:
            with suppress(LookupError):
                self.through[number] = passed(call)
            if number in self.through and self.is_unchanging(call, missing):
                self.optional.add(number)
            elif when is None:
                raise Apart
            else:
                self.switched[number] = when
        return call

    def is_unchanging(self, call: Call, missing: Sequence[int]) -> bool:
        """Whether a call would change nothing in the runs that do not make it."""
        if not call.args or not hasattr(call.args[0], "ref"):
            return False
        try:
            return all(unchanging(call, partial(self.extent_of, family)) for family in missing)
        except (LookupError, ArithmeticError, Apart):
            return False

    # tensors ----------------------------------------------------------------------------------------------------

    def resolved(self, ref: Ref, family: int) -> Ref:
        """The tensor of a run that stands for one that it does not make."""
        while ref.kind in NUMBERED and self.rows[ref.number][family] is None:
            if ref.number not in self.through:
                raise Apart
            ref = self.through[ref.number]
        return ref

    def one(self, refs: Sequence[Ref]) -> Ref:
        """The tensor that stands for those of several runs: the latest of them that does."""
        if all(ref == refs[0] for ref in refs):
            return refs[0]
        for ref in sorted({*refs}, key=lambda each: each.number, reverse=True):
            with suppress(Apart):
                if all(self.resolved(ref, family) == own for family, own in zip(self.there, refs, strict=True)):
                    return ref
        raise Apart

    def seen(self, every: Sequence[Seen]) -> Seen:
        """A tensor; extents that differ are those of its axes."""
        first = every[0]._replace(ref=self.one([each.ref for each in every]))
        if any(len(each.shape) != len(first.shape) for each in every):
            raise Apart
        shape = tuple(self.extent(first, dim, [each.shape[dim] for each in every]) for dim in range(len(first.shape)))
        return first._replace(shape=shape)

    def extent(self, seen: Seen, dim: int, every: Sequence[Any]) -> Any:
        """The extent of an axis: of a constant, what it was made with, as far as that is known."""
        with suppress(Apart):
            return super().extent(seen, dim, self.levelled(every))
        value = every[0].value if isinstance(every[0], Formula) else every[0]
        for each in every:
            if isinstance(each, Formula) and self.is_right(each.made, every):
                return Formula(each.made, value)
        return Formula(Axis(seen.ref, dim, value), value)

    def is_right(self, made: Any, every: Sequence[Any]) -> bool:
        """Whether a formula gives the numbers of all runs."""
        wanted = [each.value if isinstance(each, Formula) else each for each in every]
        with suppress(LookupError, ArithmeticError, Apart):
            return [evaluated(made, partial(self.extent_of, family)) for family in self.there] == wanted
        return False

    # sizes ------------------------------------------------------------------------------------------------------

    def extent_of(self, family: int, axis: Axis) -> int:
        """What the extent of an axis is in a run."""
        ref = self.resolved(axis.source, family)
        return self.runs[family].extent(Axis(self.inside(family, ref), axis.dim, axis.value))

    def inside(self, family: int, ref: Ref) -> Ref:
        """A tensor as a run numbers it."""
        own = self.rows[ref.number][family] if ref.kind in NUMBERED else ref.number
        return ref._replace(number=-1 if own is None else own)

    def shape(self, family: int, ref: Ref) -> tuple[int, ...]:
        """The extents of a tensor in a run."""
        run, own = self.runs[family], self.inside(family, ref)
        return run.inputs[own.name] if own.kind == "input" else run.calls[own.number].outputs[own.place].shape

    def rooted(self, family: int, axis: Axis) -> Axis:
        """The same extent of the first tensor that has it behind calls that are missing somewhere."""
        ref = best = axis.source
        while ref.kind in NUMBERED and ref.number in self.through:
            ref = self.through[ref.number]
            if ref.kind not in {"input", *NUMBERED}:
                break
            there = ref.kind == "input" or self.rows[ref.number][family] is not None
            if there and self.shape(family, ref) == self.shape(family, axis.source):
                best = ref
        return Axis(best, axis.dim, axis.value)

    def levelled(self, every: Sequence[Any]) -> list[Any]:
        """Numbers whose formulas have the same tensors in them, as far as these stand for each other."""
        mades = self.level([each.made if isinstance(each, Formula) else each for each in every])
        return [
            Formula(made, each.value) if isinstance(each, Formula) else each
            for made, each in zip(mades, every, strict=True)
        ]

    def level(self, mades: Sequence[Any]) -> list[Any]:
        """The formulas themselves."""
        first = mades[0]
        if any(type(made) is not type(first) for made in mades):
            return [*mades]
        if isinstance(first, Axis) and all(made.dim == first.dim for made in mades):
            with suppress(Apart):
                ref = self.one([made.source for made in mades])
                return [Axis(ref, made.dim, made.value) for made in mades]
        if isinstance(first, Binary) and all(made.operator == first.operator for made in mades):
            sides = (self.level([getattr(made, name) for made in mades]) for name in ("left", "right"))
            return [Binary(first.operator, *pair) for pair in zip(*sides, strict=True)]
        if isinstance(first, Rounded) and all(made.function == first.function for made in mades):
            return [Rounded(first.function, inner) for inner in self.level([made.inner for made in mades])]
        return [*mades]

    def number(self, every: Sequence[Any]) -> Any:
        """A number, a formula, or a choice between two."""
        rows = [(at, guard, [told[family] for family in self.there]) for at, guard, told in self.told.values()]
        self.choices = [(at, guard, [bool(each) for each in told]) for at, guard, told in rows if None not in told]
        self.choices.sort(key=itemgetter(0))
        return super().number(self.levelled(every))

    def chosen(self, guard: Guard, held: Any, broken: Any) -> Any:
        """As a choice where the same comparison decides what is called."""
        made = super().chosen(guard, held, broken)
        if side(guard)[0] not in self.deciding or not isinstance(made, Binary):
            return made
        return Choice(made.operator, made.left, made.right, guard, held, broken)

    # comparisons ------------------------------------------------------------------------------------------------

    def hear(self) -> None:
        """Take note of the comparisons up to here, as they come out in every run."""
        while self.waiting and self.waiting[-1][0] <= self.at:
            _, family, guard = self.waiting.pop()
            axis = partial(self.rooted, family)
            guard = replace(guard, left=moved(guard.left, axis), right=moved(guard.right, axis))
            key, held = side(guard)
            if key not in self.told:
                outcomes = [self.outcome(key, other) for other in range(len(self.families))]
                self.told[key] = self.at, replace(guard, operator=key.operator), outcomes
            self.own.setdefault(key, {})[family] = held

    def outcome(self, guard: Guard, family: int) -> bool | None:
        """How a comparison comes out in a run; None where nobody knows."""
        with suppress(LookupError, ArithmeticError, Apart):
            sides = (evaluated(each, partial(self.extent_of, family)) for each in (guard.left, guard.right))
            return bool(COMPARED[guard.operator](*sides))
        return None

    def keep(self) -> None:
        """Keep what comes out alike in all runs.

        Raises:
            Apart: a comparison is not made in all of them, and comes out otherwise where it is not.
        """
        for key, own in self.own.items():
            at, guard, told = self.told[key]
            held = {*own.values()}
            if len(held) > 1 or key in self.both:
                continue
            if {*told} != held:
                raise Apart
            self.kept.append((at, guard if held == {True} else opposite(guard)))
        self.kept.sort(key=itemgetter(0))

    def predicate(self, row: Sequence[int | None], number: int) -> When | None:
        """The comparisons that come out so that a call is made where it is; None where there are none."""
        wanted = [own is not None for own in row]
        family = wanted.index(True)
        near = [*self.literals(self.families[family].calls[row[family] or 0].path, number)]
        for guard, told in near:
            if told == wanted:
                return ((guard,),)
        for (one, left), (two, right) in combinations(near, 2):
            if [a or b for a, b in zip(left, right, strict=True)] == wanted:
                return ((two,), (one,))
            if [a and b for a, b in zip(left, right, strict=True)] == wanted:
                return ((two, one),)
        return None

    def literals(self, path: str, number: int) -> Iterator[tuple[Guard, list[bool]]]:
        """Comparisons before a call, and their opposites, with how they come out: of its module, the last first."""
        every = [(at, guard, told) for at, guard, told in self.told.values() if at <= number and None not in told]
        own = [each for each in every if f"{path}.".startswith(f"{each[1].module}." if each[1].module else "")]
        every = [each for each in own if len({*each[2]}) > 1] or [each for each in every if len({*each[2]}) > 1]
        near = sorted(enumerate(every), key=lambda each: (each[1][0], each[0]), reverse=True)[:NEAR]
        for (_, (_, guard, told)), right in product(near, (True, False)):
            yield guard if right else opposite(guard), [each is right for each in told]
