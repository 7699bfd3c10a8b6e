"""Sizes of every kind that the comparisons of a program tell apart, as few as show each of them with each other."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.sampling import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnnplan.translation.torch.sampling import Sample

__all__ = ["Kind", "Spread"]

BEYOND: Final = 96
"""How far sizes are looked at beyond the usual one."""

KINDS: Final = 9
"""The most kinds of sizes of one axis."""

MOST: Final = 14
"""The most kinds of sizes of all axes that are run."""

Values = dict[str, int]
Way = tuple[bool, ...]
Kind = tuple[Values, Values | None]
"""Sizes, and others of the same kind, no two extents alike, where there are any."""


class Spread:
    """The kinds of sizes that comparisons tell apart.

    Args:
        sides: of each comparison, what tells how it comes out at sizes.
        sample: the sizes that were looked at so far.
    """

    def __init__(self, sides: Sequence[Any], sample: Sample) -> None:
        self.sides = sides
        self.sample = sample
        self.axes = [name for name in sample.first if name != BATCH]
        self.sizes = {name: [*self._kinds(name)] for name in self.axes}
        self.seen: set[Any] = set()
        self.used: list[Values] = []

    def way(self, values: Mapping[str, int]) -> Way:
        """How all comparisons come out."""
        return tuple(bool(side(values)) for side in self.sides)

    def _kinds(self, name: str) -> Iterator[list[int]]:
        """The sizes of one axis, those at which all comes out alike together, those of most first."""
        usual = dict(self.sample.first)
        found: dict[Way, list[int]] = {}
        for size in range(1, usual[name] + BEYOND):
            found.setdefault(self.way(usual | {name: size}), []).append(size)
        return iter(sorted(found.values(), key=len, reverse=True)[:KINDS])

    def telling(self) -> Iterator[Kind]:
        """One of each that shows two comparisons as they did not come out together yet."""
        self._see(self.way(self.sample.first))
        left = [*self._every(0)]
        ways = {tuple(each.values()): self.way(each) for each in left}
        while left and len(self.used) < MOST:
            best = max(left, key=lambda each: len(self._new(ways[tuple(each.values())])))
            if not self._new(ways[tuple(best.values())]):
                return
            left.remove(best)
            self._see(ways[tuple(best.values())])
            self.used.append(best)
            yield best, self._second(best)

    def fresh(self) -> Iterator[Values]:
        """Others, to hold what was made against."""
        every = [each for each in self._every(1) if each not in self.used]
        yield from every[:: max(len(every) // MOST, 1)][:MOST]

    def _every(self, place: int) -> Iterable[Values]:
        """A size of each kind of each axis, all with all."""
        batch = {name: value + place for name, value in self.sample.first.items() if name == BATCH}
        lists = [
            [sizes[(len(sizes) * (2 + i + 3 * place)) // 11 % len(sizes)] for sizes in self.sizes[name]]
            for i, name in enumerate(self.axes)
        ]
        return [batch | dict(zip(self.axes, each, strict=True)) for each in product(*lists)]

    def _second(self, first: Values) -> Values | None:
        """Other sizes at which all comes out as at these; None where there are none."""
        way = self.way(first)
        second = {name: value for name, value in self.sample.second.items() if name == BATCH}
        for name in self.axes:
            kind = next(sizes for sizes in self.sizes[name] if first[name] in sizes)
            others = [size for size in kind[::-1] if size != first[name]]
            if not others:
                return None
            second[name] = others[0]
        return second if self.way(second) == way else None

    def _new(self, way: Way) -> set[Any]:
        pairs = {(i, j, way[i], way[j]) for i, j in combinations(range(len(way)), 2)}
        return {*pairs, *enumerate(way)} - self.seen

    def _see(self, way: Way) -> None:
        self.seen |= self._new(way)
