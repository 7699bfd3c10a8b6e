"""How a formula is put together, whatever it is written in: sums, products, floors, and names for parts that repeat."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from math import prod
from operator import or_
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.factors import cleared, common_factors, fold, units_of, without
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.rationals import Number, is_number, whole
from cnnplan.sizes.showing.sharing import is_wide, name_of, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cnnplan.sizes.forms.atoms import Atom
    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["NAMES", "Style"]


class Style:
    """How a formula is written; subclasses give the pieces.

    A size that is one floor is written as one: `floor((a*H + b)/c)`, or `ceil(a*H/c)` where b is c - 1. A factor that
    every term of a count shares is written once. Parts that a long formula repeats have names.

    Args:
        named: the parts that are written by their names.
    """

    times = "*"

    def __init__(self, named: Iterable[Atom] = ()) -> None:
        self.named = frozenset(named)
        self._bits = sum(1 << atom.index for atom in self.named)

    def __call__(self, value: Any) -> str:
        """The formula of a number or a count."""
        return self.explained(value) if is_wide(value) and not self.named else self.whole(value)

    def explained(self, *values: Any, between: str = "") -> str:
        """Formulas with names for the parts that stand in them more than once, and what these are."""
        named = shared(*values)
        style = type(self)(named) if named else self
        texts = [style.whole(value) for value in values]
        return self.where(between.join(texts), [(self.symbol(name_of(atom)), style.meaning(atom)) for atom in named])

    def once(self, write: Callable[[Any], Any], *of: Any) -> Any:
        """What is written for sizes or an atom: once for all formulas that name the same of their parts."""
        known = of[0].context.memo
        named = self._bits & reduce(or_, [each.reach for each in of]) if self.named else None
        key = (write.__name__, type(self), of, named)
        found = known.get(key)
        if found is None:
            found = known[key] = write(*of)
        return found

    def meaning(self, atom: Atom) -> str:
        """What a name stands for."""
        return self.once(self.written, atom)  # type: ignore[no-any-return]

    def whole(self, value: Any) -> str:
        """A formula without names."""
        if is_number(value):
            return self.number(value)
        return self.size(value) if isinstance(value, Size) else self.count(value)

    def where(self, text: str, definitions: list[tuple[str, str]]) -> str:
        """A formula and what the names in it mean."""
        meanings = ", ".join(f"{name} = {meaning}" for name, meaning in definitions)
        return f"{text} where {meanings}" if definitions else text

    def size(self, size: Size) -> str:
        """A linear size; each is written once."""
        return self.once(self.spelled, size)  # type: ignore[no-any-return]

    def spelled(self, size: Size) -> str:
        """The same, term by term."""
        folded = None if any(atom in self.named for atom, _ in size.terms) else fold(size)
        if folded is not None:
            return self.division(*folded)
        return self.sum([*(self.term(*term) for term in size.terms), (size.const, "")])

    def term(self, atom: Atom, coef: Number) -> tuple[Number, str]:
        """A multiple of an atom; -floor(-n/s) is ceil(n/s)."""
        if atom in self.named:
            return coef, self.symbol(name_of(atom))
        if coef < 0 and atom.kind == "floor" and isinstance(atom.args[0], Size) and atom.args[0].terms[0][1] < 0:
            return -coef, self.ceiling(-atom.args[0], atom.args[1])
        return coef if atom.scale == 1 else whole(Fraction(coef) / atom.scale), self.atom(atom)

    def count(self, count: Count) -> str:
        """A polynomial, common factors first."""
        common = common_factors(count)
        if common:
            units = prod(map(units_of, common))
            rest = without(count, common) * Fraction(1, units)
            shared = self.product(tuple(common), 1)[1]
            if not isinstance(rest, Size):
                return self.times.join([shared, self.bracket(self(rest))])
            content: Number = 1
            if len(rest.terms) == 1 and not rest.const:
                content, rest = rest.primitive
                content, rest = Fraction(content) / units_of(rest), rest * units_of(rest)
            return self.sum([(content, self.times.join([shared, self.factor(rest)]))])
        terms = [self.product(*term) for term in count.products.items()]
        if is_number(count.rest):
            return self.sum([*terms, (count.rest, "")])
        if count.rest.const or len(count.rest.terms) > 1:
            return self.sum(terms) + _signed(self.size(count.rest))
        return self.sum([*terms, self.term(*count.rest.terms[0])])

    def sum(self, terms: Iterable[tuple[Number, str]]) -> str:
        """A sum of coefficient * text, the empty text for a constant."""
        pieces = []
        for coef, text in terms:
            if not coef:
                continue
            sign = "-" if coef < 0 else "+"
            pieces.append((sign, self.scaled(-coef if coef < 0 else coef, text)))
        if not pieces:
            return "0"
        first = ("-" if pieces[0][0] == "-" else "") + pieces[0][1]
        return first + "".join(f" {sign} {text}" for sign, text in pieces[1:])

    def scaled(self, coef: Number, text: str) -> str:
        """A positive coefficient times a text."""
        if not text:
            return self.number(coef)
        return text if coef == 1 else f"{self.number(coef)}{self.times}{text}"

    def product(self, monomial: tuple[Size, ...], coef: Number) -> tuple[Number, str]:
        """A multiple of a product of sizes, repeated ones as powers."""
        units, text = self.once(self.multiplied, *monomial)
        return coef if units == 1 else whole(Fraction(coef) / units), text

    def multiplied(self, *monomial: Size) -> tuple[int, str]:
        """A product of sizes, and the units that they are counted in."""
        powers: dict[Size, int] = {}
        for size in monomial:
            powers[size] = powers.get(size, 0) + 1
        text = self.times.join([self.power(self.factor(size), n) for size, n in powers.items()])
        return prod(map(units_of, monomial)), text

    def factor(self, size: Size) -> str:
        """A size that stands in a product; a symbol as it is, without the units that it is counted in."""
        return self.once(self.alone, size)  # type: ignore[no-any-return]

    def alone(self, size: Size) -> str:
        """The same, in brackets where it does not bind."""
        size = size * units_of(size)
        text = self.size(size)
        binds = _is_plain(size) or (fold(size) is not None and not any(atom in self.named for atom, _ in size.terms))
        return text if binds else self.bracket(text)

    def atom(self, atom: Atom) -> str:
        """An atom by itself, or by its name."""
        return self.symbol(name_of(atom)) if atom in self.named else self.written(atom)

    def written(self, atom: Atom) -> str:
        """An atom by itself."""
        if atom.kind == "symbol":
            return self.symbol(atom.name)
        if atom.kind == "floor":
            return self.division(*atom.args)
        if atom.kind == "quotient":
            return self.quotient(*atom.args)
        return self.function(atom.kind, [self(arg) for arg in _arguments(atom, self.named)])

    def division(self, numerator: Any, denominator: Any) -> str:
        """A floor, as a ceiling where it is one."""
        if isinstance(numerator, Size) and denominator != 1 and numerator.const == denominator - 1:
            return self.ceiling(numerator - numerator.const, denominator)
        return self.flooring(numerator, denominator)

    def number(self, value: Number) -> str:
        """A number."""
        return str(value)

    def symbol(self, name: str) -> str:
        """A symbol."""
        return name

    def power(self, base: str, exponent: int) -> str:
        """A power."""
        return base if exponent == 1 else f"{base}**{exponent}"

    def bracket(self, text: str) -> str:
        """A text that binds."""
        return f"({text})"

    def flooring(self, numerator: Any, denominator: Any) -> str:
        """The floor of a quotient."""
        return f"floor({self.quotient(numerator, denominator)})"

    def ceiling(self, numerator: Any, denominator: Any) -> str:
        """The ceiling of a quotient."""
        return f"ceil({self.quotient(numerator, denominator)})"

    def quotient(self, numerator: Any, denominator: Any) -> str:
        """A quotient."""
        numerator, denominator = cleared(numerator, denominator)
        if denominator == 1:
            return self(numerator)
        bottom = self.nested(denominator)
        return f"{self._operand(numerator)}/{bottom if _is_plain(denominator) else self.bracket(bottom)}"

    def nested(self, value: Any) -> str:
        """The formula inside of another."""
        return self(value)

    def _operand(self, value: Any) -> str:
        text = self.nested(value)
        simple = is_number(value) or (isinstance(value, Size) and len(value.terms) == 1 and not value.const)
        return text if simple else self.bracket(text)

    def function(self, name: str, args: list[str]) -> str:
        """A function by name."""
        return f"{NAMES.get(name, name)}({', '.join(args)})"


def _arguments(atom: Atom, named: frozenset[Atom]) -> Iterator[Any]:
    """What a function is of; a maximum of a maximum is one of all."""
    for arg in atom.args:
        inner = arg.terms[0] if isinstance(arg, Size) and len(arg.terms) == 1 and not arg.const else None
        if inner and inner[1] == 1 and inner[0].kind == atom.kind and atom.kind in NAMES and inner[0] not in named:
            yield from _arguments(inner[0], named)
        else:
            yield arg


NAMES = {"maximum": "max", "minimum": "min"}
"""What functions are called, where that is another name than that of their atoms."""


def _is_plain(value: Any) -> bool:
    """Whether it reads as one thing below a fraction's bar."""
    if is_number(value):
        return True
    if not isinstance(value, Size) or value.const or len(value.terms) > 1:
        return False
    ((atom, coef),) = value.terms
    return coef == atom.scale and atom.kind != "quotient"


def _signed(text: str) -> str:
    return f" - {text[1:]}" if text.startswith("-") else f" + {text}"
