"""A count at numbers: Python's ints, fractions, or int64 arrays, with the same exact integer arithmetic."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.sizes import functions
from cnnplan.sizes.atoms import Atom, Number, whole
from cnnplan.sizes.polynomials import Count, Size

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["evaluate"]

INT64 = 2**62
"""Beyond this an intermediate value of an int64 computation might not fit."""


def evaluate(count: Any, values: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
    """The value of a count.

    Args:
        count: a count, a size or a number.
        values: the values of its symbols: numbers, or integer arrays of one shape.
        memo: values of atoms that were computed before, at the same values.

    Raises:
        KeyError: a symbol has no value.
    """
    if isinstance(count, Number):
        return count
    if memo is None:
        memo = {}
        values = _exact(count, values)
    result = _sum(count, values, memo)
    return whole(result) if isinstance(result, Number) else result


def _sum(count: Count, values: Mapping[str, Any], memo: dict[Any, Any]) -> Any:
    if isinstance(count, Size):
        result: Any = count.const
        for atom, coef in count.terms:
            result = result + coef * _value(atom, values, memo)
        return result
    result = evaluate(count.rest, values, memo)
    for monomial, coef in count.products.items():
        product: Any = coef
        for size in monomial:
            product = product * _sum(size, values, memo)
        result = result + product
    return result


def _value(atom: Atom, values: Mapping[str, Any], memo: dict[Any, Any]) -> Any:
    found = memo.get(atom)
    if found is None:
        found = values[atom.name] if atom.kind == "symbol" else _applied(atom, values, memo)
        memo[atom] = found
    return found


def _applied(atom: Atom, values: Mapping[str, Any], memo: dict[Any, Any]) -> Any:
    args = [arg if isinstance(arg, Number) else _sum(arg, values, memo) for arg in atom.args]
    if atom.kind == "floor":
        return args[0] // args[1]
    if any(hasattr(arg, "dtype") for arg in args):
        return _on_arrays(atom.kind, args)
    return _FUNCTIONS[atom.kind](*args)


def _on_arrays(kind: str, args: list[Any]) -> Any:
    if kind in ("maximum", "minimum", "gcd"):
        return getattr(np, kind)(*args)
    return np.vectorize(_FUNCTIONS[kind], otypes=[np.int64])(*args)


def _exact(count: Count, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values, with arrays of Python's integers where the result might not fit into int64."""
    arrays = {name: value for name, value in values.items() if hasattr(value, "dtype") and name in count.symbols}
    if not arrays:
        return values
    corner = {name: max(abs(_peak(value)), 1) for name, value in values.items() if name in count.symbols}
    if _magnitude(count, corner) < INT64:
        return {name: np.asarray(value) if name in arrays else value for name, value in values.items()}
    return {name: np.asarray(value).astype(object) if name in arrays else value for name, value in values.items()}


def _peak(value: Any) -> int:
    return math.ceil(value) if isinstance(value, Number) else int(np.abs(value).max(initial=0))


def _magnitude(count: Any, corner: Mapping[str, int]) -> int:
    """A bound on every intermediate value, from the greatest magnitude of every symbol."""
    if isinstance(count, Number):
        return math.ceil(abs(count))
    rest = count.rest
    result = 0
    if isinstance(rest, Size):
        result += math.ceil(abs(rest.const)) + sum(math.ceil(abs(c)) * _reach(a, corner) for a, c in rest.terms)
    for monomial, coef in count.products.items():
        result += math.ceil(abs(coef)) * math.prod(_magnitude(size, corner) for size in monomial)
    return result


def _reach(atom: Atom, corner: Mapping[str, int]) -> int:
    if atom.kind == "symbol":
        return corner[atom.name]
    return sum(_magnitude(arg, corner) for arg in atom.args)


_FUNCTIONS = {
    "maximum": max,
    "minimum": min,
    "gcd": math.gcd,
    "round": round,
    "make_divisible": functions.make_divisible,
}
