"""Floor division, and the rules that make nested floors collapse.

The rules, for integers a, b, e and positive c, f:

* a multiple of the divisor leaves the floor: `floor((c*q + r)/c) = q + floor(r/c)`;
* a common factor leaves the fraction: `floor((g*a*x + b)/(g*c)) = floor((a*x + floor(b/g))/c)`;
* floors compose: `floor((floor(n/c) + e)/f) = floor((n + c*e)/(c*f))`, also when c, e, f are symbols.

What none of them takes apart stays a floor of its own.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.algebra import combine, count_of, linear
from cnnplan.sizes.forms.factors import coefficients, content
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.polynomials import Count
from cnnplan.sizes.forms.products import Products
from cnnplan.sizes.forms.quotients import exact_quotient, is_integral, is_positive
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from cnnplan.sizes.forms.analysis import Forms
    from cnnplan.sizes.forms.atoms import Atom

__all__ = ["exact_div", "floor_div", "quotient", "unfloored"]

LONGEST_FOLD = 24
"""Terms in the numerator beyond which floors by numbers are left nested."""

LONGEST_LETTERED = 12
"""The same with symbolic divisors: each layer multiplies what is there by its stride, and four layers are as long."""


def floor_div(context: Forms, numerator: Any, denominator: Any) -> Any:
    """The greatest integer that is not above numerator / denominator.

    Raises:
        ZeroDivisionError: the denominator is 0.
    """
    if type(numerator) is Size and numerator.is_integer:
        if type(denominator) is int and denominator > 0:
            return _in_normal_form(context, numerator, denominator)
        letter = denominator.letter if type(denominator) is Size else None
        if letter is not None and numerator.has_whole_atoms:
            return _by_letter(context, numerator, denominator, letter)
    if _stands(numerator, denominator):
        return context.atom("floor", numerator, denominator)
    if is_number(numerator) and is_number(denominator):
        return numerator // denominator
    if isinstance(numerator, Count):
        numerator = numerator.simplified()
    if isinstance(denominator, Count):
        denominator = denominator.simplified()
    cleared = _without_quotient(context, numerator, denominator)
    if cleared is not None:
        return floor_div(context, *cleared)
    if is_number(denominator):
        return _by_number(context, numerator, denominator)
    return 0 if numerator == 0 else _by_symbols(context, *_whole_coefficients(numerator, denominator))


def _stands(numerator: Any, denominator: Any) -> bool:
    """Whether no rule applies, at a glance: a polynomial with a rest, by a product that is none of its terms.

    A product does not divide what is linear, and with whole numbers there are no fractions to be cleared.
    """
    if type(numerator) is not Count or type(denominator) is not Count:
        return False
    above, below = numerator.products, denominator.products
    if len(below) != 1 or type(denominator.rest) is not int or denominator.rest or not above.is_product:
        return False
    (monomial,) = below
    rest = numerator.rest
    if not (rest.is_integer if type(rest) is Size else type(rest) is int and rest):
        return False
    if monomial in above or hash(numerator) == hash(denominator):
        return False
    return above.is_whole and below.is_whole and below.is_product


def exact_div(context: Forms, numerator: Any, denominator: Any) -> Any:
    """The quotient where it is exact; otherwise the floor, for a caller who requires divisibility as well."""
    found = exact_quotient(numerator, denominator)
    return floor_div(context, numerator, denominator) if found is None or not is_integral(found) else found


def quotient(context: Forms, numerator: Any, denominator: Any) -> Any:
    """The quotient as it is: a count where the divisor can be cancelled, else an atom that need not be whole."""
    found = exact_quotient(numerator, denominator)
    if found is not None and (is_number(denominator) or is_integral(found)):
        return found
    return context.atom("quotient", numerator, denominator)


def _without_quotient(context: Forms, numerator: Any, denominator: Any) -> tuple[Any, Any] | None:
    """The same fraction multiplied by the divisor of a quotient in its numerator: (n/s + 1)/2 is (n + s)/(2*s)."""
    if not isinstance(numerator, Size):
        return None
    for atom, coef in numerator.terms:
        if atom.kind == "quotient" and is_positive(atom.args[1]):
            top, bottom = atom.args
            rest = numerator - context.size(((atom, coef),), 0)
            return combine(((top * coef, 1), (rest * bottom, 1))), denominator * bottom
    return None


def _by_number(context: Forms, numerator: Any, denominator: Number) -> Any:
    if is_number(numerator):
        return numerator // denominator
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    numerator, denominator = _whole_coefficients(numerator, denominator)
    form = _in_normal_form if isinstance(numerator, Size) else _count_by_number
    return form(context, numerator, int(denominator))


def _in_normal_form(context: Forms, numerator: Size, divisor: int) -> Any:
    """The floor of a size with whole coefficients by a positive integer."""
    outside, inside = _split(numerator, divisor)
    shift, const = divmod(int(numerator.const), divisor)
    floor = _reduced(context, inside, const, divisor) if inside else 0
    if outside:
        floor = combine(((linear(context, outside, 0), 1), (floor, 1)))
    return floor + shift


def _whole_coefficients(numerator: Any, denominator: Any) -> tuple[Any, Any]:
    """The same fraction with integers for coefficients."""
    if content(numerator) is not None and content(denominator) is not None:
        return numerator, denominator
    scale = lcm(*(number.denominator for value in (numerator, denominator) for number in coefficients(value)))
    return (numerator, denominator) if scale == 1 else (numerator * scale, denominator * scale)


def _split(size: Size, divisor: int) -> tuple[dict[Atom, Number], dict[Atom, int]]:
    """What leaves the floor, and what stays in it."""
    outside: dict[Atom, Number] = {}
    inside: dict[Atom, int] = {}
    for atom, coef in size.terms:
        grain = atom.grain
        times, remainder = divmod(int(coef), divisor * grain) if grain else (0, int(coef))
        if times:
            outside[atom] = times * grain
        if remainder:
            inside[atom] = remainder
    return outside, inside


def _reduced(context: Forms, inside: dict[Atom, int], const: int, divisor: int) -> Any:
    """`floor((inside + const) / divisor)`, every coefficient and the constant below the divisor."""
    is_integer = all(atom.grain == 1 for atom in inside)
    common = gcd(divisor, *inside.values(), 0 if is_integer else const)
    if common > 1:
        inside = {atom: coef // common for atom, coef in inside.items()}
        const, divisor = const // common, divisor // common
    if divisor == 1 and is_integer:
        return linear(context, inside, const)
    nested = _nested(inside.items()) if is_integer else None
    if nested is None:
        return context.atom("floor", linear(context, inside, const), divisor)
    numerator, inner = nested.args
    del inside[nested]
    rest = linear(context, inside, const)
    if is_number(inner):
        if is_number(rest) or len(rest.terms) <= LONGEST_FOLD:
            return (numerator + rest * inner) // (inner * divisor)
    elif _folds(nested, _length(rest)):
        return combine(((numerator, 1), (rest * inner, 1))) // (inner * divisor)
    return context.atom("floor", combine(((context.size(((nested, 1),), 0), 1), (rest, 1))), divisor)


def _nested(terms: Any) -> Atom | None:
    """The first floor that stands alone."""
    for atom, coef in terms:
        if coef == 1 and atom.kind == "floor":
            return atom  # type: ignore[no-any-return]
    return None


def unfloored(size: Size, floor: Atom) -> Any:
    """Make n + c*e of a size floor(n/c) + e, once: as negative as the size, and over c*f what the size is over f.

    Args:
        size: the floor and a rest.
        floor: the first that stands alone in it.
    """
    if size.folded is None:
        numerator, divisor = floor.args
        rest = size.without(floor)
        size.folded = _sum(numerator, rest * divisor if is_number(divisor) else divisor.times(rest))
    return size.folded


def _sum(numerator: Any, more: Any) -> Any:
    """The sum of a numerator and what is added to it; what is of degree two and more is added once for many sizes."""
    if is_number(numerator) or is_number(more):
        return numerator + more
    products, rest = numerator.products.plus(more.products), numerator.rest
    if type(more.rest) is not int or more.rest:
        rest = rest + more.rest
    if len(products) > 2:  # noqa: PLR2004 - fewer may be gathered
        return numerator.context.count(products, rest)
    return count_of(numerator.context, products, rest) if products else rest


def _composed(context: Forms, nested: Atom, size: Size, divisor: Any) -> Any:
    """`floor(size / divisor)` by a count, as one floor where the size is a floor and a rest, and it stays short."""
    inner = nested.args[1]
    if _length(divisor) == 1 and _folds(nested, len(size.terms) - (not size.const)):
        numerator, product = unfloored(size, nested), divisor * inner if type(inner) is int else inner.times(divisor)
        return context.atom("floor", numerator, product) if _stands(numerator, product) else numerator // product
    return context.atom("floor", size, divisor)


def _folds(nested: Atom, length: int) -> bool:
    """Whether a floor and a rest of so many terms are short enough for one floor."""
    numerator, inner = nested.args
    return _length(numerator) + length <= LONGEST_LETTERED and _length(inner) == 1


def _length(value: Any) -> int:
    """The number of terms."""
    return value.length if isinstance(value, Count) else 1


def _count_by_number(context: Forms, numerator: Count, divisor: int) -> Any:
    """A polynomial by a number: whole multiples leave the floor, a common factor leaves the fraction."""
    outside, inside = Products(), Products()
    for monomial, coef in numerator.products.items():
        is_integer = all(size.is_integer for size in monomial)
        outside[monomial], inside[monomial] = divmod(coef, divisor) if is_integer else (0, coef)
    left = count_of(context, inside, numerator.rest)
    if is_number(left) or isinstance(left, Size):
        kept = floor_div(context, left, divisor)
    else:
        common = gcd(divisor, *(int(coef) for coef in left.products.values()), *map(int, coefficients(left.rest)))
        kept = context.atom("floor", left * Fraction(1, common), divisor // common)
    return combine(((count_of(context, outside, 0), 1), (kept, 1)))


def _by_symbols(context: Forms, numerator: Any, denominator: Count) -> Any:
    """A symbolic divisor: multiples of it leave the floor, and floors compose while they stay short."""
    found = exact_quotient(numerator, denominator)
    if found is not None:
        return floor_div(context, found, 1)
    numerator, denominator = _lowest_terms(numerator, denominator)
    times, numerator = _multiples(numerator, denominator)
    if is_number(numerator) and numerator == 0:
        return times
    if isinstance(numerator, Size) and numerator.is_integer and is_positive(denominator) and is_integral(denominator):
        nested = _nested(numerator.terms)
        if nested is not None:
            return times + _composed(context, nested, numerator, denominator)
    return times + context.atom("floor", numerator, denominator)


def _by_letter(context: Forms, numerator: Size, denominator: Size, letter: Atom) -> Any:
    """The same for one letter, and whole atoms in the numerator: there are no fractions to be cleared or reduced."""
    times = sum([coef for atom, coef in numerator.terms if atom is letter])
    left = numerator.without(letter) if times else numerator
    if type(left) is not Size:
        return times + context.atom("floor", left, denominator) if left else times
    nested = _nested(left.terms)
    if nested is None:
        return context.atom("floor", left, denominator) + times
    return _composed(context, nested, left, denominator) + times


def _multiples(numerator: Any, denominator: Count) -> tuple[int, Any]:
    """How many whole denominators the numerator holds as a term, and what is left."""
    factors = denominator.factors
    if is_number(numerator) or len(factors) != 1:
        return 0, numerator
    ((monomial, factor),) = factors
    held = numerator.products.get(monomial, 0)
    if isinstance(denominator, Size):
        ((atom, factor), *more) = denominator.terms
        rest = numerator.rest
        held = 0 if more or denominator.const or is_number(rest) else dict(rest.terms).get(atom, 0)
    times = int(held // factor)
    return times, combine(((numerator, 1), (denominator, -times))) if times else numerator


def _lowest_terms(numerator: Any, denominator: Count) -> tuple[Any, Any]:
    """The fraction without a number that divides the denominator and all but the constant of an integer numerator."""
    if not isinstance(numerator, Size) or not (is_positive(denominator) and is_integral(numerator)):
        return numerator, denominator
    common = gcd(*(int(coef) for _, coef in (*numerator.terms, *denominator.factors)))
    if common == 1:
        return numerator, denominator
    terms = {atom: int(coef) // common for atom, coef in numerator.terms}
    return linear(numerator.context, terms, numerator.const // common), denominator * Fraction(1, common)
