"""Sizes at which comparisons of a program come out in other ways, worked out before anything is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.made import COMPARED
from cnnplan.translation.torch.sampling import AGAIN, BATCH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnnplan.translation.torch.emitting import Emitter
    from cnnplan.translation.torch.made import Guard
    from cnnplan.translation.torch.sampling import Sample

__all__ = ["Witness", "Witnesses", "outcomes"]

TRIES: Final = 160
STEPS: Final = (37, 59, 83)
WIDE: Final = 173
FEW: Final = 4
SMALL: Final = 5
"""One size in so many is so much smaller."""

MOST: Final = 6

Values = dict[str, int]
Witness = tuple[Values, Values]
"""Two sizes at which everything comes out alike."""


class Witnesses:
    """Sizes to run at so that every comparison that is kept is seen on both sides, and none always as another.

    Args:
        emitter: has written a network that keeps comparisons.
        sample: the sizes that it was read at.
    """

    def __init__(self, emitter: Emitter, sample: Sample) -> None:
        self.sample = sample
        self.sides = outcomes(emitter)
        self.tries = [*_tries(sample)]
        self.ways = [_way(self.sides, each) for each in self.tries]
        self.left = dict.fromkeys(range(len(self.tries)))

    def farthest(self) -> Iterator[Witness]:
        """The one at which the most comes out otherwise."""
        at = max(range(len(self.tries)), key=lambda i: self.ways[i].count(False))
        second = self._second(at)
        if second is not None and not all(self.ways[at]):
            yield self.tries[at], second

    def likely(self) -> Iterator[Witness]:
        """Those that should do, by what is known so far."""
        seen = [_way(self.sides, dict(self.sample.first))]
        while self.left and len(seen) <= MOST:
            best = max(self.left, key=lambda i: _told([*seen, self.ways[i]]))
            if _told([*seen, self.ways[best]]) == _told(seen):
                return
            del self.left[best]
            second = self._second(best)
            if second is not None:
                seen.append(self.ways[best])
                yield self.tries[best], second

    def more(self) -> Iterator[Witness]:
        """Others, for what turns out to be still alike."""
        for at in [*self.left][: 2 * MOST]:
            del self.left[at]
            second = self._second(at)
            if second is not None:
                yield self.tries[at], second

    def fresh(self) -> list[Values]:
        """Single sizes, to hold what was made against."""
        usual = _way(self.sides, dict(self.sample.first))
        rest = [self.tries[i] for i in self.left if self.ways[i] != usual]
        return rest[:: max(len(rest) // MOST, 1)][:MOST]

    def _second(self, at: int) -> Values | None:
        """Other sizes at which all should come out as at these."""
        first, way = self.tries[at], self.ways[at]
        batch = {name: value for name, value in self.sample.second.items() if name == BATCH}
        greater = {name: value + AGAIN * (1 + i) for i, (name, value) in enumerate(first.items())} | batch
        others = [greater, *(each | batch for each, other in zip(self.tries, self.ways, strict=True) if other == way)]
        for each in others:
            if _way(self.sides, each) == way and all(each[name] != first[name] for name in each):
                return each
        return None


def outcomes(emitter: Emitter) -> list[Any]:
    """Of each comparison that is kept, what tells how it comes out at sizes, as far as that is known."""
    return [side for guard in emitter.required if (side := _outcome(emitter, guard)) is not None]


def _outcome(emitter: Emitter, guard: Guard) -> Any:
    """What tells how a comparison comes out at sizes; None where nobody knows."""
    left, right = emitter.computed(guard.left), emitter.computed(guard.right)
    if left is None or right is None:
        return None
    at = [each.at if hasattr(each, "at") else lambda _, each=each: each for each in (left, right)]
    return lambda values: COMPARED[guard.operator](*(each(values) for each in at))


def _way(sides: Sequence[Any], values: Mapping[str, int]) -> tuple[bool, ...]:
    return tuple(side(values) for side in sides)


def _told(ways: Sequence[tuple[bool, ...]]) -> int:
    """How many comparisons are told from each other and from what always comes out alike."""
    columns = [*zip(*ways, strict=True), (True,) * len(ways)]
    return len({tuple(each is column[0] for each in column) for column in columns})


def _tries(sample: Sample) -> Iterator[Values]:
    """Sizes around the usual one, each axis by a step of its own, and small ones."""
    for number in range(1, TRIES):
        values = dict(sample.first)
        for i, name in enumerate(name for name in values if name != BATCH):
            size = max(values[name] - WIDE // 2 + number * STEPS[i % len(STEPS)] % WIDE, 1)
            values[name] = size if (number >> i) % FEW else max(size // SMALL, 1)
        yield values
