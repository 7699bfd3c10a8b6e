"""One analysis, as the sizes see it that belong to it: where they are made, and whom they ask what they do not know.

Atoms, sizes and counts are made in the rooms above; this one names them by what they are to an analysis, and no more.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.sizes.forms.domains import Domain
    from cnnplan.sizes.forms.rationals import Number

__all__ = ["Forms"]


class Forms(ABC):
    """Where sizes are made, so that equal sizes of one analysis are one object.

    `atoms` are those made so far, `leading` the leading terms of products of sizes and `expansions` the products
    multiplied out, both by their factors; `memo` is what the rooms above found out.
    """

    atoms: dict[tuple[Any, ...], Any]
    leading: dict[Any, tuple[tuple[int, ...], Number]]
    expansions: dict[Any, Mapping[Any, Number]]
    memo: dict[tuple[Any, ...], Any]

    @abstractmethod
    def symbol(self, name: str, domain: Domain | None = None) -> Any:
        """The symbol of that name."""

    @abstractmethod
    def domain(self, name: str) -> Domain:
        """What a symbol may be."""

    @abstractmethod
    def order(self, name: str) -> int:
        """The place of a symbol among the symbols, in the order they were declared."""

    @abstractmethod
    def atom(self, kind: str, *args: Any) -> Any:
        """The size that is this function of these arguments and nothing else."""

    @abstractmethod
    def size(self, terms: tuple[tuple[Any, Number], ...], const: Number) -> Any:
        """The size `const + sum of coefficient * atom`; the terms are sorted, none is zero, there is at least one."""

    @abstractmethod
    def count(self, products: Any, rest: Any) -> Any:
        """The count with these products, at least one, and this rest."""

    @abstractmethod
    def monomial(self, left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[Any, ...]:
        """The product of two products of sizes, in the order of their symbols."""

    @abstractmethod
    def product(self, counts: tuple[Any, ...], number: Number = 1) -> Any:
        """The product of counts and a number."""

    @abstractmethod
    def floor_div(self, numerator: Any, denominator: Any) -> Any:
        """The floor of numerator / denominator, in normal form."""

    @abstractmethod
    def exact_div(self, numerator: Any, denominator: Any) -> Any:
        """The quotient where it is exact, else its floor."""

    @abstractmethod
    def quotient(self, numerator: Any, denominator: Any) -> Any:
        """The quotient as it is, whole or not."""

    @abstractmethod
    def equal(self, left: Any, right: Any) -> Any:
        """The condition that two values are equal."""

    @abstractmethod
    def at_least(self, left: Any, right: Any) -> Any:
        """The condition that left >= right."""

    @abstractmethod
    def bounds(self, size: Any) -> tuple[Number | None, Number | None]:
        """Bounds on a size whose terms move together."""

    @abstractmethod
    def evaluate(self, count: Any, values: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
        """The value at numbers or arrays."""

    @abstractmethod
    def substitute(self, count: Any, mapping: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
        """The count with other values in the place of symbols."""

    @abstractmethod
    def text(self, count: Any) -> str:
        """The formula as text."""

    @abstractmethod
    def comparison(self, left: Any, right: Any, operator: str) -> str:
        """Two sides of a comparison as one text."""

    @abstractmethod
    def latex(self, count: Any) -> str:
        """The formula in LaTeX."""

    @abstractmethod
    def to_sympy(self, count: Any) -> Any:
        """The formula as a sympy expression."""
