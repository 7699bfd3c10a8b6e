"""What symbols are bound to: defaults, overridden by what the caller gives, held against the declarations."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.graph.witnesses import spelled
from cnnplan.ops import OPERATORS
from cnnplan.spec.values import Record, Verb
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.sizes import Number
    from cnnplan.spec import Spec, Symbol

__all__ = ["bindings"]

TRUTHS = {"true": True, "false": False}
"""How truth values are written."""


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
            raise UsageError(f"{spec.name} has no symbol {name}; its symbols: {known}{_key(name)}")
    values = {name: symbol.default for name, symbol in spec.symbols.items() if symbol.default is not None}
    values.update({name: _bound(spec, name, given) for name in given})
    return {name: values[name] for name in spec.symbols if name in values}


def _key(name: str) -> str:
    """Where something is told that is no symbol."""
    if name == "scale":
        return "; of a file that describes several sizes, --scale chooses one"
    from cnnplan.spec.documents import SpecDocument  # noqa: PLC0415 - only who errs needs it

    return f"; {name} is a key of the spec, and is written there" if name in SpecDocument.model_fields else ""


def _bound(spec: Spec, name: str, given: Mapping[str, Any]) -> Any:
    """A value as the symbol may have it; where it is the name of another symbol, what that one is."""
    symbol, value = spec.symbols[name], _followed(spec, name, given)
    if symbol.choices and isinstance(value, str) and value in symbol.choices:
        return symbol.choices[value]
    truth = TRUTHS.get(value.lower(), value) if isinstance(value, str) else value
    for choice in (symbol.choices or {}).values():
        if choice == truth and isinstance(choice, bool) is isinstance(truth, bool):
            return choice
    if not symbol.numeric:
        return _other(spec, symbol, truth)
    number = _number(symbol.name, value)
    if number not in symbol.domain():
        raise UsageError(f"{symbol.name} (={spelled(value)}) is outside its declared domain: {_described(symbol)}")
    return number


def _followed(spec: Spec, name: str, given: Mapping[str, Any]) -> Any:
    """What a symbol is given, through the names of other symbols."""
    seen = [name]
    value = given[name]
    while spec.symbols[seen[-1]].numeric and isinstance(value, str) and value in spec.symbols:
        if value in seen:
            raise UsageError(f"{' = '.join([*seen, value])} goes around in a circle: give one of them a number")
        seen.append(value)
        value = given.get(value, spec.symbols[value].default)
        if value is None:
            raise UsageError(f"{' = '.join(seen)}, and {seen[-1]} has no value: give it one as well")
    return value


def _other(spec: Spec, symbol: Symbol, value: Any) -> Any:
    """The value of a symbol that is no number: true or false, a verb, or text."""
    default = symbol.default
    if symbol.choices or isinstance(default, tuple | Record):
        raise UsageError(f"{symbol.name} (={value}) {_choosing(symbol)}")
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise UsageError(f"{symbol.name} (={value}) must be true or false")
        return value
    if isinstance(default, Verb):
        if value not in OPERATORS and value not in spec.blocks:
            near = did_you_mean(str(value), [*OPERATORS, *spec.blocks])
            raise UsageError(f"{symbol.name} (={value}) must be an operator or a block{near}")
        return Verb(value)
    if not isinstance(value, str):
        raise UsageError(f"{symbol.name} (={value}) must be text")
    return value


def _choosing(symbol: Symbol) -> str:
    """What may be given, where there are choices, or only one value."""
    if symbol.choices:
        return f"must be one of {', '.join(symbol.choices)}"
    return "cannot be set: it is a list or a record; declare `choices` to have several"


def _number(name: str, value: Any) -> Number:
    if isinstance(value, bool):
        raise UsageError(f"{name} (={value}) must be a number")
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
