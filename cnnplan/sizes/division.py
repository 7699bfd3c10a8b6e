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

from cnnplan.sizes.atoms import Atom, Number
from cnnplan.sizes.polynomials import Count, Size, combine, linear

if TYPE_CHECKING:
    from cnnplan.sizes.context import Context

__all__ = ["exact_div", "floor_div", "fold"]

LONGEST_FOLD = 24
"""Terms in the numerator beyond which floors with symbolic divisors are left nested."""


def floor_div(context: Context, numerator: Any, denominator: Any) -> Any:
    """The greatest integer that is not above numerator / denominator.

    Raises:
        ZeroDivisionError: the denominator is 0.
    """
    key = ("//", numerator, denominator)
    if key not in context.memo:
        context.memo[key] = _floor_div(context, numerator, denominator)
    return context.memo[key]


def _floor_div(context: Context, numerator: Any, denominator: Any) -> Any:
    if isinstance(numerator, Number) and isinstance(denominator, Number):
        return numerator // denominator
    if isinstance(denominator, Number):
        return _by_number(context, numerator, denominator)
    if isinstance(numerator, Number) and numerator == 0:
        return 0
    return _by_symbols(context, numerator, denominator)


def _by_number(context: Context, numerator: Count, denominator: Number) -> Any:
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if not isinstance(numerator, Size):
        return _count_by_number(context, numerator, denominator)
    scale = lcm(*(Fraction(n).denominator for n in (denominator, numerator.const, *(c for _, c in numerator.terms))))
    divisor = int(denominator * scale)
    outside, inside, const = _split(numerator * scale, divisor)
    whole_part = linear(context, outside, const // divisor)
    if not inside:
        return whole_part
    return combine(((whole_part, 1), (_reduced(context, inside, const % divisor, divisor), 1)))


def _split(size: Size, divisor: int) -> tuple[dict[Atom, Number], dict[Atom, int], int]:
    """What leaves the floor, what stays in it, and the constant."""
    outside: dict[Atom, Number] = {}
    inside: dict[Atom, int] = {}
    for atom, coef in size.terms:
        step = divisor * atom.grain
        quotient, remainder = divmod(int(coef), step) if step else (0, int(coef))
        if quotient:
            outside[atom] = quotient * atom.grain
        if remainder:
            inside[atom] = remainder
    return outside, inside, int(size.const)


def _reduced(context: Context, inside: dict[Atom, int], const: int, divisor: int) -> Any:
    """`floor((inside + const) / divisor)`, every coefficient and the constant below the divisor."""
    if all(atom.grain == 1 for atom in inside):
        common = gcd(divisor, *inside.values())
        if common > 1:
            inside = {atom: coef // common for atom, coef in inside.items()}
            const, divisor = const // common, divisor // common
        if divisor == 1:
            return linear(context, inside, const)
    nested = next((atom for atom, coef in inside.items() if coef == 1 and atom.kind == "floor"), None)
    if nested is not None and all(atom.grain == 1 for atom in inside):
        rest = linear(context, {atom: coef for atom, coef in inside.items() if atom is not nested}, const)
        return _composed(context, nested, rest, divisor)
    return context.atom("floor", linear(context, inside, const), divisor)


def _composed(context: Context, nested: Atom, rest: Any, divisor: Any) -> Any:
    """`floor((nested + rest) / divisor)` as one floor."""
    numerator, inner = nested.args
    if isinstance(inner, Number) and isinstance(divisor, Number):
        if isinstance(rest, Number) or len(rest.terms) <= LONGEST_FOLD:
            return floor_div(context, numerator + rest * inner, inner * divisor)
    elif _length(numerator) + _length(rest) <= LONGEST_FOLD and _length(inner) * _length(divisor) == 1:
        return floor_div(context, combine(((numerator, 1), (rest * inner, 1))), inner * divisor)
    return context.atom("floor", combine(((context.size(((nested, 1),), 0), 1), (rest, 1))), divisor)


def _length(value: Any) -> int:
    """The number of terms."""
    if isinstance(value, Number):
        return 1
    rest = value.rest
    return len(value.products) + (len(rest.terms) + bool(rest.const) if isinstance(rest, Size) else bool(rest))


def _count_by_number(context: Context, numerator: Count, denominator: Number) -> Any:
    """A polynomial by a number: whole multiples leave the floor, the rest is a floor of its own."""
    simple = numerator.simplified()
    if not isinstance(simple, Count) or isinstance(simple, Size):
        return floor_div(context, simple, denominator)
    if _divides(simple, denominator):
        return simple * Fraction(1, denominator)
    return context.atom("floor", simple, denominator)


def _divides(count: Count, number: Number) -> bool:
    """Whether every coefficient is a multiple of the number and everything else is an integer."""
    sizes = [size for monomial in count.products for size in monomial]
    quotients = [Fraction(coef) / number for coef in count.products.values()]
    if isinstance(count.rest, Size):
        quotients += [Fraction(coef) / number for _, coef in count.rest.terms]
        sizes.append(count.rest)
    const = count.rest.const if isinstance(count.rest, Size) else count.rest
    quotients.append(Fraction(const) / number)
    return all(q.denominator == 1 for q in quotients) and all(size.is_integer for size in sizes)


def _by_symbols(context: Context, numerator: Any, denominator: Count) -> Any:
    """A symbolic divisor: multiples of it leave the floor, and floors compose while they stay short."""
    quotient = exact_quotient(numerator, denominator)
    if quotient is not None:
        return quotient
    times, numerator = _multiples(numerator, denominator)
    if isinstance(numerator, Size):
        nested = next((atom for atom, coef in numerator.terms if coef == 1 and atom.kind == "floor"), None)
        if nested is not None and numerator.is_integer:
            rest = numerator - context.size(((nested, 1),), 0)
            return times + _composed(context, nested, rest, denominator)
    if isinstance(numerator, Number) and numerator == 0:
        return times
    return times + context.atom("floor", numerator, denominator)


def _multiples(numerator: Any, denominator: Count) -> tuple[int, Any]:
    """How many whole denominators the numerator holds as a term, and what is left."""
    if not isinstance(denominator, Size) or len(denominator.terms) != 1 or isinstance(numerator, Number):
        return _product_multiples(numerator, denominator)
    (atom, per), rest = denominator.terms[0], numerator.rest
    coef = dict(rest.terms).get(atom, 0) if isinstance(rest, Size) else 0
    times = int(coef // per) if not denominator.const else 0
    return times, numerator - times * denominator if times else numerator


def _product_multiples(numerator: Any, denominator: Count) -> tuple[int, Any]:
    """The same for a denominator that is one product, such as s*t."""
    if isinstance(numerator, Number) or len(denominator.products) != 1 or denominator.rest:
        return 0, numerator
    ((monomial, per),) = denominator.products.items()
    times = int(numerator.products.get(monomial, 0) // per)
    return times, numerator - times * denominator if times else numerator


def exact_quotient(numerator: Any, denominator: Any) -> Any:
    """numerator / denominator where it divides factor by factor, else None; a fraction may remain as a factor."""
    if isinstance(denominator, Number):
        return numerator * Fraction(1, denominator)
    if isinstance(numerator, Number):
        return 0 if numerator == 0 else None
    if numerator == denominator:
        return 1
    divisor = _single_product(denominator)
    return None if divisor is None else _cancelled(numerator, *divisor)


def _single_product(count: Count) -> tuple[tuple[Size, ...], Number] | None:
    """The sizes and the coefficient of a count that is one product."""
    if isinstance(count, Size):
        content, size = count.primitive
        return (size,), content
    if len(count.products) != 1 or count.rest:
        return None
    ((monomial, coef),) = count.products.items()
    return monomial, coef


def _cancelled(numerator: Count, factors: tuple[Size, ...], content: Number) -> Any:
    """The numerator with these factors taken out of every term; None where one does not hold them all."""
    terms = list(numerator.products.items())
    if isinstance(numerator.rest, Size):
        coef, size = numerator.rest.primitive
        terms.append(((size,), coef))
    elif numerator.rest:
        return None
    quotients = []
    for monomial, coef in terms:
        left = list(monomial)
        for factor in factors:
            if factor not in left:
                return None
            left.remove(factor)
        value: Any = Fraction(coef) / content
        for size in left:
            value = size * value
        quotients.append((value, 1))
    quotient = combine(quotients)
    return quotient if is_integral(quotient) else None


def is_integral(value: Any) -> bool:
    """Whether a number or count is a whole number for every value of its symbols, as far as its form tells."""
    if isinstance(value, Number):
        return Fraction(value).denominator == 1
    return value.is_integer if isinstance(value, Size) else _divides(value, 1)


def exact_div(context: Context, numerator: Any, denominator: Any) -> Any:
    """The quotient where it is exact; otherwise the floor, for a caller who requires divisibility as well."""
    quotient = exact_quotient(numerator, denominator)
    return floor_div(context, numerator, denominator) if quotient is None or not is_integral(quotient) else quotient


def fold(size: Size) -> tuple[Any, Any] | None:
    """The numerator and the denominator of a size that is one floor: floor((H + 1)/2) + 1 is (H + 3, 2)."""
    floors = [(atom, coef) for atom, coef in size.terms if atom.kind == "floor"]
    if len(floors) != 1 or floors[0][1] != 1:
        return None
    numerator, denominator = floors[0][0].args
    rest = linear(size.context, {a: c for a, c in size.terms if a.kind != "floor"}, size.const)
    if not isinstance(denominator, Number) or not isinstance(rest, Number | Size):
        return None
    if isinstance(rest, Size) and not rest.symbols <= numerator.symbols:
        return None
    return numerator + rest * denominator, denominator
