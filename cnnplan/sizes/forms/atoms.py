"""The indivisible parts of a size: a symbol, a floor that stays, and the few functions that are neither."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from cnnplan.errors import TooDeep
from cnnplan.sizes.forms.rationals import PRIME, Number, is_number

if TYPE_CHECKING:
    from cnnplan.sizes.forms.analysis import Forms
    from cnnplan.sizes.forms.domains import Domain

__all__ = ["DEEPEST", "Atom", "both"]

DEEPEST = 48
"""How deep floors, maxima and other functions may nest that no rule takes apart."""


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


def both(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    """The union of two sets of symbols: one of the two where that holds the other, as nearly always."""
    return left if right <= left else right if left <= right else left | right


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
        "reached",
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
        self.reached = 0
        self.is_fraction = kind == "floor" and type(args[1]) is int
        self.grain = domain.grain if domain else 1 if kind == "floor" else _grain(kind, args)
        self.index = len(context.atoms)
        self.scale = domain.scale if domain else 1
        self.hash = hash((kind, *args)) if self.scale == 1 else hash(self.key) * pow(self.scale, -1, PRIME) % PRIME
        counts = [] if domain else [arg for arg in args if type(arg) is not int and not is_number(arg)]
        symbols: frozenset[str] = counts[0].symbols if counts else frozenset(args)
        order: int = counts[0].order if counts else self.index
        depth: int = counts[0].depth + 1 if counts else 0
        for count in counts[1:]:
            symbols = both(symbols, count.symbols)
            order = min(order, count.order)
            depth = max(depth, count.depth + 1)
        self.symbols = symbols
        self.order = order
        self.depth = depth
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

    @property
    def reach(self) -> int:
        """Itself and what it is made of, however deep, as bits of a number by their indices."""
        if not self.reached:
            self.reached = 1 << self.index
            for arg in () if self.domain else self.args:
                self.reached |= 0 if is_number(arg) else arg.reach
        return self.reached

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
