"""What a design promises: comparisons, some at values of symbols of their own."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

from cnnplan.spec.documents import ExpectDocument, read
from cnnplan.spec.expressions import literal
from cnnplan.spec.model import Expectation
from cnnplan.spec.scopes import Layers, Scope
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.findings import Place
    from cnnplan.spec.expressions import Expression
    from cnnplan.spec.model import Symbol
    from cnnplan.spec.reading import Reading

__all__ = ["read_expectations"]


def read_expectations(
    reading: Reading, data: Any, place: Place, scope: Scope, symbols: Mapping[str, Symbol]
) -> Iterator[Expectation]:
    """The promises of a list; the names of totals are for whoever holds a promise to know."""
    for i, item in enumerate(data):
        where = place.below(i)
        at: dict[str, Expression] = {}
        that, at_that = item, where
        if isinstance(item, dict):
            document = read(ExpectDocument, item, where, reading.faults)
            at = _bindings(reading, document.at, where.below("at"), symbols)
            that, at_that = document.that, where.below("that")
        if not isinstance(that, str):
            reading.faults.add("CNN013", at_that, "an expectation is a comparison: params <= 5M")
            continue
        anything = _Anything(reading.symbols)
        expression = reading.expression(that, at_that, replace(scope, names=anything, shapes=False), inf)
        if expression is not None:
            yield Expectation(expression, that, where, at)


def _bindings(
    reading: Reading, data: dict[str, Any], place: Place, symbols: Mapping[str, Symbol]
) -> dict[str, Expression]:
    """Values of symbols; a choice may be called by its name."""
    bindings = {}
    nothing = Scope(frozenset(), Layers(), shapes=False)
    for name, value in data.items():
        if name not in reading.symbols:
            message = f"there is no symbol {name}{did_you_mean(name, reading.symbols)}"
            reading.faults.add("CNN015", place.below(name).at_key(), message)
            continue
        choices = (symbols[name].choices if name in symbols else None) or {}
        if isinstance(value, str) and value in choices:
            bindings[name] = literal(choices[value], place.below(name), value)
        elif expression := reading.expression(value, place.below(name), nothing):
            bindings[name] = expression
    return bindings


class _Anything(frozenset[str]):
    """Names of which any is known: those of an expectation are judged by who holds it."""

    def __contains__(self, name: object) -> bool:
        return True
