"""Other sizes in the place of symbols: a count composed with others, in normal form again.

This is how a plan is bound in part, and how it is looked at on a residue class: 32*h in the place of H.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms import functions
from cnnplan.sizes.forms.algebra import combine
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.rationals import is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.sizes.forms.atoms import Atom
    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["substitute"]


def substitute(value: Any, mapping: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
    """The value with the symbols of the mapping replaced; the others stay.

    Args:
        value: a number or a count.
        mapping: a number or a count of the same context for each symbol that is replaced.
        memo: results of earlier calls with the same mapping, for many counts of one plan.
    """
    if is_number(value):
        return value
    memo = {} if memo is None else memo
    if value not in memo:
        memo[value] = _composed(value, mapping, memo) if value.symbols & mapping.keys() else value
    return memo[value]


def _composed(count: Count, mapping: Mapping[str, Any], memo: dict[Any, Any]) -> Any:
    if isinstance(count, Size):
        return combine([*((_replaced(atom, mapping, memo), coef) for atom, coef in count.terms), (count.const, 1)])
    products = (
        (functions.prod(substitute(size, mapping, memo) for size in monomial), coef)
        for monomial, coef in count.products.items()
    )
    return combine([*products, (substitute(count.rest, mapping, memo), 1)])


def _replaced(atom: Atom, mapping: Mapping[str, Any], memo: dict[Any, Any]) -> Any:
    if atom not in memo:
        if atom.kind == "symbol":
            given = mapping.get(atom.name)
            itself = atom.context.size(((atom, 1),), 0)
            memo[atom] = itself if given is None else functions.quotient(given, atom.scale)
        else:
            memo[atom] = _FUNCTIONS[atom.kind](*(substitute(arg, mapping, memo) for arg in atom.args))
    return memo[atom]


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "floor": functions.floor_div,
    "quotient": functions.quotient,
    "maximum": functions.maximum,
    "minimum": functions.minimum,
    "gcd": functions.gcd,
    "round": functions.round_half_even,
    "make_divisible": functions.make_divisible,
    "scaled": functions.scaled,
}
