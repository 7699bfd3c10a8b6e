"""Rows in the order of a column, however many they are: what memory does not hold waits sorted in a file.

Rows that are alike in the column keep the order in which they came.
"""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING

from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnnplan.exploration.sweeping import Columns

__all__ = ["Order", "at_most", "length", "stacked", "taken"]

HELD = 1 << 20
"""Rows that are sorted in memory."""

BLOCK = 1 << 13
"""Rows that are read at once of each sorted run."""


def length(rows: Columns) -> int:
    """How many rows there are."""
    return len(next(iter(rows.values()))) if rows else 0


def stacked(parts: Sequence[Columns]) -> Columns:
    """Rows of several parts, one after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def taken(rows: Columns, which: np.ndarray | slice) -> Columns:
    """Some of the rows."""
    return {name: column[which] for name, column in rows.items()}


def at_most(rows: Columns, limit: int | None) -> Columns:
    """At most so many rows, without the memory of the others."""
    if limit is None or length(rows) <= limit:
        return rows
    return {name: column[:limit].copy() for name, column in rows.items()}


class Order:
    """The order of a column.

    Args:
        sort: the column, the least first; `-macs` for the greatest first.
    """

    def __init__(self, sort: str) -> None:
        self.name = sort.removeprefix("-")
        self.down = sort.startswith("-")
        self._words: np.ndarray | None = None

    def key(self, rows: Columns) -> np.ndarray:
        """What to order by; words that are to go down are ranked among those that have been met."""
        column: np.ndarray = rows[self.name]
        if not self.down:
            return column
        if column.dtype.kind not in "Ub":
            return -column
        found = np.unique(column)
        self._words = found if self._words is None else np.union1d(self._words, found)
        return -np.searchsorted(self._words, column)

    def sorted(self, rows: Columns, limit: int | None = None) -> Columns:
        """Rows in order, at most so many; then those that are no further than the last of them alone are ordered."""
        key = self.key(rows)
        if limit is None or not 0 < limit < len(key):
            return taken(rows, np.argsort(key, kind="stable")[:limit])
        near = np.flatnonzero(key <= np.partition(key, limit - 1)[limit - 1])
        return taken(rows, near[np.argsort(key[near], kind="stable")[:limit]])

    def merged(self, parts: Iterable[Columns]) -> Iterator[Columns]:
        """The rows of all parts in order, in parts again."""
        with tempfile.TemporaryFile(prefix="cnnplan-") as file:
            runs: list[_Run] = []
            held: list[Columns] = []
            for rows in parts:
                held.append(rows)
                if sum(map(length, held)) >= HELD:
                    runs.append(_Run(file, self.sorted(stacked(held))))
                    held = []
            last = self.sorted(stacked(held)) if held else {}
            if runs:
                yield from self._merge([*runs, *([_Run(file, last)] if length(last) else [])])
            elif held:
                yield last

    def _merge(self, runs: Sequence[_Run]) -> Iterator[Columns]:
        """Up to the least end of what is read, nothing can come in between any more."""
        while ends := [(self.key(run.head)[-1], at) for at, run in enumerate(runs) if run.more]:
            end, first = min(ends)
            pieces = [
                run.take(int(np.searchsorted(self.key(run.head), end, "right" if at <= first else "left")))
                for at, run in enumerate(runs)
                if length(run.head)
            ]
            yield self.sorted(stacked(pieces))
        yield self.sorted(stacked([run.head for run in runs]))


class _Run:
    """Sorted rows in a file, of which the first that are left are in memory.

    Args:
        file: where they are written, behind what is there.
        rows: one at least.
    """

    def __init__(self, file: IO[bytes], rows: Columns) -> None:
        self._file = file
        self._names = tuple(rows)
        self._places: list[int] = []
        for start in range(0, length(rows), BLOCK):
            self._places.append(file.seek(0, 2))
            for column in rows.values():
                np.save(file, column[start : start + BLOCK])
        self._places.reverse()
        self.head: Columns = {}
        self._read()

    @property
    def more(self) -> bool:
        """Whether there are rows behind the head."""
        return bool(self._places)

    def take(self, count: int) -> Columns:
        """The first rows of the head, which are gone then."""
        rows, self.head = taken(self.head, slice(count)), taken(self.head, slice(count, None))
        if not length(self.head) and self._places:
            self._read()
        return rows

    def _read(self) -> None:
        self._file.seek(self._places.pop())
        self.head = {name: np.load(self._file, allow_pickle=True) for name in self._names}
