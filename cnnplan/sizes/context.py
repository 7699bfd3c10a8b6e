"""One analysis: normal forms, and what is asked of them. It makes sizes; the rooms below do the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes.deciding import decisions, positivity
from cnnplan.sizes.evaluating import evaluation, substitution
from cnnplan.sizes.forms.interning import Interning
from cnnplan.sizes.showing import printing, symbolic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.sizes.deciding.conditions import Condition
    from cnnplan.sizes.forms.bounds import Interval
    from cnnplan.sizes.forms.linear import Size
    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["Context"]


class Context(Interning):
    """Where sizes are made and compared, so that equal sizes of one analysis are one object."""

    def bounds(self, size: Size) -> Interval:
        """Bounds on a size whose terms move together."""
        return positivity.tight(size)

    def equal(self, left: Any, right: Any) -> Condition:
        """The condition that two values are equal."""
        return decisions.eq(left, right)

    def at_least(self, left: Any, right: Any) -> Condition:
        """The condition that left >= right."""
        return decisions.ge(left, right)

    def evaluate(self, count: Count, values: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
        """The value at numbers or arrays."""
        return evaluation.evaluate(count, values, memo)

    def substitute(self, count: Count, mapping: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> Any:
        """The count with other values in the place of symbols."""
        return substitution.substitute(count, mapping, memo)

    def text(self, count: Count) -> str:
        """The formula as text."""
        return printing.TEXT(count)

    def comparison(self, left: Any, right: Any, operator: str) -> str:
        """Two sides of a comparison as one text."""
        return printing.compared(left, right, operator)

    def latex(self, count: Count) -> str:
        """The formula in LaTeX."""
        return printing.LATEX(count)

    def to_sympy(self, count: Count) -> Any:
        """The formula as a sympy expression."""
        return symbolic.to_sympy(count)
