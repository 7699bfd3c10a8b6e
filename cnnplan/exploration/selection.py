"""Which rows of a sweep are kept, and in which order: the best, and those that nothing beats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.errors import UsageError
from cnnplan.exploration.sorting import Order, length, stacked, taken
from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnnplan.exploration.sweeping import Columns

__all__ = ["Selection"]


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
        if self.sort:
            rows = Order(self.sort).sorted(rows)
        return rows if self.limit is None else taken(rows, slice(self.limit))

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
    kept = _staircase(points) if points.shape[1] == len("xy") else _unbeaten(points)
    return np.sort(order[kept])


def _staircase(points: np.ndarray) -> np.ndarray:
    """Of points in order: those below all before them, and their equals."""
    second = points[:, 1]
    before = np.concatenate([[second[0] + 1], np.minimum.accumulate(second)[:-1]])
    starts = second < before
    equal = np.concatenate([[False], (points[1:] == points[:-1]).all(axis=1)])
    groups = np.cumsum(~equal) - 1
    first = starts[np.flatnonzero(~equal)]
    kept: np.ndarray = first[groups]
    return kept


def _unbeaten(points: np.ndarray) -> np.ndarray:
    """Of points in order: the first one left beats what it beats, until none is left; equal ones stay together.

    A later point cannot beat an earlier one, so that the first one left is always kept.
    """
    kept = np.zeros(len(points), bool)
    places = np.arange(len(points))
    while len(points):
        equal = (points == points[0]).all(axis=1)
        kept[places[equal]] = True
        left = (points < points[0]).any(axis=1)
        points, places = points[left], places[left]
    return kept
