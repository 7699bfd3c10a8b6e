"""Sizes: a constant and whole multiples of atoms, the normal form of an extent. Equal ones are one object."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from operator import or_
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.algebra import combine, linear
from cnnplan.sizes.forms.atoms import both
from cnnplan.sizes.forms.bounds import Interval, plus, times
from cnnplan.sizes.forms.caching import cached
from cnnplan.sizes.forms.expansion import portable, residue
from cnnplan.sizes.forms.polynomials import Count, is_operand
from cnnplan.sizes.forms.products import NO_PRODUCTS, UNBOUNDED
from cnnplan.sizes.forms.rationals import PRIME, Number, whole

if TYPE_CHECKING:
    from cnnplan.sizes.forms.analysis import Forms
    from cnnplan.sizes.forms.atoms import Atom

__all__ = ["Size"]

SERIAL = 48
"""Bits for the number of a size among those of its context, below its order: one number, which sorts as both do."""


class Size(Count):
    """An extent: a constant and multiples of atoms; interned, so that equal sizes are one object.

    `is_integer` says whether it is a whole number for every value of its symbols, `has_floor` whether there is a floor
    by a number in it, which a sum may write in another way, `has_whole_atoms` whether its atoms are whole numbers,
    `is_boundless` whether one of them has no bounds, and `depth` how deep its functions nest. `quotients` are its
    floors so far, `folded` what `unfloored` made of it.

    Args:
        context: where it is interned.
        terms: the atoms with their coefficients.
        const: the constant.
        shifts: the sizes with the same terms, by their constants.
        serial: its number among the sizes of its context.
    """

    __slots__ = (
        "const",
        "depth",
        "folded",
        "has_floor",
        "has_whole_atoms",
        "hash",
        "is_boundless",
        "is_integer",
        "quotients",
        "rank",
        "shifts",
        "terms",
    )

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
        self.folded: Any = None
        has_floor = is_boundless = False
        has_whole_atoms = True
        depth = 0
        is_integer, order = type(const) is int, terms[0][0].order
        total = const if type(const) is int else residue(const)
        for atom, coef in terms:
            order = atom.order if atom.order < order else order  # noqa: FURB136 - no call
            has_floor = has_floor or atom.is_fraction
            is_boundless = is_boundless or atom.is_boundless
            depth = atom.depth if atom.depth > depth else depth  # noqa: FURB136 - no call
            is_whole = type(coef) is int
            total += (coef if type(coef) is int else residue(coef)) * atom.hash
            if not is_whole or atom.grain != 1:
                is_integer = is_integer and atom.is_whole(coef)
                has_whole_atoms = has_whole_atoms and atom.grain == 1
        self.hash = total % PRIME
        self.is_integer = is_integer
        self.has_floor = has_floor
        self.has_whole_atoms = has_whole_atoms
        self.is_boundless = is_boundless
        self.depth = depth  # type: ignore[misc]  # which others find out
        self.rank = order << SERIAL | serial

    @cached
    def symbols(self) -> frozenset[str]:
        """The names of the symbols it depends on."""
        symbols = self.terms[0][0].symbols
        for atom, _ in self.terms[1:]:
            symbols = both(symbols, atom.symbols)
        return symbols

    @cached
    def weight(self) -> int:
        """How many symbols, functions and terms there are in it, when everything is written out."""
        return 1 + sum([atom.weight for atom, _ in self.terms])

    @cached
    def reach(self) -> int:
        """Its atoms and what they are made of, however deep, as bits of a number by their indices."""
        return reduce(or_, [atom.reach for atom, _ in self.terms])

    @property
    def length(self) -> int:
        """The number of its terms."""
        return len(self.terms) + (1 if self.const else 0)

    @property
    def order(self) -> int:
        """The place of the first of its symbols among all."""
        return self.rank >> SERIAL

    @cached
    def counts_whole(self) -> bool:
        """Whether all of its numbers are whole, and its symbols are counted one by one, as nearly always."""
        return type(self.const) is int and all(type(coef) is int and atom.scale == 1 for atom, coef in self.terms)

    @cached
    def content(self) -> int | None:
        """The greatest number that divides its coefficients and its constant; None where not all of these are whole."""
        found = self.const
        if type(found) is not int:
            return None
        for _, coef in self.terms:
            if type(coef) is not int:
                return None
            found = gcd(found, coef)
        return found

    @cached
    def letter(self) -> Atom | None:
        """The symbol that it is, where that is a whole number above 0 and nothing is added; None where it is more."""
        if self.const or len(self.terms) > 1:
            return None
        atom, coef = self.terms[0]
        return atom if coef == 1 and atom.grain == 1 and atom.low and atom.low > 0 and atom.domain else None

    @cached
    def interval(self) -> Interval:
        """Bounds over the declared domains, by interval arithmetic: true, not always tight."""
        if self.is_boundless:
            return UNBOUNDED
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

    @cached
    def primitive(self) -> tuple[Number, Size]:
        """The greatest number that divides it, and what is left: 2*floor(H/4) + 4 is 2 times floor(H/4) + 2."""
        if self.content == 1:
            return (1, self) if self.terms[0][1] > 0 else (-1, self.opposite)
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
        if type(other) is int:
            const = self.const + other
            found = self.shifts.get(const)
            return self.context.size(self.terms, const) if found is None else found
        if type(other) is not Size:
            return Count.__add__(self, other)
        joined = self._joined(other)
        return combine(((self, 1), (other, 1))) if joined is None else joined

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if type(other) is int:
            return self + -other
        if type(other) is not Size:
            return Count.__sub__(self, other)
        joined = self._joined(other.opposite)
        return combine(((self, 1), (other, -1))) if joined is None else joined

    def _joined(self, other: Size) -> Any:
        """The sum of two sizes of which one has all the later atoms; None where terms may meet."""
        left, right = self.terms, other.terms
        if left[-1][0].index > right[0][0].index:
            left, right = right, left
        if left[-1][0].index >= right[0][0].index or self.has_floor or other.has_floor:
            return None
        const = self.const + other.const
        return self.context.size(left + right, const if type(const) is int else whole(const))

    def without(self, atom: Atom) -> Any:
        """What is left of it without the term of an atom."""
        if self.has_floor:
            return linear(self.context, {other: coef for other, coef in self.terms if other is not atom}, self.const)
        terms = tuple([term for term in self.terms if term[0] is not atom])
        return self.context.size(terms, self.const) if terms else self.const

    @cached
    def opposite(self) -> Size:
        """Its product with -1."""
        return self._scaled(-1)  # type: ignore[no-any-return]

    def _scaled(self, factor: Number) -> Any:
        terms = tuple((atom, whole(coef * factor)) for atom, coef in self.terms)
        return self.context.size(terms, whole(self.const * factor))

    def __floordiv__(self, other: Any) -> Any:
        if type(other) is int and other == 1 and self.is_integer:
            return self
        found = self.quotients.get(other)
        if found is None:
            if not is_operand(other):
                return NotImplemented
            found = self.quotients[other] = self.context.floor_div(self, other)
        return found

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(other) is int:
            return False
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
