"""What the terms of a count share: common sizes, units of symbols, and the number that leaves no fractions."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm, prod
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.algebra import combine, count_of, linear
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.products import Products
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["cleared", "coefficients", "common_factors", "content", "fold", "grain", "units_of", "without"]


def coefficients(value: Any) -> list[Number]:
    """The numbers before its terms, and its constant."""
    if is_number(value):
        return [value]
    if isinstance(value, Size):
        return [*(coef for _, coef in value.terms), value.const]
    return [*value.products.values(), *coefficients(value.rest)]


def content(value: Any) -> int | None:
    """The greatest number that divides its coefficients and its constant; None where not all of these are whole."""
    if type(value) is Size:
        return value.content
    if is_number(value):
        return abs(value) if type(value) is int else None
    products, rest = value.products.content, content(value.rest)
    return None if products is None or rest is None else gcd(products, rest)


def units_of(size: Size) -> int:
    """What a size is multiplied by to have whole numbers before its symbols: a seventh of H, by 7, to be H."""
    if size.counts_whole or (len(size.terms) > 1 and fold(size) is not None):
        return 1
    return lcm(size.const.denominator, *(Fraction(coef, atom.scale).denominator for atom, coef in size.terms))


def grain(value: Any) -> int:
    """What a value is multiplied by to have whole numbers before its symbols as they are written."""
    if is_number(value):
        return Fraction(value).denominator
    products = value.products.items()
    found = [
        Fraction(coef, prod(map(units_of, sizes))).denominator
        for sizes, coef in products
        if type(coef) is not int or not all(size.counts_whole for size in sizes)
    ]
    if is_number(value.rest):
        return lcm(*found, Fraction(value.rest).denominator)
    return lcm(*found, units_of(value.rest))


def cleared(numerator: Any, denominator: Any) -> tuple[Any, Any]:
    """The same fraction with whole numbers before its symbols: ((H/7) + 1)/2 is (H + 7)/14."""
    factor = grain(numerator)
    return (numerator, denominator) if factor == 1 else (numerator * factor, denominator * factor)


def common_factors(count: Count) -> list[Size]:
    """The sizes that stand in every one of two terms and more."""
    shared = count.products.shared if count.products else ()
    if is_number(count.rest):
        return list(shared) if len(count.products) > 1 and count.rest == 0 else []
    rest = count.rest.primitive[1] if shared else count.rest
    return [rest] if rest in shared else []


def without(count: Count, factors: list[Size]) -> Any:
    """The count divided by factors that it shares."""
    products = Products()
    rests: list[tuple[Any, Number]] = []
    terms = list(count.products.items())
    if isinstance(count.rest, Size):
        content, size = count.rest.primitive
        terms.append(((size,), content))
    for monomial, coef in terms:
        left = list(monomial)
        for factor in factors:
            left.remove(factor)
        if len(left) > 1:
            products[tuple(left)] = coef
        else:
            rests.append((left[0] if left else 1, coef))
    return count_of(count.context, products, combine(rests))


def fold(size: Size) -> tuple[Any, Any] | None:
    """The numerator and the denominator of a size that is one floor: floor((H + 1)/2) + 1 is (H + 3, 2)."""
    floors = [(atom, coef) for atom, coef in size.terms if atom.kind == "floor"]
    if len(floors) != 1 or floors[0][1] != 1 or not size.is_integer:
        return None
    numerator, denominator = floors[0][0].args
    rest = linear(size.context, {a: c for a, c in size.terms if a.kind != "floor"}, size.const)
    if not is_number(denominator):
        return None
    if isinstance(rest, Size) and not (rest.symbols <= numerator.symbols and _is_linear(rest)):
        return None
    return numerator + rest * denominator, denominator


def _is_linear(size: Size) -> bool:
    return all(atom.kind == "symbol" for atom, _ in size.terms)
