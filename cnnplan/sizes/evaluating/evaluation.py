"""A count at numbers: Python's ints, fractions, or int64 arrays, with the same exact integer arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.sizes.forms import functions
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.polynomials import Count
from cnnplan.sizes.forms.rationals import Number, is_number, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.sizes.forms.atoms import Atom
    from cnnplan.sizes.forms.products import Products

__all__ = ["evaluate", "magnitude"]

INT64 = 2**62
"""Beyond this an intermediate value of an int64 computation might not fit."""


def evaluate(count: Any, values: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
    """The value of a count.

    Args:
        count: a count, a size or a number.
        values: the values of its symbols: numbers, or integer arrays of one shape.
        memo: what was computed before at the same values, for many counts of one plan.

    Raises:
        KeyError: a symbol has no value.
    """
    if not isinstance(count, Count):
        return count
    if memo is None:
        memo = {}
    kind = _array_type(count, values, memo)
    if kind is not None:
        values, memo = memo.setdefault(kind, (_converted(values, kind), {}))
    result = _sum(count, values, memo)
    return result if type(result) is int or not is_number(result) else whole(result)


def _sum(count: Count, values: Mapping[str, Any], memo: dict[Any, Any]) -> Any:
    if type(count) is Size:
        result: Any = count.const
        for atom, coef in count.terms:
            value = memo.get(atom)
            result = result + coef * (_value(atom, values, memo) if value is None else value)
        return result
    rest = count.rest if is_number(count.rest) else _sum(count.rest, values, memo)
    products = memo.get(count.products)
    return rest + (_products(count.products, values, memo) if products is None else products)


def _products(products: Products, values: Mapping[str, Any], memo: dict[Any, Any]) -> Any:
    """The value of what is of degree two and more; a number is kept, since it may stand in many counts."""
    known = {size: _sum(size, values, memo) for size in products.sizes}
    result: Any = 0
    for monomial, coef in products.items():
        product: Any = coef
        for size in monomial:
            product = product * known[size]
        result = result + product
    if is_number(result):
        memo[products] = result
    return result


def _value(atom: Atom, values: Mapping[str, Any], memo: dict[Any, Any]) -> Any:
    """The value of an atom, which is kept."""
    found = _symbol(atom, values[atom.name]) if atom.kind == "symbol" else _applied(atom, values, memo)
    memo[atom] = found
    return found


def _symbol(atom: Atom, value: Any) -> Any:
    """The value of a symbol in the units that it is counted in."""
    if atom.scale == 1:
        return value
    return value // atom.scale if hasattr(value, "dtype") else whole(Fraction(value, atom.scale))


def _applied(atom: Atom, values: Mapping[str, Any], memo: dict[Any, Any]) -> Any:
    args = [arg if is_number(arg) else _sum(arg, values, memo) for arg in atom.args]
    if atom.kind == "floor":
        return args[0] // args[1]
    if any(hasattr(arg, "dtype") for arg in args):
        return _on_arrays(atom.kind, args)
    return _FUNCTIONS[atom.kind](*args)


def _on_arrays(kind: str, args: list[Any]) -> Any:
    broken = kind == "gcd" and any(getattr(arg, "dtype", None) == np.object_ for arg in args)
    if kind in ("maximum", "minimum", "gcd") and not broken:
        return getattr(np, kind)(*args)
    if kind == "scaled" and all(getattr(arg, "dtype", None) != np.object_ for arg in args):
        value, scale = (arg if hasattr(arg, "dtype") else float(arg) for arg in args)
        return np.floor(value * scale).astype(np.int64)
    return np.vectorize(_FUNCTIONS[kind], otypes=[object])(*args)


def _array_type(count: Count, values: Mapping[str, Any], memo: dict[Any, Any]) -> str | None:
    """None if there is no array, int64 if everything fits, else object, which holds Python's own integers."""
    arrays = memo.get("arrays")
    if arrays is None:
        arrays = memo["arrays"] = [name for name, value in values.items() if hasattr(value, "dtype")]
    if not arrays or count.symbols.isdisjoint(arrays):
        return None
    given = {name: values[name] for name in count.symbols if name in values}
    if any(getattr(value, "dtype", None) == np.object_ for value in given.values()):
        return "object"
    corner = {name: max(_peak(value), 1) for name, value in given.items()}
    fits = len(corner) == len(count.symbols) and magnitude(count, corner, memo.setdefault("reached", {})) < INT64
    return "int64" if fits else "object"


def _converted(values: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {
        name: np.asarray(value).astype(kind) if hasattr(value, "dtype") else value for name, value in values.items()
    }


def _peak(value: Any) -> int:
    if is_number(value):
        return max(math.ceil(value), -math.floor(value))
    return max(abs(int(value.min(initial=0))), abs(int(value.max(initial=0))))


def magnitude(value: Count | Number, corner: Mapping[str, int], reached: dict[Atom, int]) -> int:
    """A bound on every intermediate value, from the greatest magnitude of every symbol."""
    if is_number(value):
        return max(math.ceil(value), -math.floor(value))
    if isinstance(value, Size):
        terms = (magnitude(coef, corner, reached) * _reach(atom, corner, reached) for atom, coef in value.terms)
        return magnitude(value.const, corner, reached) + sum(terms)
    products = ((coef, *monomial) for monomial, coef in value.products.items())
    bounds = (math.prod(magnitude(x, corner, reached) for x in xs) for xs in products)
    return magnitude(value.rest, corner, reached) + sum(bounds)


def _reach(atom: Atom, corner: Mapping[str, int], reached: dict[Atom, int]) -> int:
    """The same of an atom, found once."""
    if atom not in reached:
        parts = [] if atom.kind == "symbol" else [magnitude(x, corner, reached) for x in atom.args]
        reached[atom] = (math.prod if atom.kind == "scaled" else sum)(parts) if parts else corner[atom.name]
    return reached[atom]


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "quotient": functions.quotient,
    "maximum": max,
    "minimum": min,
    "gcd": functions.gcd,
    "round": round,
    "make_divisible": functions.make_divisible,
    "scaled": functions.scaled,
}
