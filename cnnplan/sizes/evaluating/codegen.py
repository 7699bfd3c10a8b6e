"""Formulas as source code, for NumPy and JavaScript: exact integer arithmetic, shared parts computed once.

sympy's own printers turn `floor((H + 1)/3)` into floating point, which at H = 5 is 1 instead of 2. Here a floor is an
integer division, or one rounding of one quotient of whole numbers below 2^53, where that is the same.
"""

from __future__ import annotations

import keyword
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.sizes.evaluating.dialects import DIALECTS, Dialect, Guard
from cnnplan.sizes.forms.polynomials import Count
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnnplan.sizes.forms.atoms import Atom
    from cnnplan.sizes.forms.expansion import Monomial
    from cnnplan.sizes.forms.linear import Size

__all__ = ["LANGUAGES", "source", "symbols_of"]

LANGUAGES = tuple(DIALECTS)
"""What source can be written in: NumPy, JavaScript's numbers, JavaScript's BigInt, and NumPy with shifts."""

RESERVED = {
    *keyword.kwlist,
    *("np", "var", "let", "const", "new", "function", "switch", "case", "do", "this", "typeof", "void", "delete"),
    *("default", "catch", "throw", "enum", "export", "extends", "super", "null", "true", "false", "instanceof"),
    *("Math", "Number", "BigInt", "exact", "eval", "arguments", "interface", "static", "package"),
}
"""Words of Python or JavaScript: a symbol that is called so has a _ behind its name."""


def source(
    formulas: Mapping[str, Any],
    language: str = "numpy",
    *,
    name: str = "formulas",
    symbols: Sequence[str] = (),
    guard: Guard | None = None,
) -> str:
    """A function of the symbols that returns every formula by name.

    Args:
        formulas: counts and numbers.
        language: one of LANGUAGES.
        name: what the function is called.
        symbols: the order of its parameters; those of the formulas that are not among them follow.
        guard: what is refused first, unless `check` is false.

    Raises:
        UsageError: a formula is about fractions, which generated code does not do.
    """
    names = [*symbols, *(name for name in symbols_of(formulas.values()) if name not in symbols)]
    writer = Writer(DIALECTS[language], names)
    results = {key: writer.result(formula) for key, formula in formulas.items()}
    return writer.function(name, names, results, guard)


def symbols_of(formulas: Iterable[Any]) -> list[str]:
    """The symbols of several formulas, in the order they were declared."""
    counts = [formula for formula in formulas if isinstance(formula, Count)]
    names = frozenset().union(*(count.symbols for count in counts))
    return sorted(names, key=counts[0].context.order) if counts else []


class Writer:
    """Writes formulas as statements; what was written once is called by its name."""

    def __init__(self, dialect: Dialect, symbols: Sequence[str]) -> None:
        self.dialect = dialect
        self.called = {name: f"{name}_" if name in RESERVED else name for name in symbols}
        self.statements: list[tuple[str, str]] = []
        self._known: dict[Any, str] = {}

    def function(
        self, name: str, symbols: Sequence[str], results: Mapping[str, str], guard: Guard | None = None
    ) -> str:
        """A function of these symbols that returns what was written, by name."""
        return self.dialect.function(name, [self.called[symbol] for symbol in symbols], self.statements, results, guard)

    def result(self, formula: Any) -> str:
        """A formula as an expression over the statements."""
        if is_number(formula):
            return self.dialect.number(int(formula))
        terms = _terms(formula)
        scale = lcm(*[coef.denominator for _, coef in terms])
        common = _shared(formula, terms)
        positive = [(factors, int(coef * scale)) for factors, coef in terms if coef > 0]
        negative = [(factors, int(-coef * scale)) for factors, coef in terms if coef < 0]
        text = self.dialect.difference(self._sum(positive, common), self._sum(negative, common) if negative else "")
        return text if scale == 1 else self.dialect.floor(self.dialect.bracket(text), self.dialect.number(scale))

    def _sum(self, terms: list[tuple[Monomial, int]], common: Monomial) -> str:
        """A sum of products, what all share in front of it."""
        if not terms:
            return self.dialect.number(0)
        pieces = [self._product(_left(factors, common), coef) for factors, coef in terms]
        inner = " + ".join(pieces)
        shared = [self._size(size) for size in common]
        if not shared:
            return inner
        return " * ".join([*shared, self.dialect.bracket(inner) if len(pieces) > 1 else inner])

    def _product(self, factors: Sequence[Size], coef: int) -> str:
        texts = [self._size(size) for size in factors]
        return " * ".join([*([self.dialect.number(coef)] if coef != 1 or not texts else []), *texts])

    def _size(self, size: Size) -> str:
        """A size that is a factor: an atom by its name, anything else as a statement of its own."""
        if len(size.terms) == 1 and not size.const and size.terms[0][1] == 1:
            return self._atom(size.terms[0][0])
        if size not in self._known:
            top, bottom = self.fraction(size)
            self._whole(size, bottom)
            self._known[size] = self._statement(top)
        return self._known[size]

    @staticmethod
    def _whole(size: Any, bottom: Any) -> None:
        if bottom != 1:
            raise UsageError(f"{size} is not a whole number: generated code is exact on whole numbers only")

    def _atom(self, atom: Atom) -> str:
        """An atom by its name; its statement is written when it is first needed."""
        if atom.kind == "symbol":
            if atom.domain is not None and not atom.domain.integer:
                raise UsageError(f"{atom.name} is not a whole number: generated code is exact on whole numbers only")
            if atom.scale == 1:
                return self.called[atom.name]
        if atom not in self._known:
            self._known[atom] = self._statement(self._applied(atom))
        return self._known[atom]

    def _applied(self, atom: Atom) -> str:
        if atom.kind == "symbol":
            return self.dialect.floor(self.called[atom.name], self.dialect.number(atom.scale))
        if atom.kind == "floor":
            return self.dialect.floor(*self._ratio(*atom.args))
        if atom.kind == "quotient":
            self._whole(f"{atom.args[0]} / {atom.args[1]}", 0)
        parts = [self.fraction(arg) for arg in atom.args]
        if atom.kind == "scaled":
            (size, whole), (top, bottom) = parts
            self._whole(atom.args[0], whole)
            return self.dialect.call(atom.kind, [size, top, self.dialect.number(bottom)])
        if atom.kind in ("round", "make_divisible"):
            (top, bottom), *rest = parts
            return self.dialect.call(atom.kind, [top, self.dialect.number(bottom), *(text for text, _ in rest)])
        for arg, (_, bottom) in zip(atom.args, parts, strict=True):
            self._whole(arg, bottom)
        return self.dialect.call(atom.kind, [text for text, _ in parts])

    def _ratio(self, numerator: Any, denominator: Any) -> tuple[str, str]:
        """The quotient of two values as two whole numbers."""
        (top, below), (bottom, above) = self.fraction(numerator), self.fraction(denominator)
        if is_number(denominator):
            return self._times(top, above), self.dialect.number(int(Fraction(denominator) * above * below))
        return self._times(top, above), self._times(bottom, below)

    def _times(self, text: str, factor: int) -> str:
        """A text that binds, times a number."""
        bound = text if _bare(text) else self.dialect.bracket(text)
        return bound if factor == 1 else self.dialect.bracket(f"{self.dialect.number(factor)} * {bound}")

    def fraction(self, value: Any) -> tuple[str, int]:
        """A value as whole numbers: the text of a numerator, and a denominator."""
        if is_number(value):
            return self.dialect.number(Fraction(value).numerator), Fraction(value).denominator
        terms = _terms(value)
        scale = lcm(*[coef.denominator for _, coef in terms])
        pieces = [self._term(factors, int(coef * scale), first=i == 0) for i, (factors, coef) in enumerate(terms)]
        return "".join(pieces), scale

    def _term(self, factors: Sequence[Size], coef: int, *, first: bool) -> str:
        sign = ("-" if coef < 0 else "") if first else (" - " if coef < 0 else " + ")
        return sign + self._product(factors, abs(coef))

    def _statement(self, text: str) -> str:
        if text.isidentifier():
            return text
        number = len(self.statements) + 1
        name = f"t{number}"
        while name in self.called.values():
            name += "_"
        self.statements.append((name, text))
        return name


def _bare(text: str) -> bool:
    return text.isalnum() or text.isidentifier()


def _terms(count: Any) -> list[tuple[Monomial, Number]]:
    """A count as products of sizes; a linear rest as its atoms, the constant last."""
    terms: list[tuple[Monomial, Number]] = list(count.products.items())
    rest = count.rest
    if is_number(rest):
        return [*terms, ((), rest)] if rest or not terms else terms
    terms += [((_alone(rest, atom),), coef) for atom, coef in rest.terms]
    return [*terms, ((), rest.const)] if rest.const else terms


def _alone(size: Size, atom: Atom) -> Size:
    alone: Size = size.context.size(((atom, 1),), 0)
    return alone


def _shared(count: Any, terms: Sequence[tuple[Monomial, Number]]) -> Monomial:
    """The sizes that every one of two terms and more has as a factor."""
    if len(terms) < 2 or not count.products:  # noqa: PLR2004 - one term shares with nobody, and atoms share nothing
        return ()
    shared: Monomial = count.products.shared
    if len(terms) == len(count.products):
        return shared
    alone = terms[-1][0] if len(terms) == len(count.products) + 1 else ()
    return tuple([size for size in alone if size in shared])


def _left(factors: Monomial, common: Monomial) -> Sequence[Size]:
    """The factors of a term without those that are written in front of the sum."""
    if not common:
        return factors
    left = list(factors)
    for size in common:
        left.remove(size)
    return left
