"""The indivisible parts of a size: a symbol, a floor that stays, and the few functions that are neither."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from cnnplan.errors import TooDeep

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from cnnplan.sizes.forms.interning import Forms

__all__ = ["DEEPEST", "PRIME", "Atom", "Domain", "Number", "is_number", "whole"]

PRIME = sys.hash_info.modulus
"""The prime that Python's own hashes of numbers are residues of."""

DEEPEST = 48
"""How deep floors, maxima and other functions may nest that no rule takes apart."""

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


def _grain(kind: str, args: tuple[Any, ...]) -> int:
    """What makes a function of these arguments whole when multiplied by it, 0 if unknown; an extreme is one of them."""
    if kind not in ("maximum", "minimum"):
        return int(kind != "quotient")
    return lcm(*map(_grain_of, args))


def _grain_of(value: Any) -> int:
    """The same of a number or a count."""
    if is_number(value):
        return int(value.denominator)
    if value.products:
        return int(value.products.is_whole) * _grain_of(value.rest)
    parts = [Fraction(coef, atom.grain).denominator if atom.grain else 0 for atom, coef in value.terms]
    return lcm(value.const.denominator, *parts)


class Atom:
    """A symbol, or a function of sizes that no rule could take apart; interned by its context.

    Args:
        kind: "symbol", "floor", "quotient", "maximum", "minimum", "gcd", "round", "make_divisible" or
            "scaled".
        args: the name of the symbol, or the arguments; of a floor or quotient, the numerator and the denominator.
        low, high: bounds on its value over the declared domains, None where there is none.
        scale: how many of it a symbol is: what is declared a multiple of 7 is 7 atoms, so that a seventh is whole.
        grain: what makes its value whole when multiplied by it: 1 for an integer, 0 if unknown.
    """

    __slots__ = (
        "args",
        "context",
        "depth",
        "domain",
        "grain",
        "hash",
        "high",
        "index",
        "is_boundless",
        "is_fraction",
        "kind",
        "low",
        "order",
        "scale",
        "symbols",
        "written",
    )

    def __init__(
        self,
        context: Forms,
        kind: str,
        args: tuple[Any, ...],
        bounds: tuple[Number | None, Number | None],
        domain: Domain | None = None,
    ) -> None:
        self.context = context
        self.kind = kind
        self.args = args
        self.low, self.high = bounds
        self.domain = domain
        self.written: int | None = None
        self.is_fraction = kind == "floor" and type(args[1]) is int
        self.grain = domain.grain if domain else 1 if kind == "floor" else _grain(kind, args)
        self.index = len(context.atoms)
        self.scale = domain.scale if domain else 1
        self.hash = hash((kind, *args)) if self.scale == 1 else hash(self.key) * pow(self.scale, -1, PRIME) % PRIME
        counts = [] if domain else [arg for arg in args if type(arg) is not int and not is_number(arg)]
        self.symbols: frozenset[str] = counts[0].symbols if counts else frozenset(args)
        self.order: int = counts[0].order if counts else self.index
        self.depth: int = counts[0].depth + 1 if counts else 0
        for count in counts[1:]:
            self.symbols |= count.symbols
            self.order = min(self.order, count.order)
            self.depth = max(self.depth, count.depth + 1)
        self.is_boundless = self.low is None and self.high is None and len(self.symbols) > 1
        if self.depth > DEEPEST:
            raise TooDeep(f"the formula nests deeper than {DEEPEST} levels")

    @property
    def weight(self) -> int:
        """How many symbols, functions and terms there are in it, when everything is written out."""
        if self.written is None:
            args = () if self.domain else self.args
            self.written = 1 + sum(1 if is_number(arg) else arg.weight for arg in args)
        return self.written

    def is_whole(self, coef: Number) -> bool:
        """Whether its multiple by this number is whole for every value of its symbols."""
        return type(coef) is int and (self.grain == 1 or (self.grain > 1 and coef % self.grain == 0))

    @property
    def key(self) -> tuple[Any, ...]:
        """What it is, whichever context made it."""
        return (self.kind, *self.args)

    @property
    def name(self) -> str:
        """The name of a symbol."""
        return str(self.args[0])

    def __repr__(self) -> str:
        return f"<{self.kind} {', '.join(map(str, self.args))}>"
