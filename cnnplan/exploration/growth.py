"""How formulas grow: polynomials on residue classes, what one more costs, derivatives, elasticities, degrees.

A total with floors is an ordinary polynomial wherever every input size leaves a fixed remainder: with H and W multiples
of 32, ResNet-50 is N*(81456*H*W + 2048000) MACs.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Count, Domain, Number, combine, evaluate, prod, substitute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.sizes import Extent, Forms
    from cnnplan.sizes.forms.atoms import Atom

__all__ = ["degree", "derivative", "elasticity", "modulus", "on_class", "step"]

LARGEST = 1_000_000
"""Greater moduli are of no use to anybody."""


def modulus(count: Extent, symbol: str) -> int:
    """The least number of whose multiples a formula is a polynomial of one symbol, 0 where there is none."""
    if isinstance(count, int):
        return 1
    found = 1
    memo = count.context.memo
    for atom in {atom for atoms in count.expanded for atom in atoms if symbol in atom.symbols}:
        key = ("modulus", atom, symbol)
        if key not in memo:
            memo[key] = _modulus(atom, symbol)
        found = lcm(found, memo[key])
    return found if found <= LARGEST else 0


def _modulus(atom: Atom, symbol: str) -> int:
    """The same of one atom: a floor of a floor divides twice."""
    if atom.kind == "symbol":
        return atom.scale
    numerator, denominator = (*atom.args, 1)[:2]
    if atom.kind != "floor" or not isinstance(denominator, int):
        return 0
    return denominator * modulus(numerator, symbol)


def on_class(count: Extent, remainders: Mapping[str, tuple[int, int]]) -> Any:
    """A formula where each of these symbols leaves a remainder: a polynomial, if the moduli are right.

    Args:
        count: the formula.
        remainders: a modulus and a remainder for each symbol.
    """
    if isinstance(count, int):
        return count
    context: Forms = count.context
    there, back = {}, {}
    for name, (step_by, rest) in remainders.items():
        if step_by > 1:
            whole = context.symbol(f"{name} // {step_by} at {rest}", Domain(min=0))
            there[name] = whole * step_by + rest
            back[whole.terms[0][0].name] = (context.symbol(name) - rest) * Fraction(1, step_by)
    return substitute(substitute(count, there), back)


def derivative(polynomial: Any, symbol: str) -> Any:
    """The partial derivative of a polynomial; floors of the symbol are taken as constants."""
    if isinstance(polynomial, Number):
        return 0
    context: Forms = polynomial.context
    terms: list[tuple[Any, Number]] = []
    for atoms, coef in polynomial.expanded.items():
        times = sum(atom.kind == "symbol" and atom.name == symbol for atom in atoms)
        if times:
            left = list(atoms)
            itself = next(atom for atom in atoms if atom.kind == "symbol" and atom.name == symbol)
            left.remove(itself)
            slope = Fraction(coef * times, itself.scale)
            terms.append((prod(context.size(((atom, 1),), 0) for atom in left), slope))
    return combine(terms)


def elasticity(polynomial: Any, symbol: str, values: Mapping[str, Any]) -> Fraction:
    """By how many percent a polynomial grows for each percent of a symbol."""
    here = evaluate(polynomial, values)
    return Fraction(evaluate(derivative(polynomial, symbol), values) * values[symbol]) / here if here else Fraction(0)


def step(count: Extent, symbol: str, values: Mapping[str, Any], by: int = 1) -> int:
    """What more of a symbol costs: exactly, between two values."""
    return int(evaluate(count, {**values, symbol: values[symbol] + by}) - evaluate(count, values))


def degree(count: Extent, symbol: str) -> int:
    """With which power of a symbol a formula grows in the end."""
    if not isinstance(count, Count):
        return 0
    return max((sum(symbol in atom.symbols for atom in atoms) for atoms in count.expanded), default=0)
