"""Two runs at different sizes made one: numbers that are equal stay numbers, others become formulas."""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.translation.torch.calls import Call, Picked, Recording, Seen, Untraceable
from cnnplan.translation.torch.extents import plain
from cnnplan.translation.torch.made import (
    COMPARED,
    Axis,
    Binary,
    Guard,
    Rounded,
    When,
    alike,
    depends,
    evaluated,
    faithful,
    sources,
)
from cnnplan.translation.torch.recording import DYNAMIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Differs", "Formula", "Merged", "holds", "merge"]


MADE: Final = "work it out of the sizes in the same way for all of them"
DECIMALS: Final = "divide whole numbers with //, or multiply by halves, quarters and the like"
ESCAPE: Final = "what is done with it from there on is not seen"
UNSEEN: Final = "call what is made of PyTorch's functions, not compiled ones"


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
    """Both runs.

    Args:
        calls: those of the first, with formulas where numbers differ.
        outputs: of the network.
        guards: the comparisons that depend on sizes, each with the number of the call that comes next.
        optional: the calls that are left out at some sizes, where they would change nothing.
        both: the comparisons that came out in both ways, of which nothing followed.
        switched: of calls that are left out at some sizes, when they are made; else what they read first goes on.
    """

    calls: list[Call]
    outputs: tuple[Seen, ...]
    guards: list[tuple[int, Guard]]
    optional: frozenset[int] = frozenset()
    both: frozenset[Guard] = frozenset()
    switched: Mapping[int, When] = MappingProxyType({})


def merge(first: Recording, second: Recording) -> Merged:
    """Make one of two runs.

    Raises:
        Differs: they called other functions.
        Untraceable: a number depends on sizes, and nobody knows how.
    """
    _refuse_escapes(first, second)
    merger = _Merger(first, second)
    for one, two in zip(first.calls, second.calls, strict=False):
        if (one.name, one.path) != (two.name, two.path):
            raise Differs(one.path, f"{one.name} at one size, {two.name} in {two.path or 'the network'} at another")
    if len(first.calls) != len(second.calls):
        raise Differs("", f"{len(first.calls)} calls at one size, {len(second.calls)} at another")
    calls = [merger.call(*pair, at) for at, pair in enumerate(zip(first.calls, second.calls, strict=True))]
    merger.path = ""
    outputs = tuple(map(merger.seen, first.outputs, second.outputs))
    guards = [*merger.guards()]
    return Merged(calls, outputs, guards, both=frozenset(merger.both))


def _refuse_escapes(first: Recording, second: Recording) -> None:
    """Say where a size goes on as a plain number, which is another in the other run."""
    escapes = ([guard for _, guard in run.guards if guard.escape] for run in (first, second))
    for one, two in zip(*escapes, strict=False):
        if one.right != two.right:
            told = f"{one.place} takes a size as a plain number ({one.escape}): {one.right} and {two.right}"
            raise Untraceable(told, "", ESCAPE)


class _Merger:
    """What is known of both runs."""

    def __init__(self, first: Recording, second: Recording) -> None:
        self.first = first
        self.second = second
        self.path = ""
        self.at = 0
        self.pinned: list[tuple[int, Guard]] = []
        self.both: set[Guard] = set()
        self.known: dict[tuple[int, int], Any] = {}
        for (one, made), (two, again) in zip(first.made, second.made, strict=False):
            if one != two and alike(made, again) and (one, two) not in self.known:
                formula = self.formula(made)
                if not any(ref.kind not in DYNAMIC for ref in sources(formula)):
                    self.known[one, two] = formula

    def call(self, one: Call, two: Call, at: int) -> Call:
        """A call, its arguments made one."""
        self.path, self.at = one.path, at
        args = self.value(one.args, two.args)
        kwargs = self.value(dict(one.kwargs), dict(two.kwargs))
        outputs = tuple(map(self.seen, one.outputs, two.outputs))
        return replace(one, args=args, kwargs=kwargs, outputs=outputs)

    def seen(self, one: Seen, two: Seen) -> Seen:
        """A tensor, its extents as formulas where they differ."""
        if one.ref != two.ref or len(one.shape) != len(two.shape):
            raise Differs(self.path, "a tensor of another layer, or of another rank")
        if one.ref.kind == "loose" and self.first.kept[one.ref.number] is not self.second.kept[two.ref.number]:
            raise Untraceable("a tensor comes from a function that PyTorch does not tell of", self.path, UNSEEN)
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
        """A number, or a formula where it was made of sizes in the same way both times.

        Raises:
            Untraceable: it was not.
        """
        a, b = plain(one), plain(two)
        made, again = (self.formula(each.made) if each is not plain(each) else each for each in (one, two))
        if not depends(made) and not depends(again) and a == b:
            return a
        if not alike(made, again):
            raise Untraceable(f"a number is {a} at one size and {b} at another, and nothing tells why", self.path, MADE)
        if faithful(made):
            return Formula(made, a)
        if a != b:
            raise Untraceable(f"a number ({a}) is worked out of a size by rounded decimals", self.path, DECIMALS)
        self.pinned.append(
            (self.at, Guard("==", made, a, f"a number ({a}) of a module", "rounded decimals", self.path))
        )
        return a

    def formula(self, made: Any) -> Any:
        """How a number was made, of extents of inputs and of what depends on them."""
        if isinstance(made, Axis):
            if made.source.kind in {"input", "call"}:
                return replace(made, value=self.first.extent(made))
            one, two = self.first.extent(made), self.second.extent(made)
            return one if one == two else self.known.get((one, two), made)
        if isinstance(made, Binary):
            return Binary(made.operator, self.formula(made.left), self.formula(made.right))
        if isinstance(made, Rounded):
            return Rounded(made.function, self.formula(made.inner))
        return made

    def guards(self) -> Iterator[tuple[int, Guard]]:
        """Comparisons that depend on sizes, and came out alike in both runs.

        Raises:
            Untraceable: a plain number was made of a size, and is another in the other run.
        """
        told = set()
        for at, one in sorted([*self.first.guards, *self.second.guards], key=itemgetter(0)):
            guard = replace(one, left=self.formula(one.left), right=self.formula(one.right))
            if guard in told or not (depends(guard.left) or depends(guard.right)):
                continue
            told.add(guard)
            if holds(guard, self.first) and holds(guard, self.second):
                yield at, guard
            elif guard.escape:
                raise Untraceable(f"{guard.place} takes a size as a plain number ({guard.escape})", "", ESCAPE)
            else:
                self.both.add(guard)
        yield from self.pinned


def holds(guard: Guard, run: Recording) -> bool:
    """Whether a comparison comes out in a run as it did."""
    return COMPARED[guard.operator](evaluated(guard.left, run.extent), evaluated(guard.right, run.extent))
