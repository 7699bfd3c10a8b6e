"""Sizes in MathML, which browsers set as mathematics without help."""

from __future__ import annotations

from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.factors import cleared, common_factors, fold
from cnnplan.sizes.forms.rationals import Number, is_number, whole
from cnnplan.sizes.showing.styles import NAMES, Style

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["MATHML", "mathml"]


def mathml(value: Any) -> str:
    """A number or a count as an element of its own."""
    return f"<math>{MATHML(value)}</math>"


class MathML(Style):
    """Presentation markup; a piece of text is an element."""

    times = "<mo>&#x2062;</mo>"

    def count(self, count: Count) -> str:
        """A polynomial; its linear rest stands among its terms."""
        text = super().count(count) if common_factors(count) else self._terms(count)
        return f"<mrow>{text}</mrow>"

    def _terms(self, count: Count) -> str:
        terms: list[tuple[Number, str]] = [self.product(*term) for term in count.products.items()]
        rest = count.rest
        if is_number(rest):
            terms.append((rest, ""))
        elif fold(rest) is not None:
            terms.append((1, self.size(rest)))
        else:
            terms += [
                *((whole(Fraction(coef) / atom.scale), self.atom(atom)) for atom, coef in rest.terms),
                (rest.const, ""),
            ]
        return self.sum(terms)

    def sum(self, terms: Iterable[tuple[Number, str]]) -> str:
        """A sum of coefficient and element, the empty text for a constant."""
        pieces: list[str] = []
        for coef, text in terms:
            if coef:
                pieces += [_operator("&#x2212;" if coef < 0 else "+")] if coef < 0 or pieces else []
                pieces.append(self.scaled(-coef if coef < 0 else coef, text))
        return f"<mrow>{''.join(pieces) or self.number(0)}</mrow>"

    def number(self, value: Number) -> str:
        """A number, a fraction drawn as one; digits in groups."""
        fraction = Fraction(value)
        top = f"<mn>{fraction.numerator:,}</mn>"
        return top if fraction.denominator == 1 else f"<mfrac>{top}<mn>{fraction.denominator}</mn></mfrac>"

    def symbol(self, name: str) -> str:
        """A symbol; longer names upright, as browsers do."""
        return f"<mi>{escape(name)}</mi>"

    def where(self, text: str, definitions: list[tuple[str, str]]) -> str:
        """A formula and what the names in it mean."""
        meanings = "<mo>,</mo>".join(f"{name}{_operator('=')}{meaning}" for name, meaning in definitions)
        return f"<mrow>{text}<mtext> where </mtext>{meanings}</mrow>" if definitions else text

    def power(self, base: str, exponent: int) -> str:
        """A power."""
        return base if exponent == 1 else f"<msup>{base}<mn>{exponent}</mn></msup>"

    def bracket(self, text: str) -> str:
        """Elements that bind."""
        return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"

    def flooring(self, numerator: Any, denominator: Any) -> str:
        """The floor of a quotient."""
        return f"<mrow><mo>⌊</mo>{self.quotient(numerator, denominator)}<mo>⌋</mo></mrow>"

    def ceiling(self, numerator: Any, denominator: Any) -> str:
        """The ceiling of a quotient."""
        return f"<mrow><mo>⌈</mo>{self.quotient(numerator, denominator)}<mo>⌉</mo></mrow>"

    def quotient(self, numerator: Any, denominator: Any) -> str:
        """A quotient, drawn as a fraction."""
        numerator, denominator = cleared(numerator, denominator)
        return self(numerator) if denominator == 1 else f"<mfrac>{self(numerator)}{self(denominator)}</mfrac>"

    def function(self, name: str, args: list[str]) -> str:
        """A function by name."""
        inner = "<mo>,</mo>".join(args)
        return f"<mrow><mi>{escape(NAMES.get(name, name))}</mi><mo>&#x2061;</mo><mo>(</mo>{inner}<mo>)</mo></mrow>"


def _operator(sign: str) -> str:
    return f"<mo>{sign}</mo>"


MATHML = MathML()
