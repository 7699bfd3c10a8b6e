"""The formulas of a plan for the page: numbered values, of which the constants are data and the others a program."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.report.html.structures import fractions
from cnnplan.report.text import shortened
from cnnplan.sizes import Count, substitute
from cnnplan.sizes.deciding.conditions import All, Chosen, Comparison, Condition, Divisible, Membership, Negation
from cnnplan.sizes.evaluating.codegen import Writer, source
from cnnplan.sizes.evaluating.dialects import DIALECTS
from cnnplan.sizes.showing.mathml import mathml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.plan import Plan

__all__ = ["Program", "read"]

READ, CUT = 200, 60
"""The characters of a formula that people read on a page, and of one that is longer: a page has thousands of them."""


class Program:
    """Numbers for the values of one plan.

    Args:
        plan: whose they are.

    Attributes:
        constants: the text of a value that is a number; None where the page computes it.
    """

    def __init__(self, plan: Plan) -> None:
        self._spec = plan.spec
        fixed: Mapping[str, Any] = {name: plan.values.get(name) for name in fractions(plan.spec)}
        self._fixed = {name: value for name, value in fixed.items() if value is not None}
        self._memo: dict[Any, Any] = {}
        self._numbers: dict[Any, int] = {}
        self._counts: dict[int, Count] = {}
        self._results: dict[str, str] = {}
        self._is_whole = True
        self._writer = Writer(DIALECTS["bigint"], [*plan.spec.symbols])
        self.constants: list[str | None] = []
        self.symbols = [n for n, symbol in plan.spec.symbols.items() if symbol.numeric and symbol.integer]

    def __call__(self, value: Any) -> int:
        """The number of a value; -1 for one that the page cannot compute."""
        if isinstance(value, Count) and value.symbols & self._fixed.keys():
            value = substitute(value, self._fixed, self._memo)
        if value not in self._numbers:
            self._numbers[value] = (
                self._computed(value) if isinstance(value, Count) else self._next(str(Fraction(value)))
            )
        return self._numbers[value]

    def _computed(self, count: Count) -> int:
        """The number of a formula; -1 of one about fractions, since generated code is exact on whole numbers only."""
        try:
            text = self._writer.result(count)
        except UsageError:
            self._is_whole = False
            return -1
        number = self._next(None)
        self._counts[number] = count
        self._results[str(number)] = text
        return number

    def _next(self, constant: str | None) -> int:
        self.constants.append(constant)
        return len(self.constants) - 1

    @property
    def formulas(self) -> dict[int, tuple[str, str]]:
        """The computed values as text and as MathML, which is empty where the text is only a beginning."""
        return {number: _written(count) for number, count in self._counts.items()}

    @property
    def source(self) -> str:
        """A JavaScript function of the symbols, in their order, that returns the computed values by number."""
        return f"(() => {{\n{self._function()}return formulas;\n}})()"

    def _function(self) -> str:
        """What was written for each formula; where one could not be, the others anew, without what it left behind."""
        if self._is_whole:
            return self._writer.function("formulas", self.symbols, self._results)
        counts = {str(number): count for number, count in self._counts.items()}
        return source(counts, "bigint", symbols=self.symbols)

    def condition(self, condition: Condition) -> dict[str, Any]:
        """A condition as data that the page judges at the values."""
        if condition.verdict is not None:
            return {"is": "known", "verdict": condition.verdict}
        if condition.symbols and condition.symbols <= self._fixed.keys():
            return {"is": "known", "verdict": condition.holds(self._fixed)}
        match condition:
            case All():
                return {"is": "all", "parts": [*map(self.condition, condition.parts)]}
            case Negation():
                return {"is": "not", "part": self.condition(condition.condition)}
            case Chosen():
                return {"is": "chosen", "symbol": condition.symbol, "label": self._label(condition)}
            case Membership():
                return _membership(condition)
            case Comparison():
                return {"is": condition.operator, "value": self(condition.difference)}
            case Divisible():
                return {"is": "divides", "divisor": self(condition.divisor), "value": self(condition.value)}
        return {"is": "unknown"}

    def _label(self, condition: Chosen) -> str:
        choices = self._spec.symbols[condition.symbol].choices or {}
        return next((label for label, value in choices.items() if value == condition.value), str(condition.value))


def read(text: str) -> str:
    """A formula, or as much of it as says which one it is."""
    return shortened(text, READ, cut=CUT)


def _written(count: Count) -> tuple[str, str]:
    """A formula as text and as MathML; of one that nobody reads to its end the beginning, and no MathML."""
    text = read(str(count))
    return text, mathml(count) if text == str(count) else ""


def _membership(condition: Membership) -> dict[str, Any]:
    members = condition.members
    return {
        "is": "in",
        "symbol": condition.symbol,
        "runs": [[str(first), str(last)] for first, last in members.runs],
        "start": str(members.start),
        "modulus": str(members.modulus),
        "residues": [str(residue) for residue in sorted(members.residues)],
    }
