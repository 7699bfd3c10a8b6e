"""Which rows of a sweep are kept, and in which order: the best, and those that nothing beats."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from cnnplan.errors import UsageError
from cnnplan.exploration.sorting import Order, at_most, length, stacked, taken
from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cnnplan.exploration.sweeping import Columns

__all__ = ["Selection"]

BLOCK = 1 << 15
"""Points that are held against the stairs at once."""


class Selection:
    """What is kept of a stream of rows.

    Args:
        sort: a column to order by, the least first; `-macs` for the greatest first.
        pareto: columns of which no other row may have all as small and one smaller; `-name` for as large.
        limit: how many rows at most.
    """

    def __init__(self, sort: str | None = None, pareto: Sequence[str] = (), limit: int | None = None) -> None:
        self.sort = sort
        self.pareto = tuple(pareto)
        self.limit = limit

    def check(self, columns: Iterable[str]) -> None:
        """Refuse to order by what is no column."""
        known = tuple(columns)
        for name in (*self.pareto, *([self.sort] if self.sort else [])):
            if name.removeprefix("-") not in known:
                raise UsageError(f"no column {name.removeprefix('-')}; the columns: {', '.join(known)}")

    def of(self, parts: Iterable[Columns]) -> Iterator[Columns]:
        """The rows that are kept: part by part where that is possible, else all at the end."""
        if self.sort and not self.pareto and self.limit is None:
            yield from Order(self.sort).merged(parts)
            return
        if self.sort or self.pareto:
            yield from self._gathered(parts)
            return
        left = self.limit
        for rows in parts:
            kept = rows if left is None else taken(rows, slice(left))
            if length(kept):
                yield kept
            if left is not None:
                left -= length(kept)
                if left == 0:
                    return

    def _gathered(self, parts: Iterable[Columns]) -> Iterator[Columns]:
        """Rows that are kept until the last part has been seen; what is beaten is dropped on the way."""
        kept: list[Columns] = []
        for rows in parts:
            kept.append(self.partial(rows))
            if self.pareto or self.limit is not None:
                kept = [self.partial(stacked(kept))]
        if kept:
            yield self.best(stacked(kept))

    def best(self, rows: Columns) -> Columns:
        """The rows that are kept if these are all."""
        if self.pareto and length(rows):
            rows = taken(rows, _front([Order(name).key(rows) for name in self.pareto]))
        return Order(self.sort).sorted(rows, self.limit) if self.sort else at_most(rows, self.limit)

    def partial(self, rows: Columns) -> Columns:
        """What may be kept of one part, whatever the others hold: its front, of which each row may beat others."""
        if self.pareto:
            rows = _legal(rows)
            return Selection(pareto=self.pareto).best(rows)
        return self.best(rows)


def _legal(rows: Columns) -> Columns:
    return rows if rows["legal"].all() else taken(rows, rows["legal"])


def _front(keys: Sequence[np.ndarray]) -> np.ndarray:
    """The places, in order, of the rows that no other row beats; of equal rows all are kept."""
    order = np.lexsort(tuple(reversed(keys)))
    ranks = [np.unique(key, return_inverse=True)[1] for key in keys]
    points = np.stack([rank for rank in ranks if rank.any()] or ranks[:1], axis=1)[order]
    new = np.concatenate([[True], (points[1:] != points[:-1]).any(axis=1)])
    kept = _FRONTS.get(points.shape[1], _unbeaten)(points[new])
    return np.sort(order[kept[np.cumsum(new) - 1]])


def _lowest(points: np.ndarray) -> np.ndarray:
    """Of different points of two columns in order: those below all before them."""
    second = points[:, 1]
    before = np.concatenate([[second[0] + 1], np.minimum.accumulate(second)[:-1]])
    kept: np.ndarray = second < before
    return kept


def _staircase(points: np.ndarray) -> np.ndarray:
    """Of different points of three columns in order: those that no stair lies below.

    The first column is in order, so that a point is beaten where one before it is as small in the other two. Those
    that beat others there are stairs, which go down as they go on: the nearest one to the left is the lowest.
    """
    kept = np.zeros(len(points), bool)
    starts, heights = [-1], [len(points) + 1]
    for first in range(0, len(points), BLOCK):
        block = points[first : first + BLOCK, 1:]
        nearest = np.searchsorted(np.array(starts), block[:, 0], "right") - 1
        above = np.flatnonzero(np.array(heights)[nearest] > block[:, 1])
        for place, (start, height) in zip((first + above).tolist(), block[above].tolist(), strict=True):
            kept[place] = _stepped(starts, heights, start, height)
    return kept


def _stepped(starts: list[int], heights: list[int], start: int, height: int) -> bool:
    """Put in a stair where none lies below it, in place of those that it lies below; whether it was put in."""
    at = bisect_right(starts, start)
    if heights[at - 1] <= height:
        return False
    end = at
    while end < len(heights) and heights[end] >= height:
        end += 1
    at -= starts[at - 1] == start
    starts[at:end], heights[at:end] = [start], [height]
    return True


def _unbeaten(points: np.ndarray) -> np.ndarray:
    """Of different points in order: the first one left beats what it beats, until none is left.

    A later point cannot beat an earlier one, so that the first one left is always kept.
    """
    kept = np.zeros(len(points), bool)
    places = np.arange(len(points))
    while len(points):
        kept[places[0]] = True
        left = (points < points[0]).any(axis=1)
        points, places = points[left], places[left]
    return kept


_FRONTS: dict[int, Callable[[np.ndarray], np.ndarray]] = {2: _lowest, 3: _staircase}
"""Quicker ways for few columns."""
