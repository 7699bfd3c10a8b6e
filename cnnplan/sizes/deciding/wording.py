"""Which integers a name may be, in the fewest words: `H % 16 == 0`, `H in {1, 2, 4}`, `17 <= H <= 31`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.sizes.forms.rationals import Number

__all__ = ["Run", "among", "finite", "remainders"]

FEW = 4
"""Residues that are listed in any case."""

MOST_SHOWN = 12
"""Members or residues that are written out."""

Run = tuple[int, int]
"""The first and the last of an unbroken row of integers."""


class Members(Protocol):
    """Some of all integers."""

    def __contains__(self, value: int, /) -> bool:
        """Whether an integer is one of them."""


def among(name: str, choices: tuple[Number, ...], members: Members) -> str:
    """The condition that a name is one of those of its choices that are members."""
    inside = [choice for choice in choices if int(choice) in members]
    outside = [choice for choice in choices if int(choice) not in members]
    if len(inside) == 1:
        return f"{name} == {inside[0]}"
    return f"{name} != {outside[0]}" if len(outside) == 1 else f"{name} in {{{', '.join(map(str, inside))}}}"


def finite(name: str, base: int, runs: tuple[Run, ...]) -> str:
    """The condition that a name, which is never below the base, is in one of these unbroken rows."""
    number = sum(last - first + 1 for first, last in runs)
    if number == 1:
        return f"{name} == {runs[0][0]}"
    if len(runs) > 1 and (number <= MOST_SHOWN or len(runs) > MOST_SHOWN):
        return f"{name} in {_listed(_each(runs), number)}"
    return " or ".join(_row(name, base, *run) for run in runs)


def _each(runs: tuple[Run, ...]) -> Iterator[int]:
    for first, last in runs:
        yield from range(first, last + 1)


def _row(name: str, base: int, first: int, last: int) -> str:
    if first == last:
        return f"{name} == {first}"
    if last == first + 1:
        return f"{name} in {{{first}, {last}}}"
    return f"{name} <= {last}" if first == base else f"{first} <= {name} <= {last}"


def remainders(name: str, modulus: int, residues: list[int]) -> str:
    """The condition that a name has one of these remainders."""
    if len(residues) == 1:
        return f"{name} % {modulus} == {residues[0]}"
    if len(residues) > 2 and residues == list(range(len(residues))):  # noqa: PLR2004 - two are quicker listed
        return f"{name} % {modulus} < {len(residues)}"
    missing = sorted(set(range(modulus)) - set(residues))
    if len(missing) == 1:
        return f"{name} % {modulus} != {missing[0]}"
    texts = [f"in {_listed(residues, len(residues))}"]
    if len(residues) > FEW and _is_row(residues):
        texts.append(f"in {residues[0]}..{residues[-1]}")
    if len(residues) > FEW:
        row = f"{missing[0]}..{missing[-1]}"
        texts.append(f"not in {row if _is_row(missing) else _listed(missing, len(missing))}")
    return f"{name} % {modulus} {min(texts, key=len)}"


def _is_row(numbers: list[int]) -> bool:
    """Whether numbers follow each other."""
    return len(numbers) > 1 and numbers[-1] - numbers[0] == len(numbers) - 1


def _listed(members: Iterable[int], number: int) -> str:
    shown = list(islice(members, MOST_SHOWN))
    more = number - len(shown)
    return f"{{{', '.join(map(str, shown))}{f', and {more} more' if more else ''}}}"
