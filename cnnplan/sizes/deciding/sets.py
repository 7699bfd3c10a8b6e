"""Sets of integers that repeat from some point on: what a condition on one symbol comes down to.

They are closed under intersection, union and complement, and have one normal form, so that conditions that were
found at many joins become one sentence. Members before that point are kept as runs: H <= 10**9 is one of them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import gcd, lcm
from typing import TYPE_CHECKING

from cnnplan.sizes.deciding.wording import Run, finite, remainders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["LARGEST_PERIOD", "IntegerSet"]

LARGEST_PERIOD = 1_000_000
"""Periods beyond this are not tabulated; the conditions stay as they were found."""


@dataclass(frozen=True, slots=True)
class IntegerSet:
    """The integers from `base` on that are in a run or, from `start` on, have one of the `residues`.

    Args:
        base: the least integer considered.
        runs: the members below `start`, as the first and the last of every unbroken row of them.
        start: where the repetition begins.
        modulus: how long it is.
        residues: the members' remainders.
    """

    base: int
    runs: tuple[Run, ...]
    start: int
    modulus: int
    residues: frozenset[int]

    @classmethod
    def periodic(cls, base: int, modulus: int, residues: Iterable[int]) -> IntegerSet:
        """The integers from base on with these remainders."""
        return cls(base, (), base, modulus, frozenset(residues)).normal()

    @classmethod
    def at_least(cls, base: int, least: int) -> IntegerSet:
        """The integers from a number on."""
        return cls(base, (), max(base, least), 1, frozenset((0,)))

    @classmethod
    def finite(cls, base: int, members: Iterable[int]) -> IntegerSet:
        """These integers only."""
        runs = runs_of(member for member in members if member >= base)
        return cls(base, runs, runs[-1][1] + 1 if runs else base, 1, frozenset())

    @classmethod
    def from_thresholds(cls, base: int, modulus: int, thresholds: dict[int, int]) -> IntegerSet:
        """Every n from the threshold of its remainder on."""
        start = max([base, *thresholds.values()])
        first = max(base, min([start, *thresholds.values()]))
        early = runs_of(n for n in range(first, start) if n >= thresholds.get(n % modulus, start))
        return cls(base, early, start, modulus, frozenset(thresholds)).normal()

    def __contains__(self, value: int) -> bool:
        if value >= self.start:
            return value % self.modulus in self.residues
        index = bisect_right(self.runs, value, key=_first) - 1
        return index >= 0 and value <= self.runs[index][1]

    @property
    def is_empty(self) -> bool:
        """Whether it has no member."""
        return not self.runs and not self.residues

    @property
    def share(self) -> float:
        """The share of all integers that are in it, far out."""
        return len(self.residues) / self.modulus

    @property
    def step(self) -> int:
        """A number that divides all members."""
        if not self.residues:
            return gcd(*(end for run in self.runs for end in run)) if all(a == b for a, b in self.runs) else 1
        repeated = gcd(self.modulus, *self.residues)
        return gcd(repeated, *(first for first, _ in self.runs)) if all(a == b for a, b in self.runs) else 1

    @property
    def is_bound(self) -> bool:
        """Whether it is all integers from some number on."""
        return self.modulus == 1 and bool(self.residues) and not self.runs

    def count(self, low: int, high: int) -> int:
        """How many members there are from low to high, both included."""
        early = sum(max(0, min(last, high) - max(first, low) + 1) for first, last in self.runs)
        low = max(low, self.start)
        if high < low:
            return early
        return early + sum((high - r) // self.modulus - (low - 1 - r) // self.modulus for r in self.residues)

    def members(self, stop: int) -> Iterator[int]:
        """Those below stop, in order."""
        for first, last in self.runs:
            yield from range(first, min(last + 1, stop))
        yield from (n for n in range(self.start, stop) if n % self.modulus in self.residues)

    def scaled(self, factor: int) -> IntegerSet:
        """The multiples of the factor whose quotients are in it; others may be in it or not."""
        if factor == 1:
            return self
        base, start = self.base * factor, self.start * factor
        if any(last > first for first, last in self.runs) and self.modulus > 1:
            runs = runs_of(n * factor for first, last in self.runs for n in range(first, last + 1))
        else:
            runs = tuple((first * factor, last * factor) for first, last in self.runs)
        if self.modulus == 1:
            return IntegerSet(base, runs, start, 1, self.residues).normal()
        residues = frozenset(residue * factor for residue in self.residues)
        return IntegerSet(base, runs, start, self.modulus * factor, residues).normal()

    def normal(self) -> IntegerSet:
        """The same set with the least modulus and the earliest start."""
        modulus, residues = _least_period(self.modulus, self.residues)
        start, runs = self.start, list(self.runs)
        while start > self.base:
            end = runs[-1][1] + 1 if runs else self.base
            inside = end == start
            if ((start - 1) % modulus in residues) != inside:
                break
            if modulus == 1:
                start = runs.pop()[0] if inside else end
                continue
            start -= 1
            if inside:
                first, _ = runs.pop()
                runs += [(first, start - 1)] if first < start else []
        return IntegerSet(self.base, tuple(runs), start, modulus, residues)

    def intersection(self, other: IntegerSet) -> IntegerSet | None:
        """The common members; None where there are too many of them to be tabulated."""
        if not (self.runs or other.runs) and self.modulus == other.modulus and self.residues == other.residues:
            return self if self.start >= other.start and self.base >= other.base else self._later(other)
        modulus, start = lcm(self.modulus, other.modulus), max(self.start, other.start)
        mine, yours = self._runs_until(other._early_end(start)), other._runs_until(self._early_end(start))
        if modulus > LARGEST_PERIOD or mine is None or yours is None:
            return None
        sparse, dense = sorted((self, other), key=_share)
        repeated = (r + k for k in range(0, modulus, sparse.modulus) for r in sparse.residues)
        residues = frozenset(r for r in repeated if r % dense.modulus in dense.residues)
        return IntegerSet(max(self.base, other.base), _common(mine, yours), start, modulus, residues).normal()

    def _later(self, other: IntegerSet) -> IntegerSet:
        """The same repetition, from the later start on."""
        base, start = max(self.base, other.base), max(self.start, other.start)
        return IntegerSet(base, (), start, self.modulus, self.residues).normal()

    def union(self, other: IntegerSet) -> IntegerSet | None:
        """The members of either; None where there are too many of them to be tabulated."""
        neither = self.complement().intersection(other.complement())
        return None if neither is None else neither.complement()

    def complement(self) -> IntegerSet:
        """The integers from base on that are not in it."""
        ends = [self.base - 1, *(last for _, last in self.runs)]
        firsts = [*(first for first, _ in self.runs), self.start]
        gaps = ((last + 1, first - 1) for last, first in zip(ends, firsts, strict=True))
        residues = frozenset(range(self.modulus)) - self.residues
        return IntegerSet(self.base, tuple(gap for gap in gaps if gap[0] <= gap[1]), self.start, self.modulus, residues)

    def _early_end(self, start: int) -> int:
        """The end of its members below a common start."""
        if self.residues and self.start < start:
            return start
        return self.runs[-1][1] + 1 if self.runs else self.base

    def _runs_until(self, stop: int) -> tuple[Run, ...] | None:
        """The members below stop; None where they are too many to be listed."""
        if stop <= self.start or not self.residues:
            return self.runs
        if self.modulus == 1:
            return (*self.runs, (self.start, stop - 1))
        if stop - self.start > LARGEST_PERIOD:
            return None
        repeated = runs_of(n for n in range(self.start, stop) if n % self.modulus in self.residues)
        if self.runs and repeated and self.runs[-1][1] + 1 == repeated[0][0]:
            return (*self.runs[:-1], (self.runs[-1][0], repeated[0][1]), *repeated[1:])
        return self.runs + repeated

    def text(self, name: str) -> str:
        """The condition that a value is in it, in the fewest words."""
        if self.is_empty:
            return "never"
        if not self.residues:
            return finite(name, self.base, self.runs)
        repeated = [remainders(name, self.modulus, sorted(self.residues))] if self.modulus > 1 else []
        if self.start > self.base:
            repeated.append(f"{name} >= {self.start}")
        if not self.runs:
            return ", ".join(repeated) or "always"
        joined = " and ".join(repeated)
        return f"{finite(name, self.base, self.runs)} or {f'({joined})' if len(repeated) > 1 else joined}"


def _share(integers: IntegerSet) -> float:
    return integers.share


def runs_of(members: Iterable[int]) -> tuple[Run, ...]:
    """The unbroken rows that integers form."""
    runs: list[Run] = []
    for member in sorted(members):
        if runs and member <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], member)
        else:
            runs.append((member, member))
    return tuple(runs)


def _first(run: Run) -> int:
    return run[0]


def _common(mine: tuple[Run, ...], yours: tuple[Run, ...]) -> tuple[Run, ...]:
    """What two ordered lists of runs share."""
    common = []
    i = j = 0
    while i < len(mine) and j < len(yours):
        first, last = max(mine[i][0], yours[j][0]), min(mine[i][1], yours[j][1])
        if first <= last:
            common.append((first, last))
        if mine[i][1] < yours[j][1]:
            i += 1
        else:
            j += 1
    return tuple(common)


def _least_period(modulus: int, residues: frozenset[int]) -> tuple[int, frozenset[int]]:
    """The least modulus that tells the same remainders apart."""
    if not residues or len(residues) == modulus:
        return 1, frozenset(range(1)) if residues else frozenset()
    for prime in _primes(modulus):
        while modulus % prime == 0:
            smaller = modulus // prime
            reduced = {residue % smaller for residue in residues}
            if len(reduced) * prime != len(residues):
                break
            modulus, residues = smaller, frozenset(reduced)
    return modulus, residues


def _primes(number: int) -> Iterator[int]:
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            yield divisor
            while number % divisor == 0:
                number //= divisor
        divisor += 1
    if number > 1:
        yield number
