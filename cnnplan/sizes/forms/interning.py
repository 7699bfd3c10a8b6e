"""One analysis: the symbols it knows and the normal forms it has made. There are no tables outside of it."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from operator import attrgetter, mul
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms import division
from cnnplan.sizes.forms.analysis import Forms
from cnnplan.sizes.forms.atoms import Atom
from cnnplan.sizes.forms.bounds import bounds_of
from cnnplan.sizes.forms.domains import Domain
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.polynomials import Count
from cnnplan.sizes.forms.products import Products
from cnnplan.sizes.forms.rationals import Number, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.sizes.forms.expansion import Monomial

__all__ = ["Interning"]

RANK = attrgetter("rank")

SIZES = frozenset({Size})
"""The type of what is a factor of a product as it is."""


class Interning(Forms):
    """Where sizes are made, so that equal sizes of one analysis are one object."""

    def __init__(self) -> None:
        self.atoms: dict[tuple[Any, ...], Atom] = {}
        self.sizes: dict[tuple[tuple[Atom, Number], ...], dict[Number, Size]] = {}
        self.monomials: dict[tuple[Monomial, Monomial], Monomial] = {}
        self.expansions: dict[Monomial, Mapping[tuple[Atom, ...], Number]] = {}
        self.leading: dict[Monomial, tuple[tuple[int, ...], Number]] = {}
        self.products: dict[tuple[Number, tuple[Count, ...]], Any] = {}
        self.memo: dict[tuple[Any, ...], Any] = {}
        self.serial = 0

    def symbol(self, name: str, domain: Domain | None = None) -> Size:
        """The symbol of that name.

        Args:
            name: as it is printed.
            domain: what it may be; left out: integers from 1 on.

        Raises:
            ValueError: the symbol exists already, with another domain.
        """
        key = ("symbol", name)
        atom = self.atoms.get(key)
        domain = domain or (atom.domain if atom else None) or Domain()
        if atom is None:
            low, high = (
                end if end is None else whole(Fraction(end, domain.scale)) for end in (domain.low, domain.high)
            )
            atom = self.atoms[key] = Atom(self, "symbol", (name,), (low, high), domain)
        elif atom.domain != domain:
            raise ValueError(f"the symbol {name} is declared already, with another domain")
        return self.size(((atom, atom.scale),), 0)

    def domain(self, name: str) -> Domain:
        """What a symbol may be."""
        return self.atoms["symbol", name].domain or Domain()

    def order(self, name: str) -> int:
        """The place of a symbol among the symbols, in the order they were declared."""
        return self.atoms["symbol", name].index

    def atom(self, kind: str, *args: Count | Number) -> Size:
        """The size that is this function of these arguments and nothing else."""
        key = (kind, *args)
        atom = self.atoms.get(key)
        if atom is None:
            atom = self.atoms[key] = Atom(self, kind, args, bounds_of(kind, args))
        return self.size(((atom, 1),), 0)

    def size(self, terms: tuple[tuple[Atom, Number], ...], const: Number) -> Size:
        """The size `const + sum of coefficient * atom`; the terms are sorted, none is zero, there is at least one."""
        shifts = self.sizes.get(terms)
        if shifts is None:
            shifts = self.sizes[terms] = {}
        size = shifts.get(const)
        if size is None:
            self.serial += 1
            size = shifts[const] = Size(self, terms, const, shifts, self.serial)
        return size

    def count(self, products: Products, rest: Size | Number) -> Count:
        """The count with these products, at least one, and this rest."""
        return Count(self, products, rest)

    def monomial(self, left: Monomial, right: Monomial) -> Monomial:
        """The product of two products of sizes, in the order of their symbols."""
        key = (left, right)
        found = self.monomials.get(key)
        if found is None:
            found = self.monomials[key] = tuple(sorted(left + right, key=RANK))
        return found

    def product(self, counts: tuple[Any, ...], number: Number = 1) -> Any:
        """The product of counts and a number; the same sizes are multiplied once."""
        if not SIZES.issuperset(map(type, counts)):
            return reduce(mul, counts) * number
        key = (number, counts)
        found = self.products.get(key)
        if found is None:
            found = self.products[key] = self._product(counts, number)
        return found

    def _product(self, sizes: tuple[Size, ...], number: Number) -> Any:
        """The product of sizes and a number."""
        if len(sizes) == 1 or not number:
            return sizes[0] * number
        factors = []
        for size in sizes:
            content, primitive = size.primitive
            if content != 1:
                number *= content
            factors.append(primitive)
        factors.sort(key=RANK)
        return self.count(Products({tuple(factors): number if type(number) is int else whole(number)}), 0)

    def floor_div(self, numerator: Any, denominator: Any) -> Any:
        """The floor of numerator / denominator, in normal form."""
        return division.floor_div(self, numerator, denominator)

    def exact_div(self, numerator: Any, denominator: Any) -> Any:
        """The quotient where it is exact, else its floor."""
        return division.exact_div(self, numerator, denominator)

    def quotient(self, numerator: Any, denominator: Any) -> Any:
        """The quotient as it is, whole or not."""
        return division.quotient(self, numerator, denominator)
