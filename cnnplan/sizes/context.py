"""One analysis: the symbols it knows and the normal forms it has made. There are no tables outside of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes import conditions, division, evaluation, printing, symbolic
from cnnplan.sizes.atoms import Atom, Domain, Number
from cnnplan.sizes.bounds import bounds_of
from cnnplan.sizes.polynomials import Count, Size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.sizes.conditions import Condition

__all__ = ["Context"]


class Context:
    """Where sizes are made, so that equal sizes of one analysis are one object."""

    def __init__(self) -> None:
        self.atoms: dict[tuple[Any, ...], Atom] = {}
        self.sizes: dict[tuple[Any, ...], Size] = {}
        self.memo: dict[tuple[Any, ...], Any] = {}

    def symbol(self, name: str, domain: Domain | None = None) -> Size:
        """The symbol of that name.

        Args:
            name: as it is printed.
            domain: what it may be; left out: integers from 1 on.

        Raises:
            ValueError: the symbol exists already, with another domain.
        """
        key = ("symbol", name)
        atom = self.atoms.get(key)
        domain = domain or (atom.domain if atom else None) or Domain()
        if atom is None:
            atom = self.atoms[key] = Atom(self, "symbol", (name,), (domain.low, domain.high), domain)
        elif atom.domain != domain:
            raise ValueError(f"the symbol {name} is declared already, with another domain")
        return self.size(((atom, 1),), 0)

    def atom(self, kind: str, *args: Count | Number) -> Size:
        """The size that is this function of these arguments and nothing else."""
        key = (kind, *args)
        atom = self.atoms.get(key)
        if atom is None:
            atom = self.atoms[key] = Atom(self, kind, args, bounds_of(kind, args))
        return self.size(((atom, 1),), 0)

    def size(self, terms: tuple[tuple[Atom, Number], ...], const: Number) -> Size:
        """The size `const + sum of coefficient * atom`; the terms are sorted, none is zero, there is at least one."""
        key = (const, terms)
        size = self.sizes.get(key)
        if size is None:
            size = self.sizes[key] = Size(self, terms, const, len(self.sizes))
        return size

    def floor_div(self, numerator: Any, denominator: Any) -> Any:
        """floor(numerator / denominator), in normal form."""
        return division.floor_div(self, numerator, denominator)

    def exact_div(self, numerator: Any, denominator: Any) -> Any:
        """numerator / denominator where it is exact, else its floor."""
        return division.exact_div(self, numerator, denominator)

    def equal(self, left: Any, right: Any) -> Condition:
        """The condition that two values are equal."""
        return conditions.eq(left, right)

    def at_least(self, left: Any, right: Any) -> Condition:
        """The condition that left >= right."""
        return conditions.ge(left, right)

    def evaluate(self, count: Count, values: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
        """The value at numbers or arrays."""
        return evaluation.evaluate(count, values, memo)

    def text(self, count: Count) -> str:
        """The formula as text."""
        return printing.TEXT(count)

    def latex(self, count: Count) -> str:
        """The formula in LaTeX."""
        return printing.LATEX(count)

    def to_sympy(self, count: Count) -> Any:
        """The formula as a sympy expression."""
        return symbolic.to_sympy(count)

    def order(self, name: str) -> int:
        """The place of a symbol among the symbols, in the order they were declared."""
        return self.atoms["symbol", name].index
