"""The part of a count that is of degree two and more: products of sizes with their coefficients.

One object stands in many counts, since chains of layers along H and along W differ in what is linear and in nothing
else. So what is known of it, such as its bounds, is kept with it.
"""

from __future__ import annotations

from functools import reduce
from math import gcd
from operator import or_

from cnnplan.sizes.forms.bounds import Interval, plus, power, times
from cnnplan.sizes.forms.caching import cached
from cnnplan.sizes.forms.expansion import Monomial, Polynomial, expand, fingerprint, is_certain
from cnnplan.sizes.forms.rationals import Number

__all__ = ["NO_PRODUCTS", "UNBOUNDED", "Products"]

UNBOUNDED: Interval = (None, None)
"""What nothing is added to."""


class Products(dict[Monomial, Number]):
    """Products of two sizes and more by their factors, with their coefficients; not changed once it is in a count."""

    __hash__ = object.__hash__  # type: ignore[assignment]
    __eq__ = object.__eq__
    __ne__ = object.__ne__

    def is_written_like(self, other: Products) -> bool:
        """Whether it has the same products with the same coefficients."""
        return self is other or dict.__eq__(self, other)

    def plus(self, other: Products) -> Products:
        """The sum, found once."""
        if not self or not other:
            return self or other
        found = self.sums.get(other)
        if found is None:
            total = Products(self)
            for monomial, coef in other.items():
                total[monomial] = total.get(monomial, 0) + coef
            found = self.sums[other] = total if all(total.values()) else Products({m: c for m, c in total.items() if c})
        return found

    @cached
    def sums(self) -> dict[Products, Products]:
        """Its sums with others so far."""
        return {}

    @cached
    def sizes(self) -> Monomial:
        """The sizes that are multiplied, each once."""
        return tuple(dict.fromkeys(size for monomial in self for size in monomial))

    @cached
    def symbols(self) -> frozenset[str]:
        """The names of the symbols it depends on."""
        return frozenset().union(*(size.symbols for size in self.sizes))

    @cached
    def order(self) -> int:
        """The place of the first of its symbols among all."""
        orders: list[int] = [size.order for size in self.sizes]
        return min(orders)

    @cached
    def depth(self) -> int:
        """How deep its functions nest; 0 if there are none."""
        depths: list[int] = [size.depth for size in self.sizes]
        return max(depths)

    @cached
    def weight(self) -> int:
        """How many symbols, functions and terms there are in it, when everything is written out."""
        return sum(size.weight for monomial in self for size in monomial)

    @cached
    def reach(self) -> int:
        """Its atoms and what they are made of, however deep, as bits of a number by their indices."""
        return reduce(or_, [size.reach for size in self.sizes], 0)

    @cached
    def interval(self) -> Interval:
        """Bounds over the declared domains: the sizes of a product first, its coefficient last."""
        total: Interval = (0, 0)
        for monomial, coef in self.items():
            if total == UNBOUNDED:
                break
            total = plus(total, times(reduce(times, _intervals(monomial)), (coef, coef)))
        return total

    @cached
    def expanded(self) -> Polynomial:
        """Multiplied out, over atoms."""
        return expand(self)

    @cached
    def fingerprint(self) -> int:
        """What tells it from any other, however that is written."""
        return fingerprint(self)

    @cached
    def is_product(self) -> bool:
        """Whether a term of degree two or more is left when it is multiplied out."""
        return is_certain(self) or any(len(atoms) > 1 for atoms in self.expanded)

    @cached
    def is_whole(self) -> bool:
        """Whether it is a whole number for every value of its symbols, as far as its form tells."""
        return all(type(coef) is int for coef in self.values()) and all(size.is_integer for size in self.sizes)

    @cached
    def shared(self) -> Monomial:
        """The sizes that stand in every product, as often as they stand in all of them."""
        first, *others = map(list, self)
        shared = []
        for size in first:
            if all(size in other for other in others):
                shared.append(size)
                for other in others:
                    other.remove(size)
        return tuple(shared)

    @cached
    def content(self) -> int | None:
        """The greatest number that divides every coefficient; None where not all of them are whole."""
        numbers = self.values()
        return gcd(*numbers) if all(type(number) is int for number in numbers) else None  # type: ignore[arg-type]


def _intervals(monomial: Monomial) -> list[Interval]:
    """Bounds on the powers of the sizes of a product: one that stands twice is a square."""
    sizes = dict.fromkeys(monomial)
    if len(sizes) == len(monomial):
        return [size.interval for size in sizes]
    return [power(size.interval, monomial.count(size)) for size in sizes]


NO_PRODUCTS = Products()
