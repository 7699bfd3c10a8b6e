"""Numbers: an int wherever it can be one, else a fraction; never a float."""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import TypeIs

__all__ = ["PRIME", "Number", "is_number", "whole"]

PRIME = sys.hash_info.modulus
"""The prime that Python's own hashes of numbers are residues of."""

Number = int | Fraction
"""A coefficient: an int wherever it can be one."""


def is_number(value: Any) -> TypeIs[Number]:
    """Whether it is an int or a fraction; quicker than asking for a Number, which goes through abstract classes."""
    return type(value) is int or type(value) is Fraction or isinstance(value, int)


def whole(value: Number) -> Number:
    """The int that a fraction is, if it is one."""
    if type(value) is int or value.denominator != 1:
        return value
    return int(value)
