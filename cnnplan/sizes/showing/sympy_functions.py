"""Floor division, gcd and products of doubles as sympy functions: integer, canonical when made, exact when compiled.

sympy's own floor never collapses nested floors, and its generated code divides in floating point. This module imports
sympy, so nothing imports it before the first expression is asked for.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Any

import sympy
from sympy.printing.precedence import PRECEDENCE

from cnnplan.sizes.forms.doubles import floored

__all__ = ["FloorDiv", "Gcd", "Scaled"]

LONGEST_FOLD = 24
"""Terms in the numerator beyond which floors with symbolic divisors are left nested."""


class FloorDiv(sympy.Function):  # type: ignore[misc] # sympy has no types
    """The greatest integer that is not above numerator / denominator."""

    nargs = 2
    is_integer = True

    @classmethod
    def eval(cls, numerator: Any, denominator: Any) -> Any:
        """The normal form where it is another: multiples outside, lowest terms, nested floors composed."""
        if denominator.is_zero:
            raise ZeroDivisionError("floor division by zero")
        ratio = numerator / denominator
        if ratio.is_Rational:
            return sympy.Integer(ratio.p // ratio.q)
        if denominator.is_Rational:
            return _by_number(numerator, denominator)
        return _by_symbols(numerator, denominator)

    def _eval_is_nonnegative(self) -> bool | None:
        numerator, denominator = self.args
        return True if numerator.is_nonnegative and denominator.is_positive else None

    @property
    def pieces(self) -> tuple[bool, Any, Any]:
        """Whether it reads as a ceiling, and of which numerator and denominator."""
        numerator, denominator = self.args
        const = numerator.as_coeff_Add()[0]
        is_ceiling = denominator != 1 and const == denominator - 1
        return is_ceiling, numerator - const if is_ceiling else numerator, denominator

    def _sympystr(self, printer: Any) -> str:
        is_ceiling, numerator, denominator = self.pieces
        text = _fraction(printer, numerator, denominator, "/")
        return f"{'ceil' if is_ceiling else 'floor'}({text})"

    def _latex(self, printer: Any) -> str:
        is_ceiling, numerator, denominator = self.pieces
        top, bottom = map(printer.doprint, (numerator, denominator))
        text = top if denominator == 1 else rf"\frac{{{top}}}{{{bottom}}}"
        left, right = (r"\lceil", r"\rceil") if is_ceiling else (r"\lfloor", r"\rfloor")
        return rf"\left{left} {text} \right{right}"

    def _pythoncode(self, printer: Any) -> str:
        numerator, denominator = self.args
        return f"({_fraction(printer, numerator, denominator, '//')})"

    _numpycode = _scipycode = _jaxcode = _lambdacode = _pythoncode

    def _javascript(self, printer: Any) -> str:
        numerator, denominator = self.args
        return f"Math.floor({_fraction(printer, numerator, denominator, '/')})"


class Gcd(sympy.Function):  # type: ignore[misc] # sympy has no types
    """The greatest common divisor of two integers."""

    nargs = 2
    is_integer = True
    is_nonnegative = True

    @classmethod
    def eval(cls, left: Any, right: Any) -> Any:
        """The number, where both are numbers."""
        return sympy.Integer(gcd(int(left), int(right))) if left.is_Integer and right.is_Integer else None

    def _sympystr(self, printer: Any) -> str:
        return f"gcd({', '.join(map(printer.doprint, self.args))})"

    def _latex(self, printer: Any) -> str:
        return rf"\gcd\left({', '.join(map(printer.doprint, self.args))}\right)"

    def _pythoncode(self, printer: Any) -> str:
        return self._called(printer, "math.gcd")

    _lambdacode = _pythoncode

    def _numpycode(self, printer: Any) -> str:
        return self._called(printer, "numpy.gcd")

    _scipycode = _numpycode

    def _called(self, printer: Any, name: str) -> str:
        function = printer._module_format(name)  # noqa: SLF001 - how sympy's printers import what they name
        return f"{function}({', '.join(map(printer.doprint, self.args))})"

    def _javascript(self, printer: Any) -> str:
        a, b = map(printer.doprint, self.args)
        return f"(function gcd(a, b) {{ return b ? gcd(b, a % b) : Math.abs(a); }})({a}, {b})"


class Scaled(sympy.Function):  # type: ignore[misc] # sympy has no types
    """The product of a size and a factor, computed in doubles, rounded down."""

    nargs = 2
    is_integer = True

    @classmethod
    def eval(cls, value: Any, scale: Any) -> Any:
        """The number, where both are numbers."""
        if not (value.is_Rational and scale.is_Rational):
            return None
        return sympy.Integer(floored(*(Fraction(int(x.p), int(x.q)) for x in (value, scale))))

    def _eval_is_nonnegative(self) -> bool | None:
        return True if all(arg.is_nonnegative for arg in self.args) else None

    def _sympystr(self, printer: Any) -> str:
        return f"scaled({', '.join(map(printer.doprint, self.args))})"

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{scaled}}\left({', '.join(map(printer.doprint, self.args))}\right)"

    def _pythoncode(self, printer: Any) -> str:
        return f"{printer._module_format('math.floor')}({self._product(printer)})"  # noqa: SLF001 - as above

    _lambdacode = _pythoncode

    def _numpycode(self, printer: Any) -> str:
        return f"{printer._module_format('numpy.floor')}({self._product(printer)})"  # noqa: SLF001 - as above

    _scipycode = _numpycode

    def _javascript(self, printer: Any) -> str:
        return f"Math.floor({self._product(printer)})"

    def _product(self, printer: Any) -> str:
        """The size times the factor, which is a double before it is multiplied."""
        value, scale = self.args
        number = repr(float(scale)) if scale.is_Rational else printer.parenthesize(scale, PRECEDENCE["Func"])
        return f"{printer.parenthesize(value, PRECEDENCE['Mul'])}*{number}"


def _fraction(printer: Any, numerator: Any, denominator: Any, slash: str) -> str:
    """The quotient in source code, with the brackets that it needs."""
    top = printer.parenthesize(numerator, PRECEDENCE["Mul"])
    if denominator == 1 and slash == "/":
        return str(printer.doprint(numerator))
    return f"{top}{slash}{printer.parenthesize(denominator, PRECEDENCE['Func'])}"


def _by_number(numerator: Any, denominator: Any) -> Any:
    """The floor by a number; None where it is in normal form."""
    pairs = [term.as_coeff_Mul(rational=True) for term in sympy.Add.make_args(numerator)]
    scale = lcm(int(denominator.q), *(int(coef.q) for coef, _ in pairs))
    scale = scale if denominator > 0 else -scale
    divisor = int(denominator * scale)
    outside: list[Any] = []
    inside: dict[Any, int] = {}
    for coef, term in pairs:
        times, left = divmod(int(coef * scale), divisor) if term.is_integer else (0, int(coef * scale))
        outside.append(times * term)
        inside[term] = left
    return _rebuilt(sympy.Add(*outside), *_lowest_terms(inside, divisor), (numerator, denominator))


def _lowest_terms(inside: dict[Any, int], divisor: int) -> tuple[Any, Any]:
    """The fraction without the numbers that divide the divisor and every term of it."""
    const = inside.pop(sympy.S.One, 0)
    is_integer = all(term.is_integer for term in inside)
    common = gcd(divisor, *inside.values(), *(() if is_integer else (const,)))
    terms = [coef // common * term for term, coef in inside.items()]
    numerator, denominator = sympy.Add(const // common, *terms), sympy.Integer(divisor // common)
    return _composed(numerator, denominator) if is_integer else (numerator, denominator)


def _composed(numerator: Any, denominator: Any) -> tuple[Any, Any]:
    """floor((floor(n/c) + e)/f) as (n + c*e)/(c*f), for an integer e and a positive integer f."""
    for term in sympy.Add.make_args(numerator):
        if isinstance(term, FloorDiv):
            top, bottom = term.args
            composed = sympy.expand(top + (numerator - term) * bottom)
            if bottom.is_Rational or len(composed.args) <= LONGEST_FOLD:
                return composed, sympy.expand(bottom * denominator)
    return numerator, denominator


def _by_symbols(numerator: Any, denominator: Any) -> Any:
    """The floor by a symbolic divisor; None where it is in normal form."""
    outside, inside = [], []
    for term in sympy.Add.make_args(numerator):
        ratio = term / denominator
        times = ratio if ratio.is_integer else sympy.Integer(ratio.p // ratio.q) if ratio.is_Rational else sympy.S.Zero
        outside.append(times)
        inside.append(term - times * denominator)
    left: tuple[Any, Any] = (sympy.Add(*inside), denominator)
    if denominator.is_integer and denominator.is_positive and left[0].is_integer:
        left = _composed(*left)
    return _rebuilt(sympy.Add(*outside), *left, (numerator, denominator))


def _rebuilt(outside: Any, numerator: Any, denominator: Any, before: tuple[Any, Any]) -> Any:
    """The sum of what left the floor and the floor that remains; None where nothing has changed."""
    if (numerator, denominator) == before:
        return None
    return outside + (numerator if denominator == 1 and numerator.is_integer else FloorDiv(numerator, denominator))
