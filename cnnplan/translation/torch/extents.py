"""Numbers that remember how they were made of the extents of tensors, and who compared them.

A network that is traced sees numbers: they say that they are an int or a float, and PyTorch takes them as its own
symbolic ones. They derive from neither, since Python's floats would read a subclass of int past it: `0.5 * h` asks the
number too. What decides by one of them, a comparison, is written down as a guard; so is what makes a plain number of
one, `range(h)`, which is a comparison with what it was.
"""

from __future__ import annotations

import math
import operator
from numbers import Real
from typing import TYPE_CHECKING, Any, Final, Self

from cnnplan.translation.torch.bits import Bits
from cnnplan.translation.torch.made import COMPARED, Binary, Rounded, never_negative
from cnnplan.translation.torch.notes import escaped, guarded, kept

if TYPE_CHECKING:
    from collections.abc import Callable

try:
    from torch import SymFloat, SymInt
except ImportError:  # the arithmetic stands alone
    SymFloat = SymInt = object

__all__ = ["Extent", "Ratio", "chosen", "plain"]


def plain(value: Any) -> Any:
    """A number without how it was made."""
    return value.value if isinstance(value, _Followed) else value


def _number(value: Any) -> Any:
    """A number as Python has it; None for what is none."""
    if isinstance(value, _Followed):
        return value
    if isinstance(value, bool) or not isinstance(value, Real):
        return int(value) if isinstance(value, bool) else None
    return value.item() if hasattr(value, "item") else value


def _made(value: Any) -> Any:
    """How a number was made; a plain number is itself."""
    return value.made if isinstance(value, _Followed) else value


def _follow(value: Any, made: Any) -> Any:
    """A number with how it was made."""
    return Extent.of(value, made) if isinstance(value, int) else Ratio(float(value), made)


def _compare(symbol: str) -> Callable[[Any, Any], bool]:
    def compare(self: Any, other: Any) -> Any:
        known = _number(other)
        if known is None:
            return NotImplemented
        result = COMPARED[symbol](self.value, plain(known))
        guarded(symbol, self.made, _made(known), result=result)
        return result

    return compare


def _arithmetic(symbol: str, compute: Callable[[Any, Any], Any], *, swapped: bool = False) -> Callable[[Any, Any], Any]:
    def apply(self: Any, other: Any) -> Any:
        known = _number(other)
        if known is None:
            return NotImplemented
        left, right = (known, self) if swapped else (self, known)
        return _follow(compute(plain(left), plain(right)), Binary(symbol, _made(left), _made(right)))

    return apply


def chosen(name: str, choose: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """The greater or the lesser of two numbers, made of both; no decision is taken."""
    return _follow(choose(plain(left), plain(right)), Binary(name, _made(left), _made(right)))


class _Followed:
    """What both kinds have in common: the arithmetic of Python."""

    value: Any
    made: Any

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
    __truediv__ = _arithmetic("/", operator.truediv)
    __rtruediv__ = _arithmetic("/", operator.truediv, swapped=True)
    __eq__ = _compare("==")
    __ne__ = _compare("!=")
    __lt__ = _compare("<")
    __le__ = _compare("<=")
    __gt__ = _compare(">")
    __ge__ = _compare(">=")

    @property
    def node(self) -> Any:
        """What PyTorch's own symbolic numbers have.

        Raises:
            RuntimeError: always; whoever asks it takes this number for one of those.
        """
        raise RuntimeError("a size is handed to PyTorch where no call is seen")

    def __hash__(self) -> int:
        return hash(self.plainly("hash"))

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __neg__(self) -> Any:
        return 0 - self

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self if self >= 0 else -self

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        exponent = plain(_number(other))
        if isinstance(self.value, int) and isinstance(exponent, int) and exponent > 0 and modulus is None:
            if isinstance(other, _Followed):
                exponent = other.plainly("**")
            return Extent.of(self.value**exponent, Binary("**", self.made, exponent))
        return pow(self.plainly("**"), other, modulus)

    def __rpow__(self, other: Any) -> Any:
        return other ** self.plainly("**")

    def __int__(self) -> int:
        return int(self.plainly("int"))

    def __float__(self) -> float:
        return float(self.plainly("float"))

    def __complex__(self) -> complex:
        return complex(self.plainly("complex"))

    def __repr__(self) -> str:
        return repr(self.plainly("str"))

    def __str__(self) -> str:
        return str(self.plainly("str"))

    def __format__(self, spec: str) -> str:
        return format(self.plainly("str"), spec)

    def __reduce__(self) -> Any:
        return type(self.plainly("pickle")), (self.value,)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: Any) -> Self:
        return self

    def __getattr__(self, name: str) -> Any:
        """What else a number of Python has, and what NumPy asks each number of an array for: `sqrt`."""
        own: Any = getattr(self.value, name, None)
        if own is not None and not name.startswith("_"):
            return getattr(self.plainly(name), name)
        if name in _FUNCTIONS:
            return lambda: getattr(math, name)(self.plainly(name))
        raise AttributeError(name)

    def __array_ufunc__(self, function: Any, method: str, *given: Any, **more: Any) -> Any:
        """What NumPy does with it: arithmetic is followed, of other functions it is a plain number."""
        known = _UFUNCS.get(function.__name__) if method == "__call__" and not more else None
        numbers = [_number(each[()] if hasattr(each, "ndim") else each) for each in given]
        if known is not None and all(each is not None for each in numbers):
            return known(*numbers)
        bare = [each.plainly("numpy") if isinstance(each, _Followed) else each for each in given]
        return getattr(function, method)(*bare, **more)

    def plainly(self, what: str) -> Any:
        """The number alone, which is written down with who asked for it."""
        escaped(what, self.made, self.value)
        return self.value


class Extent(_Followed, Bits, SymInt):  # type: ignore[misc]
    """A whole number with how it was made."""

    def __init__(self, value: int, made: Any) -> None:
        self.value = value
        self.made = made

    __class__ = property(lambda _: int)

    @classmethod
    def of(cls, value: int, made: Any) -> Extent:
        """A number, made like this; it is kept by its value."""
        kept(value, made)
        return cls(value, made)

    @property
    def numerator(self) -> Self:
        """Itself."""
        return self

    @property
    def real(self) -> Self:
        """Itself."""
        return self

    denominator: Final = 1
    imag: Final = 0

    def is_integer(self) -> bool:
        """Yes."""
        return True

    def bit_length(self) -> int:
        """Of the number alone."""
        return int(self.plainly("bit_length")).bit_length()

    def __index__(self) -> int:
        return int(self.plainly("a plain number"))

    def __ceil__(self) -> Any:
        return self

    def __floor__(self) -> Any:
        return self

    def __round__(self, digits: Any = None) -> Any:
        return self if digits is None or digits >= 0 else round(self.plainly("round"), digits)

    def __trunc__(self) -> Any:
        return self

    def __invert__(self) -> Any:
        return -self - 1


class Ratio(_Followed, SymFloat):  # type: ignore[misc]
    """A decimal that was made of such numbers, as Python works it out."""

    def __init__(self, value: float, made: Any) -> None:
        self.value = value
        self.made = made

    __class__ = property(lambda _: float)

    def __ceil__(self) -> Any:
        return Extent.of(math.ceil(self.value), Rounded("ceil", self.made))

    def __floor__(self) -> Any:
        return Extent.of(math.floor(self.value), Rounded("floor", self.made))

    def __trunc__(self) -> Any:
        return self.__floor__() if never_negative(self.made) or self >= 0 else self.__ceil__()

    def __round__(self, digits: Any = None) -> Any:
        if digits is not None:
            return round(self.plainly("round"), digits)
        return Extent.of(round(self.value), Rounded("round", self.made))

    def is_integer(self) -> bool:
        """Whether it is a whole number."""
        return bool(self == self.__floor__())


_FUNCTIONS: Final = {"sqrt", "exp", "log", "log2", "log10", "sin", "cos", "tan", "floor", "ceil", "trunc"}
_UFUNCS: Final[dict[str, Callable[..., Any]]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "true_divide": operator.truediv, "floor_divide": operator.floordiv, "remainder": operator.mod,
    "negative": operator.neg, "floor": math.floor, "ceil": math.ceil, "less": operator.lt, "less_equal": operator.le,
    "greater": operator.gt, "greater_equal": operator.ge, "equal": operator.eq, "not_equal": operator.ne,
}  # fmt: skip
