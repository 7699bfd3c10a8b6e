"""One network of runs that decide otherwise, call the same functions all the same, and give them other numbers.

TensorFlow's padding is none in front of even rows and one in front of odd ones, by an `if`. What was given at both is
one formula: the one number, and the difference times a remainder that is 0 or 1. Which comparison a number goes by is
told by runs in which every comparison comes out in a way of its own; it is held against more of them afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.calls import Call, Picked, Seen
from cnnplan.translation.torch.made import (
    OPPOSITE,
    Axis,
    Binary,
    Guard,
    alike,
    faithful,
    folded,
)
from cnnplan.translation.torch.merging import Formula, Merged

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Apart", "Uniter", "confused", "side", "united"]

HALVES: Final = 2


class Apart(Exception):  # noqa: N818 - a signal
    """Families that are not one network."""


def united(families: Sequence[Merged]) -> Merged | None:
    """What stands for all of these; None where nothing does.

    Kept of the comparisons is what comes out alike in all of them.

    Args:
        families: each made of two runs in which comparisons came out alike, all of the same calls; the first tells how
            much a number was.
    """
    try:
        uniter = Uniter(families)
        every = [
            uniter.call(calls, at) for at, calls in enumerate(zip(*(each.calls for each in families), strict=True))
        ]
        outputs = [uniter.seen(each) for each in zip(*(each.outputs for each in families), strict=True)]
    except Apart:
        return None
    return Merged(every, tuple(outputs), uniter.kept, families[0].optional, uniter.both)


def confused(families: Sequence[Merged]) -> bool:
    """Whether two comparisons come out alike in all of these, so that nobody knows which of them decides."""
    try:
        columns = [told for _, _, told in Uniter(families).choices]
    except Apart:
        return True
    return len({tuple(each is column[0] for each in column) for column in columns}) < len(columns)


class Uniter:
    """What is known of the comparisons of all families."""

    def __init__(self, families: Sequence[Merged]) -> None:
        self.at = 0
        self.kept: list[tuple[int, Guard]] = []
        self.both = frozenset(_bare(guard) for each in families for guard in each.both)
        self.choices: list[tuple[int, Guard, list[bool]]] = []
        sides: list[dict[Guard, bool]] = [dict(side(guard) for _, guard in each.guards) for each in families]
        first: dict[Guard, tuple[int, Guard]] = {}
        for each in families:
            for at, guard in each.guards:
                first.setdefault(side(guard)[0], (at, guard))
        for key, (at, guard) in first.items():
            told = [each.get(key) for each in sides]
            if len({*told} - {None}) > 1:
                self.choices.append((at, key, [bool(each) for each in told]))
                if None in told:
                    self.choices.pop()
            elif key in self.both or replace(key, operator=OPPOSITE[key.operator]) in self.both:
                continue
            elif None in told:
                raise Apart
            else:
                self.kept.append((at, guard))
        self.kept.sort(key=lambda each: each[0])

    def call(self, every: Sequence[Call], at: int) -> Call:
        """A call, its arguments made one."""
        self.at = at
        args, kwargs = self.value([each.args for each in every]), self.value([dict(each.kwargs) for each in every])
        outputs = tuple(self.seen(each) for each in zip(*(each.outputs for each in every), strict=True))
        return replace(every[0], args=args, kwargs=kwargs, outputs=outputs)

    def seen(self, every: Sequence[Seen]) -> Seen:
        """A tensor; extents that differ are those of its axes."""
        first = every[0]
        if any(each.ref != first.ref or len(each.shape) != len(first.shape) for each in every):
            raise Apart
        shape = tuple(self.extent(first, dim, [each.shape[dim] for each in every]) for dim in range(len(first.shape)))
        return first._replace(shape=shape)

    def extent(self, seen: Seen, dim: int, every: Sequence[Any]) -> Any:
        """The extent of an axis."""
        first = every[0]
        formulas = [each for each in every if isinstance(each, Formula)]
        if not formulas and all(each == first for each in every):
            return first
        value = first.value if isinstance(first, Formula) else first
        if seen.ref.kind in {"input", "call"}:
            return Formula(Axis(seen.ref, dim, value), value)
        if len(formulas) == len(every) and all(alike(each.made, first.made) for each in every):
            return first
        raise Apart

    def value(self, every: Sequence[Any]) -> Any:
        """An argument."""
        first = every[0]
        if isinstance(first, Formula) or (isinstance(first, int | float) and not isinstance(first, bool)):
            return self.number(every)
        if any(type(each) is not type(first) for each in every):
            raise Apart
        if isinstance(first, Seen):
            return self.seen(every)
        if isinstance(first, Picked):
            return Picked(*map(self.value, zip(*every, strict=True)))
        if isinstance(first, tuple):
            if any(len(each) != len(first) for each in every):
                raise Apart
            return tuple(map(self.value, zip(*every, strict=True)))
        if isinstance(first, dict):
            if any(each.keys() != first.keys() for each in every):
                raise Apart
            return {key: self.value([each[key] for each in every]) for key in first}
        if any(each is not first and (not isinstance(first, bool | str) or each != first) for each in every):
            raise Apart
        return first

    def number(self, every: Sequence[Any]) -> Any:
        """A number, or a formula in which a comparison stands as 0 or 1."""
        made = []
        for each in every:
            if not isinstance(each, Formula | int | float) or isinstance(each, bool):
                raise Apart
            made.append(each.made if isinstance(each, Formula) else each)
        if _alike(made):
            return every[0]
        for at, guard, told in reversed(self.choices):
            if at > self.at:
                continue
            sides = [
                [_under(guard, number, held=held) for number, held in zip(made, told, strict=True) if held is way]
                for way in (True, False)
            ]
            if all(map(_alike, sides)) and faithful(guard.left) and faithful(guard.right):
                chosen = self.chosen(guard, sides[0][0], sides[1][0])
                if faithful(chosen):
                    return Formula(chosen, every[0].value if isinstance(every[0], Formula) else every[0])
        raise Apart

    def chosen(self, guard: Guard, held: Any, broken: Any) -> Any:
        """The one number where a comparison holds, the other where it does not."""
        return _chosen(guard, held, broken)


def _alike(every: Sequence[Any]) -> bool:
    return all(alike(each, every[0]) for each in every)


def side(guard: Guard) -> tuple[Guard, bool]:
    """A comparison by one of its two names, and whether it holds under that."""
    bare = _bare(guard)
    held = bare.operator in {"==", "<", "<="}
    return (bare if held else replace(bare, operator=OPPOSITE[bare.operator])), held


def _bare(guard: Guard) -> Guard:
    """Without what extents were."""
    return replace(guard, left=_valueless(guard.left), right=_valueless(guard.right))


def _valueless(made: Any) -> Any:
    if isinstance(made, Axis):
        return replace(made, value=0)
    if isinstance(made, Binary):
        return Binary(made.operator, _valueless(made.left), _valueless(made.right))
    return replace(made, inner=_valueless(made.inner)) if hasattr(made, "inner") else made


def _under(guard: Guard, made: Any, *, held: bool) -> Any:
    """A number where a comparison comes out so: what it compares is known then, where it is one of two numbers."""
    if guard.operator != "==" or not isinstance(guard.right, int):
        return made
    if held:
        return folded(made, guard.left, guard.right)
    return folded(made, guard.left, 1) if _is_parity(guard) else made


def _is_parity(guard: Guard) -> bool:
    """Whether it compares the remainder of 2 with 0."""
    left = guard.left
    return guard.right == 0 and isinstance(left, Binary) and left.operator == "%" and left.right == HALVES


def _chosen(guard: Guard, held: Any, broken: Any) -> Any:
    """The one number where a comparison holds, the other where it does not."""
    if guard.operator == "==":
        base, other, one = held, broken, _differs(guard)
    else:
        base, other, one = broken, held, _exceeds(guard)
    step = folded(Binary("-", other, base))
    scaled = one if step == 1 and isinstance(step, int) else Binary("*", step, one)
    return scaled if base == 0 and isinstance(base, int) else Binary("+", base, scaled)


def _differs(guard: Guard) -> Any:
    """1 where two whole numbers differ, else 0."""
    if _is_parity(guard):
        return guard.left
    apart = guard.left if guard.right == 0 else Binary("-", guard.left, guard.right)
    return Binary("min", 1, Binary("max", apart, Binary("-", 0, apart)))


def _exceeds(guard: Guard) -> Any:
    """1 where a whole number is below another, or at most that, else 0."""
    apart = Binary("-", guard.right, guard.left)
    if guard.operator == "<=":
        apart = Binary("+", apart, 1)
    return Binary("min", 1, Binary("max", 0, apart))
