"""Symbols and inputs: what may vary, and what comes in."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.spec.arithmetic import show
from cnnplan.spec.documents import InputDocument, SymbolDocument, read
from cnnplan.spec.model import Input, Symbol
from cnnplan.spec.reading import is_number
from cnnplan.spec.scopes import Layers, Scope
from cnnplan.spec.values import Record
from cnnplan.spec.words import did_you_mean, refusal

if TYPE_CHECKING:
    from cnnplan.findings import Place
    from cnnplan.spec.reading import Reading

__all__ = ["read_inputs", "read_symbols"]


def read_symbols(reading: Reading, data: dict[str, Any], place: Place) -> dict[str, Symbol]:
    """The symbols of a spec."""
    symbols = {}
    for name, value in data.items():
        where = place.below(name)
        if reason := refusal(name, spoken=True):
            reading.faults.add("CNN017", where.at_key(), reason)
        else:
            symbols[name] = read_symbol(reading, name, value, where)
    return symbols


def read_symbol(reading: Reading, name: str, data: Any, place: Place) -> Symbol:
    """One symbol: a bare default, or a mapping."""
    if not isinstance(data, dict):
        return _checked(reading, Symbol(name, place, default=None if data is None else _constant(reading, data, place)))
    document = read(SymbolDocument, data, place, reading.faults)
    numbers = {key: _number(reading, key, data.get(key), place) for key in ("min", "max", "multiple_of")}
    choices = _choices(reading, document.choices, place.below("choices")) if "choices" in data else None
    symbol = Symbol(name, place, choices=choices, description=document.description, **numbers)
    return _checked(reading, _defaulted(reading, symbol, document.default))


def _constant(reading: Reading, data: Any, place: Place) -> Any:
    """A value that depends on no name but verbs; None where it is none."""
    scope = Scope(frozenset(), Layers(), shapes=False)
    expression = reading.expression(data, place, scope)
    if expression is None:
        return None
    if isinstance(data, list):
        return tuple(_constant(reading, item, place.below(i)) for i, item in enumerate(data))
    settled = reading.value(expression, scope)
    if not settled:
        reading.faults.add("CNN013", place, f"{expression} must be a number, a verb, text or a list of these")
    return settled[0] if settled else None


def _number(reading: Reading, key: str, data: Any, place: Place) -> Any:
    value = None if data is None else _constant(reading, data, place.below(key))
    if value is None or (is_number(value) and (key != "multiple_of" or (isinstance(value, int) and value > 0))):
        return value
    what = "a whole number above 0" if key == "multiple_of" else "a number"
    reading.faults.add("CNN013", place.below(key), f"{key} (={data}) must be {what}")
    return None


def _choices(reading: Reading, data: Any, place: Place) -> dict[str, Any] | None:
    """The choices by label, from a list of values or a mapping of records."""
    if isinstance(data, list) and data:
        values = [_choice(reading, item, place.below(i)) for i, item in enumerate(data)]
        labelled = {_label(value): value for value in values}
        if len(labelled) < len(values):
            reading.faults.add("CNN013", place, "two choices are alike")
        return labelled
    if isinstance(data, dict) and data:
        return {label: _record(reading, label, value, place.below(label)) for label, value in data.items()}
    reading.faults.add("CNN013", place, "choices are a list, or a mapping of names")
    return None


def _choice(reading: Reading, data: Any, place: Place) -> Any:
    """A choice that is a value: a symbol is never nothing."""
    if data is None:
        reading.faults.add("CNN013", place, "a choice must be a value, not null", hint="write the value that it means")
    return _constant(reading, data, place)


def _record(reading: Reading, label: str, data: Any, place: Place) -> Any:
    """A choice that is called by its name."""
    if not isinstance(data, dict):
        return _choice(reading, data, place)
    return Record(label, {key: _constant(reading, value, place.below(key)) for key, value in data.items()})


def _defaulted(reading: Reading, symbol: Symbol, data: Any) -> Symbol:
    """The symbol with its default, which may be the name of a choice."""
    place = symbol.place.below("default")
    if data is None:
        return symbol
    if symbol.choices is None:
        return replace(symbol, default=_constant(reading, data, place))
    label = _label(_constant(reading, data, place) if isinstance(data, list) else data)
    if label in symbol.choices:
        return replace(symbol, default=symbol.choices[label])
    message = f"default (={label}) is none of the choices{did_you_mean(label, symbol.choices)}"
    reading.faults.add("CNN110", place, message, hint=f"choices are {', '.join(symbol.choices)}")
    return symbol


def _label(value: Any) -> str:
    """What a choice is called."""
    return str(value) if isinstance(value, str) else show(value)


def _checked(reading: Reading, symbol: Symbol) -> Symbol:
    """Report what a symbol's own bounds leave no room for."""
    place, name = symbol.place, symbol.name
    bounded = any(bound is not None for bound in (symbol.min, symbol.max, symbol.multiple_of))
    if bounded and not symbol.numeric:
        reading.faults.add("CNN013", place, f"{name}: min, max and multiple_of are for numbers")
        return symbol
    if symbol.min is not None and symbol.max is not None and symbol.min > symbol.max:
        reading.faults.add("CNN110", place.below("max"), f"max (={symbol.max}) is less than min (={symbol.min})")
    elif symbol.default is not None and (reason := outside(symbol, symbol.default)):
        reading.faults.add("CNN110", place.below("default"), f"default (={symbol.default}) {reason}")
    for label, value in (symbol.choices or {}).items():
        if bounded and (reason := outside(symbol, value)):
            reading.faults.add("CNN110", place.below("choices", label), f"choice (={label}) {reason}")
    return symbol


def outside(symbol: Symbol, value: Any) -> str:
    """Why a number is not among the values of a symbol, "" where it is."""
    if not is_number(value):
        return ""
    if symbol.min is not None and value < symbol.min:
        return f"is less than min (={symbol.min})"
    if symbol.max is not None and value > symbol.max:
        return f"is more than max (={symbol.max})"
    if symbol.multiple_of is not None and Fraction(value) % symbol.multiple_of:
        return f"is no multiple of {symbol.multiple_of}"
    return ""


def read_inputs(reading: Reading, data: dict[str, Any], place: Place, dtype: str) -> dict[str, Input]:
    """The inputs by name; a single one is called input."""
    if ("input" in data) == ("inputs" in data):
        wrong = "a spec has input or inputs, not both" if "input" in data else "the key input is missing"
        reading.faults.add("CNN012", place, wrong, hint="input: [N, 3, H, W]")
    if "input" in data:
        return {"input": read_input(reading, data["input"], place.below("input"), dtype)}
    several = data.get("inputs")
    inputs: dict[str, Any] = several if isinstance(several, dict) else {}
    below = place.below("inputs")
    return {name: read_input(reading, value, below.below(name), dtype) for name, value in inputs.items()}


def read_input(reading: Reading, data: Any, place: Place, dtype: str) -> Input:
    """A list of extents, or a mapping with shape, dtype and below."""
    if not isinstance(data, dict):
        data = {"shape": data} if isinstance(data, list) else data
        where = place
    else:
        where = place.below("shape")
    if not isinstance(data, dict):
        reading.faults.add("CNN013", place, "an input is a list of extents, [N, 3, H, W], or a mapping with shape")
        return Input((), dtype, None, place)
    document = read(InputDocument, {"dtype": dtype, **data}, place, reading.faults)
    scope = Scope(reading.symbols, Layers(), shapes=False)
    shape = [reading.expression(item, where.below(i), scope) for i, item in enumerate(document.shape)]
    if not shape and "shape" in data:
        reading.faults.add("CNN013", where, "an input has at least one extent")
    for i, extent in enumerate(shape):
        for value in reading.value(extent, scope) if extent else ():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                message = f"the extent {extent} of an input must be a whole number of at least 1"
                reading.faults.add("CNN013", where.below(i), message)
    below = document.below
    bound = None if below is None else reading.expression(below, place.below("below"), scope)
    return Input(tuple(extent for extent in shape if extent), document.dtype, bound, place)
