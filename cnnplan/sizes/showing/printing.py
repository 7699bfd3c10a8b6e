"""Sizes as people write them: `ceil(H/32)`, `floor((3*H + 1)/2)`, `N*(81456*H*W + 2048000)`; in text and in LaTeX."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnplan.sizes.forms.factors import cleared
from cnnplan.sizes.forms.rationals import Number, is_number
from cnnplan.sizes.showing.sharing import is_wide
from cnnplan.sizes.showing.styles import Style

__all__ = ["LATEX", "TEXT", "compared"]


class Plain(Style):
    """For a terminal."""

    def scaled(self, coef: Number, text: str) -> str:
        """A positive coefficient times a text; what it is divided by stands behind."""
        if not text or coef.denominator == 1:
            return super().scaled(coef, text)
        return f"{super().scaled(coef.numerator, text)}/{coef.denominator}"

    def nested(self, value: Any) -> str:
        """The text that a count keeps of itself."""
        return self(value) if is_number(value) or self.named else str(value)


class Latex(Style):
    """For a paper or a notebook."""

    times = r" \, "

    def number(self, value: Number) -> str:
        """A number, a fraction drawn as one."""
        fraction = Fraction(value)
        if fraction.denominator == 1:
            return str(value)
        return rf"\frac{{{fraction.numerator}}}{{{fraction.denominator}}}"

    def where(self, text: str, definitions: list[tuple[str, str]]) -> str:
        """A formula and what the names in it mean."""
        meanings = r", \; ".join(f"{name} = {meaning}" for name, meaning in definitions)
        return rf"{text} \quad \text{{where }} {meanings}" if definitions else text

    def symbol(self, name: str) -> str:
        """A symbol; longer names upright."""
        return name if len(name) == 1 else rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"

    def power(self, base: str, exponent: int) -> str:
        """A power."""
        return base if exponent == 1 else f"{base}^{{{exponent}}}"

    def bracket(self, text: str) -> str:
        """A text in brackets that grow."""
        return rf"\left({text}\right)"

    def flooring(self, numerator: Any, denominator: Any) -> str:
        """The floor of a quotient."""
        return rf"\left\lfloor {self.quotient(numerator, denominator)} \right\rfloor"

    def ceiling(self, numerator: Any, denominator: Any) -> str:
        """The ceiling of a quotient."""
        return rf"\left\lceil {self.quotient(numerator, denominator)} \right\rceil"

    def quotient(self, numerator: Any, denominator: Any) -> str:
        """A quotient, drawn as a fraction."""
        numerator, denominator = cleared(numerator, denominator)
        return self(numerator) if denominator == 1 else rf"\frac{{{self(numerator)}}}{{{self(denominator)}}}"

    def function(self, name: str, args: list[str]) -> str:
        """A function by name."""
        known = {"maximum": r"\max", "minimum": r"\min", "gcd": r"\gcd"}
        operator = known.get(name) or rf"\operatorname{{{name.replace('_', chr(92) + '_')}}}"
        return rf"{operator}\left({', '.join(args)}\right)"


def compared(left: Any, right: Any, operator: str) -> str:
    """Two sides of a comparison as one text: names for their parts are told once."""
    if is_wide(left) or is_wide(right):
        return TEXT.explained(left, right, between=f" {operator} ")
    return f"{left} {operator} {right}"


TEXT = Plain()
LATEX = Latex()
