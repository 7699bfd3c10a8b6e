"""Whether values by copy agree with each other, and with an expression of the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.spec import EvaluationError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.spec import Expression

__all__ = ["agree", "extent", "gives", "turn"]


class _Names:
    """The environment of an expression of the spec: arguments, by copy."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known

    def lookup(self, name: str) -> Any:
        if name not in self.known:
            raise UnknownName(name)
        return self.known[name]

    def shape(self, name: str) -> Any:
        raise UnknownName(name)

    def decide(self, condition: Any) -> bool:
        raise UnknownName(str(condition))


def extent(shape: Sequence[Any], axis: int) -> int | None:
    """The extent of an axis where it is a number; None where it is none, or there is no such axis."""
    if len(shape) <= abs(axis):
        return None
    return shape[axis] if isinstance(shape[axis], int) else None


def agree(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two rows of values are the same where both are known, and the first is known wherever the other is."""
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return (
        bool(pairs)
        and all(a == b and type(a) is type(b) for a, b in pairs)
        and not (
            any(a is None for a in one) and any(b is not None for a, b in zip(one, other, strict=True) if a is None)
        )
    )


def gives(hint: Expression, env: Mapping[str, Any], value: Any) -> bool:
    """Whether an expression has a value, of arguments of one copy."""
    try:
        found = hint.evaluate(_Names(env))
    except (EvaluationError, ArithmeticError, TypeError, ValueError):
        return False
    return type(found) is type(value) and found == value and not isinstance(found, tuple)


def turn(values: Any, number: int) -> Any:
    """The value of a turn, None where a loop is shorter, or there is none."""
    return values[number] if values is not None and number < len(values) else None
