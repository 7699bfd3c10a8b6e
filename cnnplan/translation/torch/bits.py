"""Shifts and masks of a whole number that is followed, as products, quotients and remainders of powers of two."""

from __future__ import annotations

from typing import Any

__all__ = ["Bits"]


class Bits:
    """What a whole number can do with its bits: by arithmetic, or as a plain number, which is written down."""

    __mul__: Any
    __floordiv__: Any
    __mod__: Any

    def plainly(self, what: str) -> Any:
        """The number alone."""
        raise NotImplementedError

    def __lshift__(self, other: Any) -> Any:
        return self * 2**other if type(other) is int else self.plainly("<<") << other

    def __rshift__(self, other: Any) -> Any:
        return self // 2**other if type(other) is int else self.plainly(">>") >> other

    def __and__(self, other: Any) -> Any:
        if type(other) is int and other >= 0 and other & (other + 1) == 0:
            return self % (other + 1)
        return self.plainly("&") & other

    def __or__(self, other: Any) -> Any:
        return self.plainly("|") | other

    def __xor__(self, other: Any) -> Any:
        return self.plainly("^") ^ other

    def __rlshift__(self, other: Any) -> Any:
        return other << self.plainly("<<")

    def __rrshift__(self, other: Any) -> Any:
        return other >> self.plainly(">>")

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__
