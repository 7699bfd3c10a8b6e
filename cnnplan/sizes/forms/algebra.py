"""Sums and products of sizes, gathered term by term; what comes out constant comes out as a plain number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from cnnplan.sizes.forms.products import NO_PRODUCTS, Products
from cnnplan.sizes.forms.rationals import Number, is_number, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnnplan.sizes.forms.analysis import Forms
    from cnnplan.sizes.forms.atoms import Atom
    from cnnplan.sizes.forms.expansion import Monomial

__all__ = ["combine", "count_of", "linear", "multiply", "sum_of"]

Terms: TypeAlias = "Sequence[tuple[Atom, Number]]"


def linear(context: Forms, coefficients: Mapping[Atom, Number], const: Number) -> Any:
    """The size with these coefficients, or the number that it is."""
    terms = [(atom, coef if type(coef) is int else whole(coef)) for atom, coef in coefficients.items() if coef]
    if not terms:
        return whole(const)
    if len(terms) > 1:
        terms.sort(key=_by_index)
        mirrored = _mirrored(context, terms)
        if mirrored is not None:
            return linear(context, mirrored, const)
    return context.size(tuple(terms), const if type(const) is int else whole(const))


def _mirrored(context: Forms, terms: Terms) -> dict[Atom, Number] | None:
    """The same terms with another floor in the place of one, where that is simpler; None if it is not.

    floor((a*x + b)/c) is x - floor(((c - a)*x + c - 1 - b)/c). Of one floor and x itself the form with least of x is
    kept, so that H - floor(6*H/7) is ceil(H/7); of several floors of x those with the least of x inside.
    """
    by_numbers = [term for term in terms if term[0].kind == "floor" and type(term[0].args[1]) is int]
    if not by_numbers:
        return None
    known = dict(terms)
    floors: dict[Atom, list[Atom]] = {}
    for atom, _ in by_numbers:
        inner = _inner(atom)
        if inner is not None:
            floors.setdefault(inner, []).append(atom)
    for inner, alike in floors.items():
        held = known.get(inner, 0)
        for atom in alike:
            coef = known[atom]
            inside, divisor = int(atom.args[0].terms[0][1]), int(atom.args[1])
            if 2 * inside > divisor if len(alike) > 1 else coef * (2 * held + coef) < 0:
                del known[atom]
                known[inner] = held + coef
                _add(known, _mirror(context, atom, inner), -coef)
                return known
    return _unfolded(context, terms, by_numbers) if len(by_numbers) > 1 else None


def _unfolded(context: Forms, terms: Terms, floors: Terms) -> dict[Atom, Number] | None:
    """The same for a floor of a floor that was made one: floor(H/4) - floor(H/8) is ceil(floor(H/4)/2)."""
    for inner, held in floors:
        for atom, coef in floors:
            shift = _half(atom, inner) if coef * (2 * held + coef) < 0 else None
            if shift is not None:
                other = context.size(((inner, 1),), 1 - shift)
                known = dict(terms)
                del known[atom]
                known[inner] = held + coef
                _add(known, context.floor_div(other, 2), -coef)
                return known
    return None


def _half(atom: Atom, inner: Atom) -> int | None:
    """The e of a floor that is floor((inner + e)/2), where inner is a floor too; None if it is not."""
    (numerator, divisor), (first, by) = atom.args, inner.args
    if divisor != 2 * by or is_number(numerator) or is_number(first) or numerator.products or first.products:
        return None
    shift, left = divmod(numerator.const - first.const, by)
    return int(shift) if numerator.terms == first.terms and not left else None


def _add(known: dict[Atom, Number], size: Any, factor: Number) -> None:
    """Add a multiple of a size without a constant."""
    for atom, coef in size.terms:
        known[atom] = known.get(atom, 0) + coef * factor


def _inner(atom: Atom) -> Atom | None:
    """What a floor by a number is of, where that is one whole thing, a multiple of it and a number."""
    numerator = atom.args[0]
    if is_number(numerator) or numerator.products or len(numerator.terms) != 1:
        return None
    inner: Atom = numerator.terms[0][0]
    return inner if inner.grain == 1 else None


def _mirror(context: Forms, atom: Atom, inner: Atom) -> Any:
    """What a floor and its mirror image make x together."""
    numerator, divisor = atom.args
    other = context.size(((inner, divisor - numerator.terms[0][1]),), divisor - 1 - numerator.const)
    return context.floor_div(other, divisor)


def _by_index(term: tuple[Atom, Number]) -> int:
    return term[0].index


def count_of(context: Forms, products: Products, rest: Any) -> Any:
    """The count with these products of two sizes and more, and this linear rest."""
    for coef in products.values():
        if not coef or type(coef) is not int:
            products = Products({monomial: whole(coef) for monomial, coef in products.items() if coef})
            break
    if not products:
        return rest
    has_rest = type(rest) is not int or rest != 0
    if len(products) == (1 if has_rest else 2):
        gathered = _gathered(context, products, rest)
        if gathered is not None:
            return gathered
    return context.count(products, rest)


def _gathered(context: Forms, products: Products, rest: Any) -> Any:
    """Two products that differ in one factor as one, where that needs no other symbols: (H - 1)*r + r is H*r."""
    terms: list[tuple[Monomial, Number]] = list(products.items())
    if len(terms) == 1:
        if is_number(rest) or len(terms[0][0]) != 2:  # noqa: PLR2004 - one more than a size has
            return None
        content, size = rest.primitive
        terms.append(((size,), content))
    (left, a), (right, b) = terms
    if not -1 <= len(left) - len(right) <= 1 or (left[0] not in right and left[-1] not in right):
        return None
    mine, yours = list(left), list(right)
    common = [size for size in left if size in yours and not yours.remove(size)]  # type: ignore[func-returns-value]
    for size in common:
        mine.remove(size)
    if not common or len(mine) > 1 or len(yours) > 1:
        return None
    values = [side[0] if side else 1 for side in (mine, yours)]
    symbols = [side[0].symbols if side else frozenset() for side in (mine, yours)]
    if not (symbols[0] <= symbols[1] or symbols[1] <= symbols[0]):
        return None
    factor = combine(((values[0], a), (values[1], b)))
    return context.product(tuple(common)) * factor


def combine(pairs: Iterable[tuple[Any, Number]]) -> Any:
    """The sum of value * factor."""
    products, is_own = NO_PRODUCTS, False
    coefficients: dict[Atom, Number] = {}
    const: Number = 0
    context = None
    for value, factor in pairs:
        if type(value) is int or is_number(value):
            const += value * factor
            continue
        context = value.context
        if value.products:
            if not is_own:
                is_own = bool(products) or factor != 1
                products = Products(products) if is_own else value.products
            if is_own:
                for monomial, coef in value.products.items():
                    products[monomial] = products.get(monomial, 0) + coef * factor
        rest = value.rest
        if type(rest) is int or is_number(rest):
            const += rest * factor
            continue
        const += rest.const * factor
        for atom, coef in rest.terms:
            coefficients[atom] = coefficients.get(atom, 0) + coef * factor
    if context is None:
        return whole(const)
    rest = linear(context, coefficients, const)
    return count_of(context, products, rest) if products else rest


def sum_of(left: Any, right: Any, sign: int) -> Any:
    """The sum of two counts (1), or their difference (-1); what `combine` finds, with less ado."""
    mine, yours = left.products, right.products
    rest = left.rest + right.rest if sign == 1 else left.rest - right.rest
    if yours and (mine or sign != 1):
        mine = Products(mine)
        for monomial, coef in yours.items():
            mine[monomial] = mine.get(monomial, 0) + coef * sign
    products = mine or yours
    return count_of(left.context, products, rest) if products else rest


def multiply(left: Any, right: Any) -> Any:
    """The product, factor by factor, never multiplied out."""
    context, left_factors, right_factors = left.context, left.factors, right.factors
    if len(left_factors) == len(right_factors) == 1:
        (a, x), (b, y) = left_factors[0], right_factors[0]
        coef = x * y
        return context.count(Products({context.monomial(a, b): coef if type(coef) is int else whole(coef)}), 0)
    products = Products()
    rest: list[tuple[Any, Number]] = []
    for a, x in left_factors:
        for b, y in right_factors:
            if len(a) + len(b) > 1:
                monomial = context.monomial(a, b)
                products[monomial] = products.get(monomial, 0) + x * y
            else:
                rest.append(((a + b)[0] if a or b else 1, x * y))
    return count_of(context, products, combine(rest))
