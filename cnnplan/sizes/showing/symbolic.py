"""The bridge to sympy: a count as an expression that stays exact and canonical in its user's hands."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import sympy
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.rationals import is_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.sizes.forms.atoms import Atom

__all__ = ["symbol_of", "to_sympy"]


def to_sympy(value: Any) -> Any:
    """A number or a count as a sympy expression."""
    if is_number(value):
        return sympy.Rational(value.numerator, value.denominator)
    if isinstance(value, Size):
        terms = (to_sympy(coef) * _atom(atom) for atom, coef in value.terms)
        return sympy.Add(to_sympy(value.const), *terms)
    products = (sympy.Mul(to_sympy(coef), *map(to_sympy, sizes)) for sizes, coef in value.products.items())
    return sympy.Add(to_sympy(value.rest), *products)


def symbol_of(atom: Atom) -> Any:
    """The sympy symbol, with the assumptions that its domain allows."""
    integer = bool(atom.domain and atom.domain.integer)
    sign: dict[str, bool] = {}
    if atom.low is not None and atom.low >= 0:
        sign = {"positive": True} if atom.low > 0 else {"nonnegative": True}
    return sympy.Symbol(atom.name, **({"integer": True} if integer else {"rational": True}), **sign)


def _atom(atom: Atom) -> Any:
    key = ("sympy", atom)
    memo = atom.context.memo
    if key not in memo:
        memo[key] = (
            symbol_of(atom) / atom.scale if atom.kind == "symbol" else _RULES[atom.kind](*map(to_sympy, atom.args))
        )
    return memo[key]


@cache
def _functions() -> Any:
    """The module that needs sympy to be defined at all."""
    return import_module("cnnplan.sizes.showing.sympy_functions")


def _floor(numerator: Any, denominator: Any) -> Any:
    return _functions().FloorDiv(numerator, denominator)


def _quotient(numerator: Any, denominator: Any) -> Any:
    return numerator / denominator


def _gcd(left: Any, right: Any) -> Any:
    return _functions().Gcd(left, right)


def _maximum(left: Any, right: Any) -> Any:
    return sympy.Max(left, right)


def _minimum(left: Any, right: Any) -> Any:
    return sympy.Min(left, right)


def _round(value: Any) -> Any:
    """Half to even: the floor of value + 1/2, less one where that is a tie and odd."""
    odd = (2 * value - 1) / 4
    return _floor(value + sympy.Rational(1, 2), 1) - _floor(-odd, 1) - _floor(odd, 1) - 1


def _make_divisible(value: Any, divisor: Any) -> Any:
    """The nearest multiple, and one more where it is more than a tenth below the value."""
    nearest = sympy.Max(divisor, divisor * _floor(value + divisor / 2, divisor))
    missing = -_floor(10 * nearest - 9 * value, 1)
    return nearest + divisor * sympy.Min(1, sympy.Max(0, missing))


def _scaled(value: Any, scale: Any) -> Any:
    return _functions().Scaled(value, scale)


_RULES: dict[str, Callable[..., Any]] = {
    "floor": _floor,
    "quotient": _quotient,
    "gcd": _gcd,
    "maximum": _maximum,
    "minimum": _minimum,
    "round": _round,
    "make_divisible": _make_divisible,
    "scaled": _scaled,
}
