"""What the operators of the expression language do to values: exact, bounded, and no guessing.

A value is a number (int, Fraction, or a Count over symbols), a truth value or an open Condition, text, a Verb, a
Record, None, or a tuple of values. Arithmetic of a tuple and a number is elementwise.
"""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from cnnplan import sizes
from cnnplan.spec.faults import EvaluationError
from cnnplan.spec.scalars import exact
from cnnplan.spec.values import Record, Verb
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ARITHMETIC",
    "COMPARISONS",
    "bounded",
    "element",
    "field",
    "is_number",
    "is_plain",
    "negative",
    "position",
    "section",
    "show",
    "truth",
]

LARGEST: Final = 10**60
"""No number of an expression is larger."""

LARGEST_POWER: Final = 256
LARGEST_SYMBOLIC_POWER: Final = 8


def is_plain(value: Any) -> bool:
    """Whether a value is a number without symbols."""
    return type(value) is int or type(value) is Fraction


def is_number(value: Any) -> bool:
    """Whether a value is a number, with symbols or without."""
    return type(value) is int or isinstance(value, sizes.Count) or type(value) is Fraction


def show(value: Any) -> str:
    """A value as the language writes it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, tuple):
        return f"[{', '.join(map(show, value))}]"
    if isinstance(value, str) and not isinstance(value, Verb):
        return f'"{value}"'
    return str(value)


def bounded(value: Any) -> Any:
    """The value, unless it is a number that is too large."""
    if isinstance(value, int):
        if not -LARGEST < value < LARGEST:
            raise EvaluationError("the result is too large: numbers end at 10 ** 60")
        return value
    if isinstance(value, Fraction):
        bounded(value.numerator)
        bounded(value.denominator)
        return exact(value)
    return value


def _power(base: Any, exponent: Any) -> Any:
    if not isinstance(exponent, int):
        raise EvaluationError(f"the exponent {show(exponent)} must be a whole number without symbols")
    most = LARGEST_POWER if is_plain(base) else LARGEST_SYMBOLIC_POWER
    if abs(exponent) > most:
        raise EvaluationError(f"{show(base)} ** {exponent} is too large: the exponent may be {most} at most")
    if exponent >= 0:
        return base**exponent
    return _divide(1, base**-exponent)


def _divide(left: Any, right: Any) -> Any:
    """The exact quotient; a size over a symbol has one only where it comes out even whatever the symbol is."""
    if is_plain(right):
        return exact(Fraction(left) / right) if is_plain(left) else left / right
    quotient = left / right
    if quotient * right != left:
        raise EvaluationError(f"{show(left)} / {show(right)} has no exact value: write // for the floor")
    return quotient


def _elementwise(symbol: str, apply: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The operator for numbers, and for a list and a number."""

    def compute(left: Any, right: Any) -> Any:
        if (type(left) is int or is_number(left)) and (type(right) is int or is_number(right)):
            return _guarded(symbol, apply, left, right)
        if isinstance(left, tuple) and is_number(right):
            return tuple(compute(item, right) for item in left)
        if is_number(left) and isinstance(right, tuple):
            return tuple(compute(left, item) for item in right)
        raise EvaluationError(f"{show(left)} {symbol} {show(right)} has no meaning: {symbol} takes numbers")

    return compute


def _guarded(symbol: str, apply: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    try:
        return bounded(apply(left, right))
    except ZeroDivisionError:
        raise EvaluationError(f"division by zero: {show(left)} {symbol} {show(right)}") from None
    except (ArithmeticError, TypeError, ValueError) as fault:
        raise EvaluationError(f"{show(left)} {symbol} {show(right)} has no value: {fault}") from None


ARITHMETIC: Final[dict[str, Callable[[Any, Any], Any]]] = {
    symbol: _elementwise(symbol, apply)
    for symbol, apply in {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": _divide,
        "//": operator.floordiv,
        "%": operator.mod,
        "**": _power,
    }.items()
}


def negative(value: Any) -> Any:
    """Minus a number, or minus each of a list."""
    return ARITHMETIC["*"](-1, value)


def _uneven(left: Any, right: Any) -> EvaluationError:
    """What to say of a list that is compared with a number."""
    message = f"{show(left)} cannot be compared with {show(right)}: a list and a number"
    return EvaluationError(f"{message}; [0] behind it is its first element")


def _same(left: Any, right: Any) -> Any:
    """Whether two values are equal: a truth value, or an open Condition."""
    if type(left) is int and type(right) is int:
        return left == right
    if is_number(left) and is_number(right):
        return left == right if is_plain(left) and is_plain(right) else _settled(sizes.eq(left, right))
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and _all(_same(*pair) for pair in zip(left, right, strict=True))
    if {type(left), type(right)} & {tuple} and (is_number(left) or is_number(right)):
        raise _uneven(left, right)
    if isinstance(left, Record) and isinstance(right, str):
        return left.label == right
    if isinstance(right, Record) and isinstance(left, str):
        return right.label == left
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _all(verdicts: Any) -> Any:
    """Every one of these, each a truth value or a Condition."""
    result: Any = True
    for verdict in verdicts:
        if verdict is False:
            return False
        result = verdict if result is True else result if verdict is True else result & verdict
    return result


def _different(left: Any, right: Any) -> Any:
    same = _same(left, right)
    return not same if isinstance(same, bool) else ~same


def _settled(condition: Any) -> Any:
    """A Condition, or its verdict where it has one."""
    return condition if condition.verdict is None else condition.verdict


def _ordering(symbol: str, plain: Callable[[Any, Any], bool], name: str) -> Callable[[Any, Any], Any]:
    def compare(left: Any, right: Any) -> Any:
        if is_plain(left) and is_plain(right):
            return plain(left, right)
        if is_number(left) and is_number(right):
            return _settled(getattr(sizes, name)(left, right))
        if {type(left), type(right)} & {tuple} and (is_number(left) or is_number(right)):
            raise _uneven(left, right)
        raise EvaluationError(f"{show(left)} {symbol} {show(right)} has no meaning: {symbol} takes numbers")

    return compare


COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "==": _same,
    "!=": _different,
    "<": _ordering("<", operator.lt, "lt"),
    "<=": _ordering("<=", operator.le, "le"),
    ">": _ordering(">", operator.gt, "gt"),
    ">=": _ordering(">=", operator.ge, "ge"),
}


def truth(value: Any, decide: Callable[[Any], bool]) -> bool:
    """A truth value; an open Condition is decided by whoever evaluates."""
    if isinstance(value, bool):
        return value
    if isinstance(value, sizes.Condition):
        return decide(value) if value.verdict is None else value.verdict
    raise EvaluationError(f"{show(value)} is neither true nor false")


def element(values: Any, index: Any, decide: Callable[[Any], bool]) -> Any:
    """An element of a list; a symbolic index is decided."""
    if not isinstance(values, tuple):
        raise EvaluationError(f"{show(values)} is no list: it has no element {show(index)}")
    index = position(index, len(values), decide)
    if not -len(values) <= index < len(values):
        raise EvaluationError(f"the index {index} is outside the list {show(values)} of {len(values)} elements")
    return values[index]


def section(values: Any, first: Any, last: Any, decide: Callable[[Any], bool]) -> Any:
    """The elements of a list from the first to before the last, as Python has it; symbolic ends are decided."""
    if not isinstance(values, tuple):
        raise EvaluationError(f"{show(values)} is no list: it has no elements")
    ends = [end if end is None else position(end, len(values), decide) for end in (first, last)]
    return values[ends[0] : ends[1]]


def position(index: Any, length: int, decide: Callable[[Any], bool]) -> int:
    """An index of a list of so many, decided where it is symbolic."""
    if isinstance(index, sizes.Count):
        index = next((i for i in range(length + 1) if truth(_same(index, i), decide)), index)
    if not isinstance(index, int) or isinstance(index, bool):
        raise EvaluationError(f"the index {show(index)} of a list must be a whole number")
    return index


def field(record: Any, name: str) -> Any:
    """A field of a record."""
    if not isinstance(record, Record):
        raise EvaluationError(f"{show(record)} has no field {name}: it is no record")
    if name not in record:
        raise EvaluationError(f"{record} has no field {name}{did_you_mean(name, record)}; it has {', '.join(record)}")
    return record[name]
