"""Sizes and counts: exact functions of the symbols, in a normal form that compares at a glance.

A Size is linear: a constant and whole multiples of atoms. A Count is a polynomial whose unknowns are Sizes, kept
as products of sizes that were never multiplied out: the MACs of a convolution stay `N * ceil(H/2) * ceil(W/2)`, and
a total has as many terms as the network has resolutions. Constants come back as plain numbers.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property, reduce
from math import gcd, lcm
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from cnnplan.sizes.atoms import Atom, Number, whole
from cnnplan.sizes.bounds import Interval, plus, times

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnplan.sizes.context import Context

__all__ = ["Count", "Extent", "Monomial", "Shape", "Size", "combine", "count_of", "interval", "linear"]

Extent: TypeAlias = Union[int, "Count"]  # noqa: UP007 - evaluated by pydantic at run time
Shape: TypeAlias = tuple[Extent, ...]
Monomial: TypeAlias = "tuple[Size, ...]"


_NO_PRODUCTS: Mapping[Monomial, Number] = MappingProxyType({})


def linear(context: Context, coefficients: Mapping[Atom, Number], const: Number) -> Size | Number:
    """The size with these coefficients, or the number that it is."""
    terms = [(atom, whole(coef)) for atom, coef in coefficients.items() if coef]
    if not terms:
        return whole(const)
    terms.sort(key=lambda term: term[0].index)
    return context.size(tuple(terms), whole(const))


def count_of(context: Context, products: Mapping[Monomial, Number], rest: Size | Number) -> Count | Number:
    """The count with these products of two sizes and more, and this linear rest."""
    kept = {monomial: whole(coef) for monomial, coef in products.items() if coef}
    return Count(context, kept, rest) if kept else rest


def combine(pairs: Iterable[tuple[Any, Number]]) -> Any:
    """The sum of value * factor, gathered term by term."""
    products: dict[Monomial, Number] = {}
    coefficients: dict[Atom, Number] = {}
    const: Number = 0
    context = None
    for value, factor in pairs:
        if isinstance(value, Number):
            const += value * factor
            continue
        context = value.context
        for monomial, coef in value.products.items():
            products[monomial] = products.get(monomial, 0) + coef * factor
        rest = value.rest
        if isinstance(rest, Number):
            const += rest * factor
            continue
        const += rest.const * factor
        for atom, coef in rest.terms:
            coefficients[atom] = coefficients.get(atom, 0) + coef * factor
    return whole(const) if context is None else count_of(context, products, linear(context, coefficients, const))


def _by_symbol(size: Size) -> tuple[int, int]:
    return size.rank


def interval(value: Count | Number) -> Interval:
    """Bounds on a number or a count."""
    return (value, value) if isinstance(value, Number) else value.interval


class Count:
    """A number of things: a sum of products of sizes, and a linear rest."""

    __slots__ = ("__dict__", "context", "products", "rest")

    def __init__(self, context: Context, products: Mapping[Monomial, Number], rest: Size | Number) -> None:
        self.context = context
        self.products = products
        self.rest = rest

    @cached_property
    def symbols(self) -> frozenset[str]:
        """The names of the symbols it depends on."""
        parts = [size for monomial in self.products for size in monomial]
        if isinstance(self.rest, Size):
            parts.append(self.rest)
        return frozenset().union(*(size.symbols for size in parts))

    @cached_property
    def interval(self) -> Interval:
        """Bounds over the declared domains, by interval arithmetic: true, not always tight."""
        total = interval(self.rest)
        for monomial, coef in self.products.items():
            total = plus(total, reduce(times, (size.interval for size in monomial), (coef, coef)))
        return total

    @cached_property
    def expanded(self) -> Mapping[tuple[Atom, ...], Number]:
        """Multiplied out, over atoms: two counts are the same polynomial when these are equal."""
        total: dict[tuple[Atom, ...], Number] = dict(_atoms_of(self.rest))
        for monomial, coef in self.products.items():
            product: dict[tuple[Atom, ...], Number] = {(): coef}
            for size in monomial:
                product = _times(product, _atoms_of(size))
            for atoms, value in product.items():
                total[atoms] = total.get(atoms, 0) + value
        return {atoms: value for atoms, value in total.items() if value}

    def simplified(self) -> Count | Number:
        """Itself, or the size or the number that it turns out to be when multiplied out."""
        if self.is_product:
            return self
        coefficients = {atoms[0]: coef for atoms, coef in self.expanded.items() if atoms}
        return linear(self.context, coefficients, self.expanded.get((), 0))

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Number) or isinstance(other, Count):
            return combine(((self, 1), (other, 1)))
        return NotImplemented

    __radd__ = __add__

    def __neg__(self) -> Any:
        return combine(((self, -1),))

    def __pos__(self) -> Count:
        return self

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Number) or isinstance(other, Count):
            return combine(((self, 1), (other, -1)))
        return NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return combine(((other, 1), (self, -1))) if isinstance(other, Number) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Number):
            return combine(((self, other),)) if other != 1 else self
        return _product(self, other) if isinstance(other, Count) else NotImplemented

    __rmul__ = __mul__

    def __pow__(self, power: Any) -> Any:
        if not isinstance(power, int) or power < 0:
            return NotImplemented
        return reduce(lambda product, _: product * self, range(power), 1)

    def __floordiv__(self, other: Any) -> Any:
        return self.context.floor_div(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self.context.floor_div(other, self)

    def __mod__(self, other: Any) -> Any:
        return self - other * self.context.floor_div(self, other)

    def __rmod__(self, other: Any) -> Any:
        return other - self * self.context.floor_div(other, self)

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Number):
            return self * Fraction(1, other)
        return self.context.exact_div(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.context.exact_div(other, self)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Count):
            return isinstance(other, Number) and self.expanded == {(): other}
        return self.expanded == other.expanded

    def __hash__(self) -> int:
        return hash(frozenset(self.expanded.items()) if self.is_product else self.simplified())

    @property
    def is_product(self) -> bool:
        """Whether it stays a polynomial of degree two or more when multiplied out."""
        return any(len(atoms) > 1 for atoms in self.expanded)

    def __ge__(self, other: Any) -> bool:
        return bool(self.context.at_least(self, other))

    def __gt__(self, other: Any) -> bool:
        return not bool(self.context.at_least(other, self))

    def __le__(self, other: Any) -> bool:
        return bool(self.context.at_least(other, self))

    def __lt__(self, other: Any) -> bool:
        return not bool(self.context.at_least(self, other))

    def __bool__(self) -> bool:
        return not bool(self.context.equal(self, 0))

    def at(self, values: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
        """The exact value at these values of the symbols, ints or int64 arrays.

        Raises:
            KeyError: a symbol has no value.
        """
        return self.context.evaluate(self, values, memo)

    @cached_property
    def text(self) -> str:
        """As people write it: `ceil(H/32)`."""
        return self.context.text(self)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(self.text, spec)

    @property
    def latex(self) -> str:
        """The formula in LaTeX."""
        return self.context.latex(self)

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"

    @property
    def expr(self) -> Any:
        """The same as a sympy expression."""
        return self.context.to_sympy(self)

    def _sympy_(self) -> Any:
        return self.expr


class Size(Count):
    """An extent: a constant and multiples of atoms; interned, so that equal sizes are one object."""

    __slots__ = ("const", "hash", "rank", "terms")

    def __init__(self, context: Context, terms: tuple[tuple[Atom, Number], ...], const: Number, serial: int) -> None:
        self.context = context
        self.terms = terms
        self.const = const
        self.hash = hash((const, frozenset(terms)))
        self.products = _NO_PRODUCTS
        self.rest = self
        self.rank = (min(context.order(name) for atom, _ in terms for name in atom.symbols), serial)

    @cached_property
    def symbols(self) -> frozenset[str]:
        """The names of the symbols it depends on."""
        return frozenset().union(*(atom.symbols for atom, _ in self.terms))

    @cached_property
    def interval(self) -> Interval:
        """Bounds over the declared domains, by interval arithmetic: true, not always tight."""
        return reduce(plus, (times((c, c), (a.low, a.high)) for a, c in self.terms), (self.const, self.const))

    @cached_property
    def is_integer(self) -> bool:
        """Whether it is a whole number for every value of its symbols."""
        return type(self.const) is int and all(
            atom.grain and Fraction(coef, atom.grain).denominator == 1 for atom, coef in self.terms
        )

    @cached_property
    def primitive(self) -> tuple[Number, Size]:
        """The greatest number that divides it, and what is left: 2*floor(H/4) + 4 is 2 times floor(H/4) + 2."""
        numbers = [coef for _, coef in self.terms] + ([self.const] if self.const else [])
        content = Fraction(gcd(*(Fraction(n).numerator for n in numbers)), lcm(*(Fraction(n).denominator for n in numbers)))
        content = -content if self.terms[0][1] < 0 else content
        if content == 1:
            return 1, self
        terms = tuple((atom, whole(coef / content)) for atom, coef in self.terms)
        return whole(content), self.context.size(terms, whole(self.const / content))

    def __add__(self, other: Any) -> Any:
        if type(other) is int:
            return self.context.size(self.terms, whole(self.const + other)) if other else self
        return Count.__add__(self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + -other if type(other) is int else Count.__sub__(self, other)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Size):
            return Count.__eq__(self, other) if isinstance(other, Count) else False
        if self.context is other.context:
            return False
        return self.const == other.const and dict(self.terms) == dict(other.terms)

    def __hash__(self) -> int:
        return self.hash


def _atoms_of(size: Size | Number) -> dict[tuple[Atom, ...], Number]:
    """A size as a polynomial over atoms."""
    if isinstance(size, Number):
        return {(): size} if size else {}
    terms: dict[tuple[Atom, ...], Number] = {(atom,): coef for atom, coef in size.terms}
    if size.const:
        terms[()] = size.const
    return terms


def _times(
    left: Mapping[tuple[Atom, ...], Number], right: Mapping[tuple[Atom, ...], Number]
) -> dict[tuple[Atom, ...], Number]:
    """The product of two polynomials over atoms."""
    product: dict[tuple[Atom, ...], Number] = {}
    for a, x in left.items():
        for b, y in right.items():
            atoms = tuple(sorted(a + b, key=lambda atom: atom.index))
            product[atoms] = product.get(atoms, 0) + x * y
    return product


def _factors(count: Count) -> list[tuple[Monomial, Number]]:
    """A count as products of primitive sizes; the constant is the empty product."""
    factors = list(count.products.items())
    if isinstance(count.rest, Size):
        content, size = count.rest.primitive
        factors.append(((size,), content))
    elif count.rest:
        factors.append(((), count.rest))
    return factors


def _product(left: Count, right: Count) -> Count | Number:
    """The product, factor by factor, never multiplied out."""
    products: dict[Monomial, Number] = {}
    rest: list[tuple[Any, Number]] = []
    for a, x in _factors(left):
        for b, y in _factors(right):
            if len(a) + len(b) > 1:
                monomial = tuple(sorted(a + b, key=_by_symbol)) if a and b else a + b
                products[monomial] = products.get(monomial, 0) + x * y
            else:
                rest.append(((a + b)[0] if a or b else 1, x * y))
    return count_of(left.context, products, combine(rest))
