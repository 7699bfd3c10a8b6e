"""Sizes: a constant and whole multiples of atoms, the normal form of an extent. Equal ones are one object."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.algebra import NO_PRODUCTS
from cnnplan.sizes.forms.atoms import Atom, Number, whole
from cnnplan.sizes.forms.bounds import Interval, plus, times
from cnnplan.sizes.forms.expansion import linear_fingerprint, portable
from cnnplan.sizes.forms.polynomials import Count

if TYPE_CHECKING:
    from cnnplan.sizes.forms.interning import Forms

__all__ = ["Size"]


class Size(Count):
    """An extent: a constant and multiples of atoms; interned, so that equal sizes are one object.

    `is_integer` says whether it is a whole number for every value of its symbols; `quotients` are its floors so far.

    Args:
        context: where it is interned.
        terms: the atoms with their coefficients.
        const: the constant.
        shifts: the sizes with the same terms, by their constants.
        serial: its number among the sizes of its context.
    """

    __slots__ = ("const", "hash", "is_integer", "quotients", "rank", "shifts", "terms")

    def __init__(
        self,
        context: Forms,
        terms: tuple[tuple[Atom, Number], ...],
        const: Number,
        shifts: dict[Number, Size],
        serial: int,
    ) -> None:
        self.context = context
        self.products = NO_PRODUCTS
        self.rest = self
        self.terms = terms
        self.const = const
        self.shifts = shifts
        self.quotients: dict[Any, Any] = {}
        self.is_integer = type(const) is int
        order = terms[0][0].order
        for atom, coef in terms:
            order = min(order, atom.order)
            self.is_integer = self.is_integer and atom.is_whole(coef)
        self.hash = linear_fingerprint(terms, const)
        self.rank = (order, serial)

    @cached_property
    def symbols(self) -> frozenset[str]:
        """The names of the symbols it depends on."""
        return frozenset().union(*(atom.symbols for atom, _ in self.terms))

    @cached_property
    def depth(self) -> int:
        """How deep its functions nest; 0 if there are none."""
        return max([atom.depth for atom, _ in self.terms])

    @cached_property
    def weight(self) -> int:
        """How many symbols, functions and terms there are in it, when everything is written out."""
        return 1 + sum([atom.weight for atom, _ in self.terms])

    @cached_property
    def counts_whole(self) -> bool:
        """Whether all of its numbers are whole, and its symbols are counted one by one, as nearly always."""
        return type(self.const) is int and all(type(coef) is int and atom.scale == 1 for atom, coef in self.terms)

    @property
    def letter(self) -> Atom | None:
        """The symbol that it is, where that is a whole number above 0 and nothing is added; None where it is more."""
        if self.const or len(self.terms) > 1:
            return None
        atom, coef = self.terms[0]
        return atom if coef == 1 and atom.grain == 1 and atom.low and atom.low > 0 and atom.domain else None

    @cached_property
    def interval(self) -> Interval:
        """Bounds over the declared domains, by interval arithmetic: true, not always tight."""
        bounds: Interval = (self.const, self.const)
        for atom, coef in self.terms:
            bounds = plus(bounds, times((coef, coef), (atom.low, atom.high)))
        return self.context.bounds(self) if self._moves_together else bounds

    @property
    def _moves_together(self) -> bool:
        """Whether it adds and takes away what depends on one symbol."""
        if len(self.terms) == 1 or len({coef > 0 for _, coef in self.terms}) == 1:
            return False
        return sum(len(atom.symbols) for atom, _ in self.terms) > len(self.symbols)

    @cached_property
    def primitive(self) -> tuple[Number, Size]:
        """The greatest number that divides it, and what is left: 2*floor(H/4) + 4 is 2 times floor(H/4) + 2."""
        numbers = [self.const, *(coef for _, coef in self.terms)]
        scale = lcm(*(number.denominator for number in numbers))
        content = gcd(*(int(number * scale) for number in numbers))
        content = -content if self.terms[0][1] < 0 else content
        if content == scale:
            return 1, self
        terms = tuple((atom, int(coef * scale) // content) for atom, coef in self.terms)
        size = self.context.size(terms, int(self.const * scale) // content)
        return whole(Fraction(content, scale)), size

    def __add__(self, other: Any) -> Any:
        if type(other) is not int:
            return Count.__add__(self, other)
        const = self.const + other
        found = self.shifts.get(const)
        return self.context.size(self.terms, const) if found is None else found

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + -other if type(other) is int else Count.__sub__(self, other)

    def _scaled(self, factor: Number) -> Any:
        terms = tuple((atom, whole(coef * factor)) for atom, coef in self.terms)
        return self.context.size(terms, whole(self.const * factor))

    def __floordiv__(self, other: Any) -> Any:
        if type(other) is int and other == 1 and self.is_integer:
            return self
        found = self.quotients.get(other)
        if found is None:
            found = self.quotients[other] = Count.__floordiv__(self, other)
        return found

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Size):
            return Count.__eq__(self, other) if isinstance(other, Count) else False
        if self.context is other.context or self.hash != other.hash:
            return False
        memo, key = self.context.memo, ("equal", id(self), id(other))
        if key not in memo:
            memo[key] = (other, portable(self.expanded) == portable(other.expanded))
        return bool(memo[key][1])

    def __hash__(self) -> int:
        return self.hash
