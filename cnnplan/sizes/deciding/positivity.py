"""What is never negative: bounds that know that the parts of a sum move together.

H - floor(H/2) is unbounded to interval arithmetic, since H and its half are two things to it. As a function of one
symbol that repeats with a slope it is at least 1. And H*W - H is not negative where W is at least 1: written in what H
and W are above their least values, no coefficient is negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes.deciding.periods import period, values_at
from cnnplan.sizes.forms.bounds import plus, times
from cnnplan.sizes.forms.rationals import is_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.sizes.forms.atoms import Atom
    from cnnplan.sizes.forms.bounds import Interval
    from cnnplan.sizes.forms.expansion import Polynomial
    from cnnplan.sizes.forms.linear import Size
    from cnnplan.sizes.forms.polynomials import Count
    from cnnplan.sizes.forms.rationals import Number

__all__ = ["groups", "may_have_one", "sign", "tight"]

LONGEST = 4096
"""Values that are looked at to bound a size."""

MOST_TERMS = 256
"""Products of atoms beyond which a count is not written in what they are above their least values."""

Terms = "dict[tuple[Atom, ...], Number]"


def groups(parts: Sequence[Any]) -> list[list[Any]]:
    """Parts that share symbols together, directly or by others; each has `symbols`."""
    found: list[tuple[frozenset[str], list[Any]]] = []
    for part in parts:
        symbols, members = part.symbols, [part]
        for group in [group for group in found if group[0] & symbols]:
            found.remove(group)
            symbols, members = symbols | group[0], group[1] + members
        found.append((symbols, members))
    return [members for _, members in found]


def tight(size: Size) -> Interval:
    """Bounds on a size that know that what stands in one symbol moves together."""
    atoms = dict(size.terms)
    bounds: Interval = (size.const, size.const)
    for members in groups([atom for atom, _ in size.terms]):
        terms = tuple((atom, atoms[atom]) for atom in atoms if atom in members)
        bounds = plus(bounds, _together(size, terms))
    return bounds


def _together(size: Size, terms: tuple[tuple[Atom, Number], ...]) -> Interval:
    """Bounds on the sum of terms that share their symbols."""
    loose: Interval = (0, 0)
    for atom, coef in terms:
        loose = plus(loose, times((coef, coef), (atom.low, atom.high)))
    part = size.context.size(terms, 0)
    if len(terms) == 1 or len(part.symbols) > 1:
        return loose
    (name,) = part.symbols
    known = _of_one(part, name)
    return loose if known is None else known


def _of_one(size: Size, name: str) -> Interval | None:
    """The least and the greatest value of a size of one symbol; None where that is not found quickly."""
    domain = size.context.domain(name)
    if domain.choices is not None:
        values = [size.at({name: choice}) for choice in domain.choices]
        return min(values), max(values)
    found = period(size)
    if found is None or found[0] > LONGEST or not domain.integer or domain.low is None:
        return None
    length, gain = found
    low = int(domain.low) // domain.scale
    high = None if domain.high is None else int(domain.high) // domain.scale
    first = values_at(size, name, range(low, low + length if high is None else min(low + length, high + 1)))
    if gain == 0 or (high is not None and high < low + length):
        return min(first), max(first)
    last = None if high is None else values_at(size, name, range(high - length + 1, high + 1))
    if gain > 0:
        return min(first), None if last is None else max(last)
    return None if last is None else min(last), max(first)


def sign(count: Count) -> int | None:
    """1 where a count is above 0 for all values, -1 where it is below, 0 where it is not negative; None if unknown."""
    if not may_have_one(count):
        return None
    if not is_number(count.rest) and any(atom.low is None for atom, _ in count.rest.terms):
        return None
    if len(count.expanded) > MOST_TERMS:
        return None
    lows = {atom: atom.low for atoms in count.expanded for atom in atoms}
    if None in lows.values():
        return None
    shifted = _above(count.expanded, lows)
    const = shifted.pop((), 0)
    if all(coef >= 0 for coef in shifted.values()) and const >= 0:
        return int(const > 0)
    return -1 if const < 0 and all(coef <= 0 for coef in shifted.values()) else None


LARGEST_DEGREE = 6


def may_have_one(count: Count) -> bool:
    """Whether the terms of degree two and more, which nothing linear takes away, are of one sign, as far as looked."""
    memo, key = count.context.memo, ("sign", count.products)
    found = memo.get(key)
    if found is None:
        found = memo[key] = _has_one(count.products.expanded)
    return found


def _has_one(polynomial: Polynomial) -> bool:
    """The same of a polynomial."""
    lows = {atom: atom.low for atoms in polynomial for atom in atoms}
    if len(polynomial) > MOST_TERMS or None in lows.values() or max(map(len, polynomial), default=0) > LARGEST_DEGREE:
        return False
    degree = max(map(len, polynomial), default=0)
    if len({coef > 0 for atoms, coef in polynomial.items() if len(atoms) == degree > 1}) > 1:
        return False  # what is of the highest degree stays as it is
    signs = {coef > 0 for atoms, coef in _above(polynomial, lows).items() if coef and len(atoms) > 1}
    return len(signs) <= 1


def _above(polynomial: Polynomial, lows: dict[Atom, Any]) -> Polynomial:
    """A polynomial in what its atoms are above their least values."""
    shifted: Polynomial = {}
    for atoms, coef in polynomial.items():
        for left, value in _shifted(atoms, lows):
            shifted[left] = shifted.get(left, 0) + coef * value
    return shifted


def _shifted(atoms: tuple[Atom, ...], lows: dict[Atom, Any]) -> Iterator[tuple[tuple[Atom, ...], Number]]:
    """A product of atoms in what each is above its least value."""
    if not atoms:
        yield (), 1
        return
    *others, last = atoms
    for left, value in _shifted(tuple(others), lows):
        yield (*left, last), value
        if lows[last]:
            yield left, value * lows[last]
