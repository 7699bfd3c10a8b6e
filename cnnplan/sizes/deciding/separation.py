"""Comparisons of products that hold, or fail, letter by letter.

floor(H/7)*floor(W/7)*49 is never more than H*W, since 7*floor(H/7) is never more than H and the same of W; they are
equal exactly where both are. So the factors of the two sides are grouped by their symbols, each group is decided with
the procedure for one symbol, and the answers are put together.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from math import prod
from operator import mul
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.sizes.deciding.conditions import FALSE, TRUE, Condition, every
from cnnplan.sizes.deciding.periods import period
from cnnplan.sizes.deciding.positivity import groups
from cnnplan.sizes.forms.algebra import combine
from cnnplan.sizes.forms.polynomials import interval
from cnnplan.sizes.forms.quotients import is_integral
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnplan.sizes.forms.expansion import Monomial
    from cnnplan.sizes.forms.linear import Size
    from cnnplan.sizes.forms.polynomials import Count

    Decide = Callable[[str, Any], Condition]

__all__ = ["separated"]


class Pair(NamedTuple):
    """The factors of two products that share symbols, and how many times the right one the left one is, far out."""

    left: Any
    right: Any
    ratio: Fraction


def separated(operator: str, difference: Count, decide: Decide) -> Condition | None:
    """The condition that a difference of two products is zero, or not negative; None where letters do not tell.

    Args:
        operator: == or >=.
        difference: of two terms.
        decide: the same question, of one symbol.
    """
    terms = _terms(difference) if len(difference.products) < 3 else None  # noqa: PLR2004 - a left and a right
    if terms is None:
        return None
    (left, a), (right, b) = terms
    if not left or not right:
        return _with_number(operator, left or right, a if left else -b, -b if left else a, decide)
    if a < 0 < b:
        (left, a), (right, b) = (right, b), (left, a)
        swapped = True
    else:
        swapped = False
    if a <= 0 or b >= 0:
        return None
    pairs = _pairs(left, right)
    if pairs is None:
        return None
    excess = Fraction(a) / -Fraction(b) * prod(pair.ratio for pair in pairs)
    never_more = all(_never_more(pair.left, pair.right * pair.ratio, decide) for pair in pairs)
    never_less = all(_never_more(pair.right * pair.ratio, pair.left, decide) for pair in pairs)
    return _answer(operator, pairs, Sides(excess, never_more, never_less, swapped), decide)


class Sides(NamedTuple):
    """How two products compare.

    `excess` times the left one, letter by letter never more or never less than the right one; `swapped` where what
    must not be negative is the right one less the left one.
    """

    excess: Fraction
    never_more: bool
    never_less: bool
    swapped: bool


def _answer(operator: str, pairs: Sequence[Pair], sides: Sides, decide: Decide) -> Condition | None:
    """What follows for left * excess against right, from how they compare letter by letter."""
    above = sides.never_less and sides.excess >= 1
    below = sides.never_more and sides.excess <= 1
    if above and below:
        return TRUE
    strictly = sides.excess != 1 and all(_is_positive(pair) for pair in pairs)
    if operator == "==":
        if (above or below) and strictly:
            return FALSE
        return _equal(pairs, decide) if (above or below) and sides.excess == 1 else None
    greater, less = (below, above) if sides.swapped else (above, below)
    if greater:
        return TRUE
    if less and strictly:
        return FALSE
    return _equal(pairs, decide) if less and sides.excess == 1 else None


def _equal(pairs: Sequence[Pair], decide: Decide) -> Condition | None:
    """Equal letter by letter: the same as equal where no side is ever nothing."""
    if not all(_is_positive(pair) for pair in pairs):
        return None
    return every(decide("==", combine(((pair.left, 1), (pair.right, -pair.ratio)))) for pair in pairs)


def _is_positive(pair: Pair) -> bool:
    """Whether the greater of the two is never 0, so that products are equal only where their factors are."""
    return any(_low(value) > 0 for value in (pair.left, pair.right))


def _low(value: Any) -> Number:
    low = interval(value)[0]
    return -1 if low is None else low


def _never_more(left: Any, right: Any, decide: Decide) -> bool:
    return decide(">=", combine(((right, 1), (left, -1)))).verdict is True


def _terms(difference: Count) -> tuple[tuple[Monomial, Number], tuple[Monomial, Number]] | None:
    """The two terms of a difference, a constant last; None where there are more, or fewer."""
    terms: list[tuple[Monomial, Number]] = list(difference.products.items())
    rest = difference.rest
    if is_number(rest):
        terms += [((), rest)] if rest else []
    elif not terms and len(rest.terms) == 2 and not rest.const:  # noqa: PLR2004 - two lines that are compared
        if any(atom.low is None for atom, _ in rest.terms):
            return None
        terms += [((rest.context.size(((atom, 1),), 0),), coef) for atom, coef in rest.terms]
    else:
        content, size = rest.primitive
        terms.append(((size,), content))
    return (terms[0], terms[1]) if len(terms) == 2 else None  # noqa: PLR2004 - a left and a right


def _pairs(left: Monomial, right: Monomial) -> list[Pair] | None:
    """The factors of both sides by their symbols; None where one may be negative, or a group has another growth."""
    if any(_low(size) < 0 for size in (*left, *right)):
        return None
    remaining = {id(size): size for size in (*left, *right)}
    pairs = []
    for members in groups(list(remaining.values())):
        mine, yours = ([size for size in side if size in members] for side in (left, right))
        ratio = _slope(mine, yours)
        if ratio is None:
            return None
        pairs.append(Pair(reduce(mul, mine, 1), reduce(mul, yours, 1), ratio))
    return pairs


def _slope(left: Sequence[Size], right: Sequence[Size]) -> Fraction | None:
    """How many times the right product the left one is, far out; None where neither is of one symbol and alike."""
    if sorted(map(id, left)) == sorted(map(id, right)):
        return Fraction(1)
    slopes = []
    for side in (left, right):
        found = [period(size) for size in side]
        if not found or None in found or len(frozenset().union(*(size.symbols for size in side))) != 1:
            return None
        slopes.append([Fraction(gain) / length for length, gain in filter(None, found)])
    if len(slopes[0]) != len(slopes[1]) or any(slope <= 0 for side in slopes for slope in side):
        return None
    return prod(slopes[0], start=Fraction(1)) / prod(slopes[1], start=Fraction(1))


def _with_number(operator: str, sizes: Monomial, coef: Number, number: Number, decide: Decide) -> Condition | None:
    """A multiple of a product of whole sizes against a number: at least 1 is each at least 1."""
    if coef <= 0 or any(_low(size) < 0 or not is_integral(size) for size in sizes):
        return None
    wanted = Fraction(number) / coef
    if operator == "==":
        if wanted.denominator != 1 or wanted < 0:
            return FALSE
        return every(decide("==", size - 1) for size in dict.fromkeys(sizes)) if wanted == 1 else None
    if wanted <= 0:
        return TRUE
    return every(decide(">=", size - 1) for size in dict.fromkeys(sizes)) if wanted <= 1 else None
