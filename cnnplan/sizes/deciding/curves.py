"""Polynomials of one symbol, with floors in them, and where they are zero or not negative: exactly.

On the values that leave one remainder every size is a line, so a count is a polynomial there. It is known by as many
values as its degree has, and between the points where its differences change their sign it only rises or only falls.
"""

from __future__ import annotations

from itertools import pairwise
from math import comb, lcm
from typing import TYPE_CHECKING, NamedTuple

from cnnplan.sizes.deciding.periods import period
from cnnplan.sizes.deciding.sets import IntegerSet, runs_of
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["curved_set"]

MOST_VALUES = 20_000
"""Values that are computed to know a polynomial on all remainders."""

MOST_EARLY = 200_000
"""Members that are listed before the repetition begins, where there is more than one remainder."""


class Piece(NamedTuple):
    """From where on a polynomial has a sign: -1, 0 or 1."""

    start: int
    sign: int


def curved_set(value: Count, symbol: str, base: int, wanted: Callable[[int], bool]) -> IntegerSet | None:
    """The values of the symbol, from base on, at which a count has a sign that is wanted; None where it cannot be told.

    What is declared a multiple of a number is counted in units of it.
    """
    length = _length(value)
    degree = max(map(len, value.products), default=1)
    if length is None or length * (degree + 1) > MOST_VALUES:
        return None
    scale = value.context.domain(symbol).scale
    classes: list[list[Piece]] = []
    for rest in range(length):
        points = range(base + rest, base + rest + (degree + 1) * length, length)
        values = [value.at({symbol: point * scale}) for point in points]
        classes.append(_pieces(_differences(values)))
    return _joined(classes, base, length, wanted)


def _length(value: Count) -> int | None:
    """After how many values every size of a count has the same remainder again."""
    length = 1
    for size in {size for monomial in value.products for size in monomial} | {value.rest}:
        found = None if is_number(size) else period(size)
        if is_number(size):
            continue
        if found is None:
            return None
        length = lcm(length, found[0])
    return length


def _differences(values: Sequence[Number]) -> list[int]:
    """The first value, the first difference, the difference of differences, and so on, as whole numbers."""
    scale = lcm(*(value.denominator for value in values))
    row = [int(value * scale) for value in values]
    found = [row[0]]
    while len(row) > 1:
        row = [after - before for before, after in pairwise(row)]
        found.append(row[0])
    while len(found) > 1 and not found[-1]:
        found.pop()
    return found


def _at(differences: Sequence[int], place: int) -> int:
    """The value of a polynomial at a place, by Newton's formula."""
    return sum(difference * comb(place, order) for order, difference in enumerate(differences))


def _pieces(differences: Sequence[int]) -> list[Piece]:
    """Where a polynomial is negative, zero and positive, from 0 on."""
    if len(differences) == 1:
        return [Piece(0, _sign(differences[0]))]
    rises = _pieces(differences[1:])
    found: list[Piece] = []
    for number, (start, trend) in enumerate(rises):
        stop = rises[number + 1].start if number + 1 < len(rises) else None
        for piece in _monotone(differences, start, stop, trend):
            if not found or found[-1].sign != piece.sign:
                found.append(piece)
    return found


def _monotone(differences: Sequence[int], start: int, stop: int | None, trend: int) -> Iterator[Piece]:
    """The same between two points, up to the second, where it only rises (1), only falls (-1) or stays (0)."""
    here = start
    while True:
        sign = _sign(_at(differences, here))
        yield Piece(here, sign)
        if not trend or sign == trend or (stop is not None and _sign(_at(differences, stop)) == sign):
            return
        here = _first_other(differences, here, stop, sign)


def _first_other(differences: Sequence[int], low: int, high: int | None, sign: int) -> int:
    """The first place behind `low` at which the sign is another; there is one, up to `high`."""
    if high is None:
        high = low + 1
        while _sign(_at(differences, high)) == sign:
            low, high = high, 2 * high - low + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _sign(_at(differences, middle)) == sign else (low, middle)
    return high


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def _joined(
    classes: Sequence[Sequence[Piece]], base: int, length: int, wanted: Callable[[int], bool]
) -> IntegerSet | None:
    """The members of all remainders together."""
    last = max(pieces[-1].start for pieces in classes)
    start = base + last * length
    residues = frozenset((base + rest) % length for rest, pieces in enumerate(classes) if wanted(pieces[-1].sign))
    if length == 1:
        ends = [*(piece.start for piece in classes[0][1:]), last]
        runs: list[tuple[int, int]] = []
        for piece, end in zip(classes[0], ends, strict=True):
            if wanted(piece.sign) and end > piece.start:
                begins = runs.pop()[0] if runs and runs[-1][1] == base + piece.start - 1 else base + piece.start
                runs.append((begins, base + end - 1))
        return IntegerSet(base, tuple(runs), start, 1, residues).normal()
    if last * length > MOST_EARLY:
        return None
    early = (
        base + rest + place * length
        for rest, pieces in enumerate(classes)
        for place in range(last)
        if wanted(_sign_at(pieces, place))
    )
    return IntegerSet(base, runs_of(early), start, length, residues).normal()


def _sign_at(pieces: Sequence[Piece], place: int) -> int:
    return next(piece.sign for piece in reversed(pieces) if piece.start <= place)
