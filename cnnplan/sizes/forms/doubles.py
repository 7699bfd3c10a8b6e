"""A size times a decimal as programs compute it: the product of two doubles, rounded down.

The double next to 0.7 is below it, and 90 of it are rounded to just below 63: PyTorch makes 62 elements of 90. So the
size is the exact floor but at some multiples of the denominator, where it is one less. These lie without a period, in
the upper part of each binade: of m = n * p / q, a whole number whose double falls short by the share e of it, m * e
must be above half the distance of doubles below m.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnplan.sizes.forms.rationals import Number

__all__ = ["floored", "shortfall"]

BITS = 53
"""The digits of a double."""

HALF_STEP = Fraction(1, 2**BITS)
"""Half the distance of doubles from 1 to 2."""


def floored(value: Number, scale: Number) -> int:
    """The whole part of a product of doubles; of numbers that no double reaches that of the exact product."""
    try:
        return math.floor(float(value) * float(scale))
    except OverflowError:
        return math.floor(value * scale)


@cache
def shortfall(scale: Fraction) -> int:
    """The least size whose product with the double next to a scale is below the whole number it should be; else 0.

    A double that is not less than the scale never falls short: sizes are too small for it to reach the next number.
    """
    share = 1 - Fraction(float(scale)) / scale
    if share <= HALF_STEP / 2:
        return 0
    for binade in range(BITS):
        power = 1 << binade
        if power % scale.numerator == 0:
            return power // scale.numerator * scale.denominator
        multiple = (power * HALF_STEP / share // scale.numerator + 1) * scale.numerator
        if multiple < 2 * power:
            return multiple // scale.numerator * scale.denominator
    return 0
