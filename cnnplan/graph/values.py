"""What symbols are bound to: defaults, overridden by what the caller gives, held against the declarations."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.graph.witnesses import spelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.sizes import Number
    from cnnplan.spec import Spec, Symbol

__all__ = ["bindings"]


def bindings(spec: Spec, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the symbols; those without a default that nothing binds are left out.

    Args:
        spec: where the symbols are declared.
        given: numbers, or the names of choices.

    Raises:
        UsageError: there is no such symbol, or it may not have that value.
    """
    for name in given:
        if name not in spec.symbols:
            known = ", ".join(spec.symbols) or "none"
            raise UsageError(f"{spec.name} has no symbol {name}; its symbols: {known}")
    values = {name: symbol.default for name, symbol in spec.symbols.items() if symbol.default is not None}
    values.update({name: _bound(spec.symbols[name], value) for name, value in given.items()})
    return {name: values[name] for name in spec.symbols if name in values}


def _bound(symbol: Symbol, value: Any) -> Any:
    """A value as the symbol may have it."""
    if symbol.choices and isinstance(value, str) and value in symbol.choices:
        return symbol.choices[value]
    if symbol.choices and value in symbol.choices.values():
        return value
    if not symbol.numeric:
        raise UsageError(f"{symbol.name} (={value}) must be one of {', '.join(symbol.choices or ())}")
    number = _number(symbol.name, value)
    if number not in symbol.domain():
        raise UsageError(f"{symbol.name} (={spelled(value)}) is outside its declared domain: {_described(symbol)}")
    return number


def _number(name: str, value: Any) -> Number:
    try:
        number = Fraction(str(value)) if isinstance(value, float | str) else Fraction(value)
    except (TypeError, ValueError, ZeroDivisionError):
        raise UsageError(f"{name} (={value}) must be a number") from None
    return int(number) if number.denominator == 1 else number


def _described(symbol: Symbol) -> str:
    if symbol.choices:
        return f"one of {', '.join(symbol.choices)}"
    domain = symbol.domain()
    parts = [
        "a whole number" if domain.integer else "a number",
        "" if domain.min is None else f"at least {spelled(domain.min)}",
        "" if domain.max is None else f"at most {spelled(domain.max)}",
        "" if domain.multiple_of == 1 else f"a multiple of {domain.multiple_of}",
    ]
    return ", ".join(filter(None, parts))
