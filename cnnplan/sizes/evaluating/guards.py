"""Conditions as source code: what generated code refuses, in front of the figures that hold for other values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.sizes.deciding.conditions import All, Chosen, Comparison, Condition, Divisible, Membership, Negation
from cnnplan.sizes.evaluating.codegen import Writer
from cnnplan.sizes.evaluating.dialects import DIALECTS, Guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnnplan.sizes.deciding.sets import IntegerSet
    from cnnplan.sizes.evaluating.dialects import Dialect

__all__ = ["guard"]

MOST_LISTED = 512
"""Numbers that a condition lists in source code; one that would list more is left to its text."""


def guard(needs: Iterable[Condition], language: str, symbols: Sequence[str]) -> Guard:
    """The conditions that can be tested in a language.

    Args:
        needs: the conditions; what no code can say is left out.
        language: one of cnnplan.sizes.evaluating.codegen.LANGUAGES.
        symbols: what may be tested.
    """
    dialect = DIALECTS[language]
    writer = Writer(dialect, symbols)
    tests = []
    for condition in needs:
        if condition.verdict is None and condition.symbols <= set(symbols):
            try:
                tests.append((_test(condition, writer), _text(condition)))
            except UsageError:
                continue
    return Guard(writer.statements, tests)


def _text(condition: Condition) -> str:
    """What a condition says; what always holds of declared values says where they begin."""
    text = str(condition)
    return (
        f"{condition.symbol} >= {condition.members.start}"
        if text == "always" and isinstance(condition, Membership)
        else text
    )


def _test(condition: Condition, writer: Writer) -> str:
    """An expression that is true where a condition holds."""
    dialect = writer.dialect
    match condition:
        case All():
            return dialect.conjunction([_test(part, writer) for part in condition.parts])
        case Negation():
            return dialect.negation(_test(condition.condition, writer))
        case Membership():
            return _member(writer.called[condition.symbol], condition.members, dialect)
        case Comparison():
            sign = "equal" if condition.operator == "==" else ">="
            return dialect.compare(writer.result(condition.difference), sign, dialect.number(0))
        case Divisible():
            return _divisible(condition, writer)
        case Chosen() if isinstance(condition.value, int):
            return dialect.compare(writer.called[condition.symbol], "equal", dialect.number(condition.value))
    raise UsageError(f"{condition} is not about whole numbers")


def _divisible(condition: Divisible, writer: Writer) -> str:
    value, divisor = (_bound(part, writer) for part in (condition.value, condition.divisor))
    return writer.dialect.compare(f"{value} % {divisor}", "equal", writer.dialect.number(0))


def _bound(value: Any, writer: Writer) -> str:
    return writer.dialect.bracket(writer.result(value))


def _member(name: str, members: IntegerSet, dialect: Dialect) -> str:
    """That a number is in a set: in one of its rows, or far enough and with one of its remainders."""
    if len(members.runs) + len(members.residues) > MOST_LISTED:
        raise UsageError(f"{name} has too many values to be listed")
    number = dialect.number
    rows = [_row(name, first, last, dialect) for first, last in members.runs]
    if members.residues:
        repeated = [dialect.compare(name, ">=", number(members.start))]
        if members.modulus > 1:
            remainder = f"{name} % {number(members.modulus)}"
            same = [dialect.compare(remainder, "equal", number(residue)) for residue in sorted(members.residues)]
            repeated.append(dialect.disjunction(same))
        rows.append(dialect.conjunction(repeated))
    return dialect.disjunction(rows)


def _row(name: str, first: int, last: int, dialect: Dialect) -> str:
    """That a number is one of a row."""
    if first == last:
        return dialect.compare(name, "equal", dialect.number(first))
    ends = dialect.compare(name, ">=", dialect.number(first)), dialect.compare(name, "<=", dialect.number(last))
    return dialect.conjunction(ends)
