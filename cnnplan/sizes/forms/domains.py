"""The values that a symbol may take."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnplan.sizes.forms.rationals import Number

__all__ = ["Domain"]


@dataclass(frozen=True, slots=True)
class Domain:
    """The values a symbol may take: integers from `min` on, unless said otherwise.

    Args:
        min, max: the bounds, inclusive; None where there is none.
        multiple_of: what every value is a multiple of.
        choices: the only values, if given.
        integer: False for a symbol such as a width multiplier, whose values are fractions.
    """

    min: Number | None = 1
    max: Number | None = None
    multiple_of: int = 1
    choices: tuple[Number, ...] | None = None
    integer: bool = True

    @property
    def low(self) -> Number | None:
        """The least value."""
        if self.choices is not None:
            return min(self.choices)
        if self.min is None or not self.integer:
            return self.min
        return -(-self.min // self.multiple_of) * self.multiple_of

    @property
    def high(self) -> Number | None:
        """The greatest value."""
        if self.choices is not None:
            return max(self.choices)
        if self.max is None or not self.integer:
            return self.max
        return self.max // self.multiple_of * self.multiple_of

    @property
    def scale(self) -> int:
        """What every value is a whole multiple of, where nothing else is known of them."""
        return self.multiple_of if self.integer and self.choices is None else 1

    @property
    def grain(self) -> int:
        """The number that makes every value whole when multiplied by it; 0 where none is known."""
        if self.integer:
            return 1
        return lcm(*(Fraction(choice).denominator for choice in self.choices)) if self.choices else 0

    def sample(self, steps: int) -> Number:
        """One of its values: so many steps above the least, or the last there is; 0 or more where there is no least."""
        if self.choices is not None:
            return self.choices[steps % len(self.choices)]
        value = (0 if self.low is None else self.low) + steps * self.multiple_of
        return value if self.high is None or value <= self.high else self.high

    def __contains__(self, value: Number) -> bool:
        if self.choices is not None:
            return value in self.choices
        return not (
            (self.min is not None and value < self.min)
            or (self.max is not None and value > self.max)
            or (self.integer and Fraction(value).denominator != 1)
            or (self.multiple_of != 1 and value % self.multiple_of)
        )
