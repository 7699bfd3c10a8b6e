"""Two runs at different sizes made one: numbers that are equal stay numbers, others become formulas."""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.translation.torch.calls import Call, Picked, Recording, Ref, Seen, Untraceable
from cnnplan.translation.torch.extents import COMPARED, Axis, Binary, Extent, Guard, Ratio, Rounded
from cnnplan.translation.torch.recording import DYNAMIC

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Differs", "Formula", "Merged", "hold", "merge"]


IN_FRONT: Final = "of 0.5 * h Python asks the decimal alone; h * 0.5, the size in front, is seen"
"""A whole number that is a subclass of int is not asked by a float to its left."""


class Differs(Exception):  # noqa: N818 - a signal
    """The two runs did not call the same functions.

    Args:
        where: the module in which they part.
        what: how.
    """

    def __init__(self, where: str, what: str) -> None:
        super().__init__(what)
        self.where = where
        self.what = what


class Formula(NamedTuple):
    """A number that depends on the sizes: how it was made, and what it was in the first run."""

    made: Any
    value: Any


class Merged(NamedTuple):
    """Both runs, and whether an extent became a plain number in them.

    Args:
        calls: those of the first, with formulas where numbers differ.
        outputs: of the network.
        guards: the comparisons that depend on sizes, each with the number of the call that comes next.
    """

    calls: list[Call]
    outputs: tuple[Seen, ...]
    guards: list[tuple[int, Guard]]
    escaped: bool = False


def merge(first: Recording, second: Recording) -> Merged:
    """Make one of two runs.

    Raises:
        Differs: they called other functions.
        Untraceable: a number depends on sizes, and nobody knows how.
    """
    merger = _Merger(first, second)
    for one, two in zip(first.calls, second.calls, strict=False):
        if (one.name, one.path) != (two.name, two.path):
            raise Differs(one.path, f"{one.name} at one size, {two.name} in {two.path or 'the network'} at another")
    if len(first.calls) != len(second.calls):
        raise Differs("", f"{len(first.calls)} calls at one size, {len(second.calls)} at another")
    calls = [merger.call(one, two) for one, two in zip(first.calls, second.calls, strict=True)]
    outputs = tuple(map(merger.seen, first.outputs, second.outputs))
    return Merged(calls, outputs, [*merger.guards()], first.escaped)


def hold(first: Recording, other: Recording, guards: list[tuple[int, Guard]]) -> bool:
    """Whether what the first run decided by holds at the sizes of another."""
    there = _Merger(first, other).second
    return all(COMPARED[guard.operator](there(guard.left), there(guard.right)) for _, guard in guards)


class _Merger:
    """What is known of both runs."""

    def __init__(self, first: Recording, second: Recording) -> None:
        self.first = first
        self.path = ""
        self.other = {(made.source, made.dim): made.value for _, made in second.made if isinstance(made, Axis)}
        self.known: dict[tuple[int, int], Any] = {}
        for (one, made), (two, again) in zip(first.made, second.made, strict=False):
            if one != two and _alike(made, again) and (one, two) not in self.known:
                formula = self.formula(made)
                if not any(ref.kind not in DYNAMIC for ref in _sources(formula)):
                    self.known[one, two] = formula

    def call(self, one: Call, two: Call) -> Call:
        """A call, its arguments made one."""
        self.path = one.path
        args = self.value(one.args, two.args)
        kwargs = self.value(dict(one.kwargs), dict(two.kwargs))
        outputs = tuple(map(self.seen, one.outputs, two.outputs))
        return replace(one, args=args, kwargs=kwargs, outputs=outputs)

    def seen(self, one: Seen, two: Seen) -> Seen:
        """A tensor, its extents as formulas where they differ."""
        if one.ref != two.ref or len(one.shape) != len(two.shape):
            raise Differs(self.path, "a tensor of another layer, or of another rank")
        extents = enumerate(zip(one.shape, two.shape, strict=True))
        shape: Any = tuple(a if a == b else self.extent(one, dim, a, b) for dim, (a, b) in extents)
        return one._replace(shape=shape)

    def extent(self, seen: Seen, dim: int, one: int, two: int) -> Formula:
        """An extent that differs: of a constant, what it was made with."""
        known = self.known.get((one, two)) if seen.ref.kind not in DYNAMIC else None
        return Formula(Axis(seen.ref, dim, one) if known is None else known, one)

    def value(self, one: Any, two: Any) -> Any:
        """An argument."""
        if isinstance(one, Seen) and isinstance(two, Seen):
            return self.seen(one, two)
        if isinstance(one, Picked) and isinstance(two, Picked):
            return Picked(*map(self.value, one, two))
        if isinstance(one, tuple) and isinstance(two, tuple) and len(one) == len(two):
            return tuple(map(self.value, one, two))
        if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
            return {key: self.value(each, two[key]) for key, each in one.items()}
        if isinstance(one, int | float) and isinstance(two, int | float) and not isinstance(one, bool):
            return self.number(one, two)
        if type(one) is type(two) and (one is two or not isinstance(one, tuple | dict | bool | str) or one == two):
            return one
        raise Differs(self.path, "another argument")

    def number(self, one: Any, two: Any) -> Any:
        """A number, or a formula where it differs."""
        a, b = _plain(one), _plain(two)
        if isinstance(one, Extent | Ratio) and isinstance(two, Extent | Ratio) and _alike(one.made, two.made):
            formula = self.formula(one.made)
            return Formula(formula, a) if _depends(formula) else a
        if a == b:
            return a
        if (a, b) in self.known:
            return Formula(self.known[a, b], a)
        raise Untraceable(f"a number is {a} at one size and {b} at another, and nothing tells why", self.path, IN_FRONT)

    def formula(self, made: Any) -> Any:
        """How a number was made, of extents of inputs and of what depends on them."""
        if isinstance(made, Axis):
            if made.source.kind in {"input", "call"}:
                return made
            other = self.other.get((made.source, made.dim), made.value)
            return made.value if other == made.value else self.known.get((made.value, other), made)
        if isinstance(made, Binary):
            return Binary(made.operator, self.formula(made.left), self.formula(made.right))
        if isinstance(made, Rounded):
            return Rounded(made.function, self.formula(made.inner))
        return made

    def guards(self) -> Iterator[tuple[int, Guard]]:
        """Comparisons that depend on sizes, and came out alike in both runs."""
        told = set()
        for at, one in self.first.guards:
            guard = Guard(one.operator, self.formula(one.left), self.formula(one.right))
            if guard in told or not (_depends(guard.left) or _depends(guard.right)):
                continue
            told.add(guard)
            if COMPARED[guard.operator](self.second(guard.left), self.second(guard.right)):
                yield at, guard

    def second(self, made: Any) -> Any:
        """What a formula is in the second run."""
        if isinstance(made, Axis):
            return self.other.get((made.source, made.dim), made.value)
        if isinstance(made, Binary):
            left, right = self.second(made.left), self.second(made.right)
            return OPERATIONS[made.operator](Fraction(left), Fraction(right))
        if isinstance(made, Rounded):
            return ROUNDINGS[made.function](self.second(made.inner))
        return made


OPERATIONS: Final[dict[str, Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod,
    "/": operator.truediv, "**": operator.pow, "max": max, "min": min,
}  # fmt: skip
ROUNDINGS: Final[dict[str, Any]] = {"floor": math.floor, "ceil": math.ceil, "round": round}


def _alike(one: Any, two: Any) -> bool:
    """Whether two numbers were made in the same way."""
    if isinstance(one, Axis) and isinstance(two, Axis):
        return one.source == two.source and one.dim == two.dim
    if isinstance(one, Binary) and isinstance(two, Binary):
        alike = one.operator == two.operator and _alike(one.left, two.left)
        return alike and _alike(one.right, two.right)
    if isinstance(one, Rounded) and isinstance(two, Rounded):
        return one.function == two.function and _alike(one.inner, two.inner)
    return bool(type(one) is type(two) and one == two)


def _plain(value: Any) -> Any:
    return int.__int__(value) if isinstance(value, Extent) else float(value) if isinstance(value, Ratio) else value


def _depends(made: Any) -> bool:
    """Whether a formula has an extent in it."""
    if isinstance(made, Axis):
        return True
    if isinstance(made, Binary):
        return _depends(made.left) or _depends(made.right)
    return isinstance(made, Rounded) and _depends(made.inner)


def _sources(made: Any) -> Iterator[Ref]:
    """The tensors whose extents a formula has."""
    if isinstance(made, Axis):
        yield made.source
    elif isinstance(made, Binary):
        yield from _sources(made.left)
        yield from _sources(made.right)
    elif isinstance(made, Rounded):
        yield from _sources(made.inner)
