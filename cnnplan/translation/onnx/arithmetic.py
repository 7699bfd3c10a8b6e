"""Arithmetic on sizes as ONNX does it on integers and on the decimals that they are cast to."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnplan.sizes import (
    Condition,
    Count,
    absolute,
    ceil,
    eq,
    floor,
    floor_div,
    ge,
    gt,
    maximum,
    minimum,
    quotient,
)
from cnnplan.translation.onnx.refusals import NotUnderstood

Plain = int | float | Fraction
"""Numbers without symbols."""


def add(left: Any, right: Any, *, whole: bool) -> Any:
    """The sum."""
    del whole
    return left + right


def subtract(left: Any, right: Any, *, whole: bool) -> Any:
    """The difference."""
    del whole
    return left - right


def multiply(left: Any, right: Any, *, whole: bool) -> Any:
    """The product."""
    del whole
    return left * right


def divide(left: Any, right: Any, *, whole: bool) -> Any:
    """The quotient; of whole numbers what is left when the fraction is cut off."""
    if right == 0:
        raise NotUnderstood("a division by zero")
    if isinstance(left, float) or isinstance(right, float):
        return left / right
    if not whole:
        return quotient(left, right) if isinstance(left, Count) or isinstance(right, Count) else Fraction(left) / right
    if isinstance(left, int) and isinstance(right, int):
        return abs(left) // abs(right) * (1 if (left < 0) is (right < 0) else -1)
    return floor_div(left, right)


def modulo(left: Any, right: Any, *, whole: bool) -> Any:
    """What a division leaves, with the sign of the divisor."""
    del whole
    if right == 0:
        raise NotUnderstood("a division by zero")
    return (
        left - right * floor_div(left, right) if isinstance(left, Count) or isinstance(right, Count) else left % right
    )


def power(left: Any, right: Any, *, whole: bool) -> Any:
    """A power."""
    del whole
    if isinstance(right, int) and 0 <= right <= 8:  # noqa: PLR2004
        return left**right
    if isinstance(left, Count):
        raise NotUnderstood(f"a size to the power of {right}")
    return float(left) ** float(right)


def greatest(left: Any, right: Any, *, whole: bool) -> Any:
    """The greater of two."""
    del whole
    return maximum(left, right) if isinstance(left, Count) or isinstance(right, Count) else max(left, right)


def least(left: Any, right: Any, *, whole: bool) -> Any:
    """The less of two."""
    del whole
    return minimum(left, right) if isinstance(left, Count) or isinstance(right, Count) else min(left, right)


def _settled(condition: Any) -> Any:
    """A truth value where there is one."""
    return condition if isinstance(condition, bool) or condition.verdict is None else condition.verdict


def same(left: Any, right: Any, *, whole: bool = True) -> Any:
    """Whether two are equal."""
    del whole
    symbolic = isinstance(left, Count) or isinstance(right, Count)
    return _settled(eq(left, right)) if symbolic else bool(left == right)


def greater(left: Any, right: Any, *, whole: bool) -> Any:
    """Whether the first is more."""
    del whole
    return _settled(gt(left, right)) if isinstance(left, Count) or isinstance(right, Count) else bool(left > right)


def greater_equal(left: Any, right: Any, *, whole: bool) -> Any:
    """Whether the first is no less."""
    del whole
    return _settled(ge(left, right)) if isinstance(left, Count) or isinstance(right, Count) else bool(left >= right)


def less(left: Any, right: Any, *, whole: bool) -> Any:
    """Whether the first is less."""
    return greater(right, left, whole=whole)


def less_equal(left: Any, right: Any, *, whole: bool) -> Any:
    """Whether the first is no more."""
    return greater_equal(right, left, whole=whole)


def both(left: Any, right: Any, *, whole: bool) -> Any:
    """Whether both hold."""
    del whole
    if isinstance(left, bool):
        return right if left else False
    return left if right is True else False if right is False else left & right


def either(left: Any, right: Any, *, whole: bool) -> Any:
    """Whether one holds."""
    del whole
    if isinstance(left, bool):
        return True if left else right
    return left if right is False else True if right is True else left | right


def differ(left: Any, right: Any, *, whole: bool) -> Any:
    """Whether one holds, and not both."""
    del whole
    if isinstance(left, bool) and isinstance(right, bool):
        return left is not right
    raise NotUnderstood("Xor of what depends on sizes")


def inverse(value: Any) -> Any:
    """Whether it does not hold."""
    return ~value if isinstance(value, Condition) else not value


def negative(value: Any) -> Any:
    """The number with the other sign."""
    return -value


def size_of(value: Any) -> Any:
    """The number without its sign."""
    return absolute(value) if isinstance(value, Count) else abs(value)


def down(value: Any) -> Any:
    """The whole number below."""
    return floor(value)


def up(value: Any) -> Any:
    """The whole number above."""
    return ceil(value)


def cut(value: Any) -> Any:
    """A decimal as a whole number: what stands behind the point is cut off."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Count):
        return floor(value)
    if isinstance(value, Condition):
        raise NotUnderstood(f"{value} as a number")
    if value in (float("inf"), float("-inf")) or value != value:  # noqa: PLR0124 - not a number
        raise NotUnderstood(f"{value} as a whole number")
    return int(value)
