"""Counts multiplied out: what makes two of them equal, however they were written.

Multiplying out is slow, and most questions can do without. Whether anything of degree two is left is seen from the
leading terms, which no product loses. And a fingerprint tells two counts apart: the value of the polynomial, modulo a
prime, where every atom has its hash for a value. It is the same for every way to write it.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from cnnplan.sizes.forms.atoms import Atom
from cnnplan.sizes.forms.rationals import PRIME, Number, is_number, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Monomial",
    "Polynomial",
    "expand",
    "fingerprint",
    "is_certain",
    "over_atoms",
    "portable",
    "residue",
]

Monomial: TypeAlias = tuple[Any, ...]
"""The sizes that are multiplied, in the order of their symbols; sizes are made in a room above."""

Polynomial: TypeAlias = dict[tuple[Atom, ...], Number]
"""The coefficients of the products of atoms; that of the empty product is the constant."""

Leading: TypeAlias = "tuple[tuple[int, ...], Number]"
"""The atoms of the leading term by index, the greatest first, and its coefficient."""


def residue(number: Number) -> int:
    """The number modulo the prime, whole or not; Python's hash is, but for -1, whose hash is -2."""
    if type(number) is int:
        return number
    return hash(number) if number > 0 else -hash(-number)


def fingerprint(products: Mapping[Monomial, Number]) -> int:
    """What is different, but for a chance of one in 10^18, for two sums of products that are not equal."""
    total = 0
    for monomial, coef in products.items():
        product = residue(coef)
        for size in monomial:
            product = product * size.hash % PRIME
        total += product
    return total % PRIME


def expand(products: Mapping[Monomial, Number]) -> Polynomial:
    """Multiplied out, over atoms: two sums of products are the same polynomial where these are equal."""
    total: Polynomial = {}
    for monomial, coef in products.items():
        for atoms, value in _expanded(monomial).items():
            total[atoms] = total.get(atoms, 0) + value * coef
    return {atoms: value for atoms, value in total.items() if value}


def is_certain(products: Mapping[Monomial, Number]) -> bool:
    """Whether the leading terms alone tell that a term of degree two or more is left when it is multiplied out."""
    if len(products) == 1:
        return True
    most: tuple[int, ...] = ()
    total: Number = 0
    for monomial, coef in products.items():
        atoms, value = _leading(monomial)
        if atoms == most:
            total += value * coef
        elif (len(atoms), atoms) > (len(most), most):
            most, total = atoms, value * coef
    return bool(total)


def _leading(monomial: Monomial) -> Leading:
    """The leading term of a product of sizes: the product of theirs."""
    known: dict[Monomial, Leading] = monomial[0].context.leading
    found = known.get(monomial)
    if found is None:
        terms = [size.terms[-1] for size in monomial]
        coefficient: Number = 1
        for _, coef in terms:
            coefficient *= coef
        atoms = tuple(sorted([atom.index for atom, _ in terms], reverse=True))
        found = known[monomial] = (atoms, coefficient)
    return found


def _expanded(monomial: Monomial) -> Mapping[tuple[Atom, ...], Number]:
    """A product of sizes, multiplied out; each once in a context."""
    known: dict[Monomial, Mapping[tuple[Atom, ...], Number]] = monomial[0].context.expansions
    found = known.get(monomial)
    if found is None:
        *others, last = monomial
        found = over_atoms(last)
        if others:
            found = _times(_expanded(tuple(others)), found)
        known[monomial] = found
    return found


def over_atoms(size: Any) -> Polynomial:
    """A size as a polynomial over atoms."""
    if is_number(size):
        return {(): size} if size else {}
    terms: Polynomial = {(atom,): coef for atom, coef in size.terms}
    if size.const:
        terms[()] = size.const
    return terms


def _times(left: Mapping[tuple[Atom, ...], Number], right: Polynomial) -> Polynomial:
    """The product of two polynomials over atoms."""
    product: Polynomial = {}
    for a, x in left.items():
        for b, y in right.items():
            atoms = tuple(sorted(a + b, key=_index)) if a and b else a or b
            product[atoms] = product.get(atoms, 0) + x * y
    return product


def _index(atom: Atom) -> int:
    return atom.index


def portable(polynomial: Polynomial) -> dict[Any, Number]:
    """The polynomial in terms that do not depend on the context it comes from."""
    return {
        frozenset(Counter(atom.key for atom in atoms).items()): whole(Fraction(coef, prod(a.scale for a in atoms)))
        for atoms, coef in polynomial.items()
    }
