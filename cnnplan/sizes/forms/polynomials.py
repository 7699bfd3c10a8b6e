"""Counts: exact functions of the symbols, in a normal form that compares at a glance.

A Count is a polynomial whose unknowns are Sizes, kept as products of sizes that were never multiplied out: the MACs
of a convolution stay `N * ceil(H/2) * ceil(W/2)`, and a total has as many terms as the network has resolutions.
Constants come back as plain numbers.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from cnnplan.sizes.forms.algebra import combine, count_of, linear, multiply, sum_of
from cnnplan.sizes.forms.atoms import both
from cnnplan.sizes.forms.bounds import Interval, plus
from cnnplan.sizes.forms.caching import cached
from cnnplan.sizes.forms.expansion import Monomial, Polynomial, over_atoms, portable, residue
from cnnplan.sizes.forms.products import UNBOUNDED, Products
from cnnplan.sizes.forms.rationals import PRIME, Number, is_number, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.sizes.forms.analysis import Forms

__all__ = ["Count", "Extent", "Shape", "interval", "is_operand"]

Extent: TypeAlias = Union[int, "Count"]
Shape: TypeAlias = tuple[Extent, ...]


def interval(value: Count | Number) -> Interval:
    """Bounds on a number or a count."""
    return (value, value) if is_number(value) else value.interval


def is_operand(value: Any) -> bool:
    """Whether it is a number or a count."""
    return isinstance(value, Count) or is_number(value)


class Count:
    """A number of things: a sum of products of sizes, and a linear rest."""

    __slots__ = ("__dict__", "context", "products", "rest")

    def __init__(self, context: Forms, products: Products, rest: Any) -> None:
        self.context = context
        self.products = products
        self.rest = rest

    @cached
    def symbols(self) -> frozenset[str]:
        """The names of the symbols it depends on."""
        return both(self.products.symbols, self.rest.symbols) if isinstance(self.rest, Count) else self.products.symbols

    @property
    def depth(self) -> int:
        """How deep its functions nest; 0 if there are none."""
        return max(self.products.depth, self.rest.depth) if isinstance(self.rest, Count) else self.products.depth

    @cached
    def length(self) -> int:
        """The number of its terms."""
        rest = self.rest
        return len(self.products) + (rest.length if isinstance(rest, Count) else bool(rest))

    @property
    def order(self) -> int:
        """The place of the first of its symbols among all."""
        return min(self.products.order, self.rest.order) if isinstance(self.rest, Count) else self.products.order

    @property
    def weight(self) -> int:
        """How many symbols, functions and terms there are in it, when everything is written out."""
        return self.products.weight + (1 if is_number(self.rest) else self.rest.weight)

    @property
    def reach(self) -> int:
        """Its atoms and what they are made of, however deep, as bits of a number by their indices."""
        return self.products.reach if is_number(self.rest) else self.products.reach | self.rest.reach

    @cached
    def interval(self) -> Interval:
        """Bounds over the declared domains, by interval arithmetic: true, not always tight."""
        rest = self.rest.interval if isinstance(self.rest, Count) else (self.rest, self.rest)
        return rest if rest == UNBOUNDED else plus(rest, self.products.interval)

    @property
    def factors(self) -> list[tuple[Monomial, Number]]:
        """Its terms as products of primitive sizes; the constant is the empty product."""
        factors = list(self.products.items())
        if not is_number(self.rest):
            content, size = self.rest.primitive
            factors.append(((size,), content))
        elif self.rest:
            factors.append(((), self.rest))
        return factors

    @cached
    def expanded(self) -> Polynomial:
        """Multiplied out, over atoms: two counts are the same where these are equal."""
        total = over_atoms(self.rest)
        for atoms, coef in self.products.expanded.items():
            total[atoms] = total.get(atoms, 0) + coef
        return {atoms: value for atoms, value in total.items() if value}

    @property
    def is_product(self) -> bool:
        """Whether it stays a polynomial of degree two or more when multiplied out."""
        return self.products.is_product

    def simplified(self) -> Any:
        """Itself, or the size or the number that it turns out to be when multiplied out."""
        if self.is_product:
            return self
        coefficients = {atoms[0]: coef for atoms, coef in self.expanded.items() if atoms}
        return linear(self.context, coefficients, self.expanded.get((), 0))

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Count):
            return sum_of(self, other, 1)
        if type(other) is int:  # a Size never comes here with one
            return count_of(self.context, self.products, self.rest + other) if other else self
        return combine(((self, 1), (other, 1))) if is_number(other) else NotImplemented

    __radd__ = __add__

    @cached
    def multiples(self) -> dict[Any, Any]:
        """Its products with sizes and numbers so far, of those that `times` was asked for."""
        return {}

    def times(self, factor: Any) -> Any:
        """Its product with a size or a number, found once."""
        found = self.multiples.get(factor)
        if found is None:
            found = self.multiples[factor] = factor * self
        return found

    def __neg__(self) -> Any:
        return self * -1

    def __pos__(self) -> Count:
        return self

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Count):
            return sum_of(self, other, -1)
        if type(other) is int:
            return self + -other
        return combine(((self, 1), (other, -1))) if is_number(other) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return combine(((other, 1), (self, -1))) if is_number(other) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        if type(other) is int or is_number(other):
            return (self if other == 1 else self._scaled(other)) if other else 0
        return multiply(self, other) if isinstance(other, Count) else NotImplemented

    __rmul__ = __mul__

    def _scaled(self, factor: Number) -> Any:
        """Its product with a number other than 0."""
        products = Products({monomial: whole(coef * factor) for monomial, coef in self.products.items()})
        return Count(self.context, products, self.rest * factor)

    def __pow__(self, power: Any) -> Any:
        if not isinstance(power, int) or power < 0:
            return NotImplemented
        return reduce(lambda product, _: product * self, range(power), 1)

    def __floordiv__(self, other: Any) -> Any:
        return self.context.floor_div(self, other) if is_operand(other) else NotImplemented

    def __rfloordiv__(self, other: Any) -> Any:
        return self.context.floor_div(other, self) if is_number(other) else NotImplemented

    def __mod__(self, other: Any) -> Any:
        return self - other * (self // other) if is_operand(other) else NotImplemented

    def __rmod__(self, other: Any) -> Any:
        return other - self * (other // self) if is_number(other) else NotImplemented

    def __truediv__(self, other: Any) -> Any:
        return self.context.quotient(self, other) if is_operand(other) else NotImplemented

    def __rtruediv__(self, other: Any) -> Any:
        return self.context.quotient(other, self) if is_number(other) else NotImplemented

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Count):
            return is_number(other) and self.simplified() is not self and self.simplified() == other
        at_home = self.context is other.context
        if at_home and self.rest == other.rest and self.products.is_written_like(other.products):
            return True
        if hash(self) != hash(other):
            return False
        return self.expanded == other.expanded if at_home else portable(self.expanded) == portable(other.expanded)

    def __hash__(self) -> int:
        return self._hash

    @cached
    def _hash(self) -> int:
        if not self.products.is_product:
            return hash(self.simplified())
        rest = self.rest if type(self.rest) is int else residue(self.rest) if is_number(self.rest) else self.rest.hash
        return (rest + self.products.fingerprint) % PRIME

    def __ge__(self, other: Any) -> bool:
        return bool(self.context.at_least(self, other))

    def __gt__(self, other: Any) -> bool:
        return bool(~self.context.at_least(other, self))

    def __le__(self, other: Any) -> bool:
        return bool(self.context.at_least(other, self))

    def __lt__(self, other: Any) -> bool:
        return bool(~self.context.at_least(self, other))

    def __bool__(self) -> bool:
        return bool(~self.context.equal(self, 0))

    def at(self, values: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
        """The exact value at these values of the symbols, ints or int64 arrays.

        Raises:
            KeyError: a symbol has no value.
        """
        return self.context.evaluate(self, values, memo)

    def substituted(self, mapping: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
        """The count with numbers or other counts in the place of symbols, in normal form again."""
        return self.context.substitute(self, mapping, memo)

    @cached
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

    @cached
    def expr(self) -> Any:
        """The same as a sympy expression."""
        return self.context.to_sympy(self)

    def _sympy_(self) -> Any:
        return self.expr
