"""The two sides of a comparison, from the difference that it was decided on."""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.algebra import combine
from cnnplan.sizes.forms.factors import grain
from cnnplan.sizes.forms.linear import Size

if TYPE_CHECKING:
    from cnnplan.sizes.forms.polynomials import Count
    from cnnplan.sizes.forms.rationals import Number

__all__ = ["compared", "sides"]


def compared(difference: Count, operator: str) -> str:
    """The two sides of a comparison as a text."""
    return difference.context.comparison(*sides(difference), operator)


def sides(difference: Count) -> tuple[Any, Any]:
    """What is added on the left, what is taken away on the right."""
    difference = difference * grain(difference)
    terms: list[tuple[Any, Number]] = [(reduce(mul, monomial), coef) for monomial, coef in difference.products.items()]
    rest = difference.rest
    if isinstance(rest, Size):
        terms += [(rest.context.size(((atom, 1),), 0), coef) for atom, coef in rest.terms]
    terms.append((1, rest.const if isinstance(rest, Size) else rest))
    left = combine((value, coef) for value, coef in terms if coef > 0)
    return left, combine((value, -coef) for value, coef in terms if coef < 0)
