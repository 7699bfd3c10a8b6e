"""Whole numbers that remember how they were made of the extents of tensors, and who compared them.

A network that is traced sees numbers: PyTorch takes a subclass of int wherever it takes an int, and arithmetic gives
such a number again. What decides by one of them, a comparison, is written down as a guard.
"""

from __future__ import annotations

import operator
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Axis", "Binary", "Extent", "Guard", "Ratio", "Rounded", "chosen", "guards", "noted", "product_of_doubles"]


@dataclass(frozen=True, slots=True)
class Axis:
    """The extent of an axis of a tensor.

    Args:
        source: the tensor.
        dim: the axis, from the front.
        value: what it was.
    """

    source: Any
    dim: int
    value: int


@dataclass(frozen=True, slots=True)
class Binary:
    """An operation on two of them, or on one and a number."""

    operator: str
    left: Any
    right: Any


@dataclass(frozen=True, slots=True)
class Rounded:
    """A quotient, brought to a whole number: floor, ceil or round."""

    function: str
    inner: Any


@dataclass(frozen=True, slots=True)
class Guard:
    """A comparison that the program decided by, as it came out: `left operator right`."""

    operator: str
    left: Any
    right: Any


@dataclass(slots=True)
class _Notes:
    """The comparisons, every number that was made, by value, and whether one became a plain number."""

    guards: list[tuple[int, Guard]] = field(default_factory=list)
    made: list[tuple[int, Any]] = field(default_factory=list)
    escaped: bool = False
    clock: Callable[[], int] = field(default=lambda: 0)


_NOTES: Final[ContextVar[_Notes | None]] = ContextVar("notes", default=None)
OPPOSITE: Final = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
COMPARED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def product_of_doubles(made: Any) -> tuple[Any, float] | None:
    """The whole number and the decimal that a number was made of; None where it was made otherwise."""
    if isinstance(made, Binary) and made.operator == "*":
        for one, other in ((made.left, made.right), (made.right, made.left)):
            if isinstance(one, float) and one > 0 and _is_whole(other):
                return other, one
    return None


def _is_whole(made: Any) -> bool:
    """Whether it is a whole number whatever the extents are."""
    if isinstance(made, Binary):
        return made.operator != "/" and _is_whole(made.left) and _is_whole(made.right)
    return isinstance(made, int | Axis | Rounded)


class noted:  # noqa: N801 - a context
    """Write down comparisons and numbers meanwhile.

    Args:
        clock: says how far the trace is.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        self.notes = _Notes(clock=clock)

    def __enter__(self) -> _Notes:
        self._token = _NOTES.set(self.notes)
        return self.notes

    def __exit__(self, *_: object) -> None:
        _NOTES.reset(self._token)


def guards() -> list[tuple[int, Guard]]:
    """Those that were written down so far."""
    notes = _NOTES.get()
    return notes.guards if notes else []


def _escaped() -> None:
    """Note that what is done with a number from here on is not seen."""
    notes = _NOTES.get()
    if notes is not None:
        notes.escaped = True


def _compare(symbol: str) -> Callable[[Any, Any], bool]:
    def compare(self: Any, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented
        result = COMPARED[symbol](_plain(self), _plain(other))
        notes = _NOTES.get()
        if notes is not None:
            told = symbol if result else OPPOSITE[symbol]
            notes.guards.append((notes.clock(), Guard(told, _made(self), _made(other))))
        return result

    return compare


def _plain(value: Any) -> Any:
    return int.__int__(value) if isinstance(value, Extent) else value.value if isinstance(value, Ratio) else value


def _made(value: Any) -> Any:
    """How a number was made; a plain number is itself."""
    return value.made if isinstance(value, Extent | Ratio) else value


def _arithmetic(symbol: str, compute: Callable[[Any, Any], Any], *, swapped: bool = False) -> Callable[[Any, Any], Any]:
    def apply(self: Any, other: Any) -> Any:
        if isinstance(other, bool) or not isinstance(other, int | float | Extent | Ratio):
            return NotImplemented
        left, right = (other, self) if swapped else (self, other)
        doubles = symbol == "*" and (type(left) is float or type(right) is float)
        plain: Any = Fraction(_plain(left) * _plain(right)) if doubles else compute(_exact(left), _exact(right))
        made = Binary(symbol, _made(left), _made(right))
        whole = isinstance(left, int) and isinstance(right, int) and symbol != "/"
        return Extent.of(plain, made) if whole else Ratio(plain, made)

    return apply


def chosen(name: str, choose: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """The greater or the lesser of two numbers, made of both; no decision is taken."""
    made = Binary(name, _made(left), _made(right))
    plain = choose(_exact(left), _exact(right))
    return Extent.of(plain, made) if isinstance(left, int) and isinstance(right, int) else Ratio(plain, made)


def _exact(value: Any) -> Any:
    if isinstance(value, Extent):
        return int.__int__(value)
    return value.value if isinstance(value, Ratio) else value if isinstance(value, int) else Fraction(value)


def _quotient(left: Any, right: Any) -> Fraction:
    return Fraction(left) / Fraction(right)


class _Tracked:
    """The arithmetic of both kinds."""

    __add__ = _arithmetic("+", operator.add)
    __radd__ = _arithmetic("+", operator.add, swapped=True)
    __sub__ = _arithmetic("-", operator.sub)
    __rsub__ = _arithmetic("-", operator.sub, swapped=True)
    __mul__ = _arithmetic("*", operator.mul)
    __rmul__ = _arithmetic("*", operator.mul, swapped=True)
    __floordiv__ = _arithmetic("//", operator.floordiv)
    __rfloordiv__ = _arithmetic("//", operator.floordiv, swapped=True)
    __mod__ = _arithmetic("%", operator.mod)
    __rmod__ = _arithmetic("%", operator.mod, swapped=True)
    __truediv__ = _arithmetic("/", _quotient)
    __rtruediv__ = _arithmetic("/", _quotient, swapped=True)
    __eq__ = _compare("==")
    __ne__ = _compare("!=")
    __lt__ = _compare("<")
    __le__ = _compare("<=")
    __gt__ = _compare(">")
    __ge__ = _compare(">=")
    __hash__: Any = None


class Extent(_Tracked, int):
    """A whole number with how it was made."""

    made: Any

    @classmethod
    def of(cls, value: int, made: Any) -> Extent:
        """A number, made like this."""
        number = int.__new__(cls, value)
        number.made = made
        notes = _NOTES.get()
        if notes is not None:
            notes.made.append((int.__int__(number), made))
        return number

    def __hash__(self) -> int:
        return int.__hash__(self)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __neg__(self) -> Any:
        return 0 - self

    def __pos__(self) -> Any:
        return self

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        if isinstance(other, int) and other > 0 and modulus is None:
            return Extent.of(int.__int__(self) ** int(other), Binary("**", self.made, int(other)))
        return int.__pow__(int.__int__(self), other, modulus) if isinstance(other, int) else float(self) ** other

    def __int__(self) -> int:
        _escaped()
        return int.__int__(self)

    def __float__(self) -> float:
        _escaped()
        return float(int.__int__(self))

    def __ceil__(self) -> Any:
        return self

    def __floor__(self) -> Any:
        return self

    def __round__(self, _digits: Any = None) -> Any:
        return self

    def __trunc__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self if self >= 0 else -self

    def __reduce__(self) -> Any:
        return int, (int.__int__(self),)

    def __deepcopy__(self, _memo: Any) -> int:
        return int.__int__(self)


class Ratio(_Tracked, float):
    """A quotient of such numbers."""

    made: Any
    value: Fraction

    def __new__(cls, value: Any, made: Any) -> Self:
        """A quotient, made like this."""
        number = float.__new__(cls, float(value))
        number.value = Fraction(value)
        number.made = made
        return number

    def __hash__(self) -> int:
        return float.__hash__(self)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __neg__(self) -> Any:
        return 0 - self

    def __ceil__(self) -> Any:
        return Extent.of(-((-self.value) // 1), Rounded("ceil", self.made))

    def __floor__(self) -> Any:
        return Extent.of(self.value // 1, Rounded("floor", self.made))

    def __trunc__(self) -> Any:
        return self.__floor__() if self.value >= 0 else self.__ceil__()

    def __int__(self) -> int:
        self.__trunc__()  # is noted, and found again by its value
        return int(self.value)

    def __round__(self, digits: Any = None) -> Any:
        if digits:
            return round(float(self), digits)
        return Extent.of(round(self.value), Rounded("round", self.made))
