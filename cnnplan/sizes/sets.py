"""Sets of integers that repeat from some point on: what a condition on one symbol comes down to.

They are closed under intersection, union and complement, and have one normal form, so that conditions that were
found at many joins become one sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["LARGEST_PERIOD", "IntegerSet"]

LARGEST_PERIOD = 1_000_000
"""Periods beyond this are not tabulated; the conditions stay as they were found."""

MOST_SHOWN = 12
"""Members or residues that are written out."""


@dataclass(frozen=True, slots=True)
class IntegerSet:
    """The integers from `base` on that are in `small` or, from `start` on, have one of the `residues`.

    Args:
        base: the least integer considered.
        small: the members below `start`.
        start: where the repetition begins.
        modulus: how long it is.
        residues: the members' remainders.
    """

    base: int
    small: frozenset[int]
    start: int
    modulus: int
    residues: frozenset[int]

    @classmethod
    def periodic(cls, base: int, modulus: int, residues: Iterable[int]) -> IntegerSet:
        """The integers from base on with these remainders."""
        return cls(base, frozenset(), base, modulus, frozenset(residues)).normal()

    @classmethod
    def finite(cls, base: int, members: Iterable[int]) -> IntegerSet:
        """These integers only."""
        small = frozenset(member for member in members if member >= base)
        return cls(base, small, max(small, default=base - 1) + 1, 1, frozenset())

    @classmethod
    def from_thresholds(cls, base: int, modulus: int, thresholds: dict[int, int]) -> IntegerSet:
        """Every n from the threshold of its remainder on."""
        start = max([base, *thresholds.values()])
        first = min([start, *thresholds.values()])
        small = frozenset(n for n in range(max(base, first), start) if n >= thresholds.get(n % modulus, start))
        return cls(base, small, start, modulus, frozenset(thresholds)).normal()

    def __contains__(self, value: int) -> bool:
        if value >= self.start:
            return value % self.modulus in self.residues
        return value in self.small

    @property
    def is_empty(self) -> bool:
        """Whether it has no member."""
        return not self.small and not self.residues

    def normal(self) -> IntegerSet:
        """The same set with the least modulus and the earliest start."""
        modulus, residues = _least_period(self.modulus, self.residues)
        start, small = self.start, self.small
        while start > self.base and ((start - 1) % modulus in residues) == (start - 1 in small):
            start -= 1
        return IntegerSet(self.base, frozenset(n for n in small if n < start), start, modulus, residues)

    def members(self, stop: int) -> Iterator[int]:
        """Those below stop, in order."""
        return (n for n in range(self.base, stop) if n in self)

    def _combined(self, other: IntegerSet, keep: Callable[[bool, bool], bool]) -> IntegerSet | None:
        modulus = lcm(self.modulus, other.modulus)
        start = max(self.start, other.start)
        base = max(self.base, other.base)
        if modulus > LARGEST_PERIOD or start - base > LARGEST_PERIOD:
            return None
        small = frozenset(n for n in range(base, start) if keep(n in self, n in other))
        residues = frozenset(n % modulus for n in range(start, start + modulus) if keep(n in self, n in other))
        return IntegerSet(base, small, start, modulus, residues).normal()

    def intersection(self, other: IntegerSet) -> IntegerSet | None:
        """The common members; None where the common period is too long to be tabulated."""
        return self._combined(other, lambda a, b: a and b)

    def union(self, other: IntegerSet) -> IntegerSet | None:
        """The members of either; None where the common period is too long to be tabulated."""
        return self._combined(other, lambda a, b: a or b)

    def complement(self) -> IntegerSet | None:
        """The integers from base on that are not in it; None where they are too many to be listed."""
        if self.start - self.base > LARGEST_PERIOD:
            return None
        small = frozenset(n for n in range(self.base, self.start) if n not in self.small)
        residues = frozenset(range(self.modulus)) - self.residues
        return IntegerSet(self.base, small, self.start, self.modulus, residues).normal()

    def text(self, name: str) -> str:
        """The condition that a value is in it, in the fewest words."""
        if self.is_empty:
            return "never"
        if not self.residues:
            return _finite(name, self.base, sorted(self.small))
        repeated = [_remainders(name, self.modulus, sorted(self.residues))] if self.modulus > 1 else []
        if self.start > self.base:
            repeated.append(f"{name} >= {self.start}")
        if not self.small:
            return ", ".join(repeated) or "always"
        joined = " and ".join(repeated)
        return f"{_finite(name, self.base, sorted(self.small))} or {f'({joined})' if len(repeated) > 1 else joined}"


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


def _finite(name: str, base: int, members: list[int]) -> str:
    low, high = members[0], members[-1]
    if low == high:
        return f"{name} == {low}"
    if len(members) > 2 and len(members) == high - low + 1:  # noqa: PLR2004 - three in a row are a range
        return f"{name} <= {high}" if low == base else f"{low} <= {name} <= {high}"
    return f"{name} in {_listed(members)}"


def _remainders(name: str, modulus: int, residues: list[int]) -> str:
    if len(residues) == 1:
        return f"{name} % {modulus} == {residues[0]}"
    if len(residues) > 2 and residues == list(range(len(residues))):  # noqa: PLR2004 - two are quicker listed
        return f"{name} % {modulus} < {len(residues)}"
    if len(residues) == modulus - 1:
        (missing,) = set(range(modulus)) - set(residues)
        return f"{name} % {modulus} != {missing}"
    return f"{name} % {modulus} in {_listed(residues)}"


def _listed(members: list[int]) -> str:
    shown = ", ".join(map(str, members[:MOST_SHOWN]))
    more = len(members) - MOST_SHOWN
    return f"{{{shown}, and {more} more}}" if more > 0 else f"{{{shown}}}"
