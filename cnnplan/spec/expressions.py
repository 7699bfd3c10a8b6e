"""The little expression language: parsed by Python's grammar, admitted by a whitelist, never evaluated as Python.

A text is compiled once into closures over an environment of names, so that an argument of a block that is called a
hundred times costs a hundred function calls and no parsing. Numbers and units are taken out of the text before
Python's parser sees it, which keeps decimals exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol

from cnnplan.findings import Place
from cnnplan.spec.arithmetic import show
from cnnplan.spec.compiler import compile_text
from cnnplan.spec.faults import EvaluationError, UnknownName, Unreadable
from cnnplan.spec.values import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.sizes import Condition, Shape
    from cnnplan.spec.model import Block

__all__ = ["Arguments", "Environment", "Expression", "Template", "listing", "literal", "parse", "told"]

LENGTH: Final = 2_000
"""The most characters of an expression."""


class Environment(Protocol):
    """What an expression is evaluated in."""

    def lookup(self, name: str) -> Any:
        """The value of a name; raises UnknownName."""

    def shape(self, name: str) -> Shape:
        """The shape of a layer that came before; raises EvaluationError."""

    def decide(self, condition: Condition) -> bool:
        """Choose where a condition is open and the expression cannot go on without an answer."""


class _Nothing:
    """The environment of an expression that names nothing."""

    def lookup(self, name: str) -> NoReturn:
        raise UnknownName(name)

    def shape(self, name: str) -> NoReturn:
        raise UnknownName(name)

    def decide(self, condition: Condition) -> NoReturn:
        raise UnknownName(str(condition))


@dataclass(frozen=True, slots=True)
class Expression:
    """A value that may depend on names.

    Args:
        text: as it was written.
        place: where it was written.
        run: its closure.
        names: the names that it reads; functions and keywords are not among them.
        layers: the layers whose shape it asks for.
    """

    text: str
    place: Place
    run: Callable[[Environment], Any] = field(repr=False, compare=False)
    names: frozenset[str] = frozenset()
    layers: frozenset[str] = frozenset()

    @property
    def constant(self) -> bool:
        """Whether the value is the same in every environment."""
        return not self.names and not self.layers

    @property
    def value(self) -> Any:
        """The value of a constant."""
        return self.evaluate(_NOTHING)

    def is_fixed(self, counter: str | None) -> bool:
        """Whether the value is the same for all copies of an entry that is repeated, while a counter runs."""
        return not self.layers and self.names.isdisjoint((counter, "in_shape", "in_channels"))

    def evaluate(self, env: Environment) -> Any:
        """The value in an environment; raises EvaluationError with the place."""
        try:
            return self.run(env)
        except EvaluationError as fault:
            fault.place = fault.place or self.place
            raise

    def __str__(self) -> str:
        return self.text


class Template:
    """Values by name, some of which are known and some depend on an environment.

    Args:
        known: all names in order, None where the value depends on something.
        open: those that do, with their expressions.

    Attributes:
        key: what tells the values, by name and type, from all others; None where some depend on something.
    """

    __slots__ = ("key", "known", "open")

    def __init__(self, known: dict[str, Any], open_: tuple[tuple[str, Expression], ...]) -> None:
        self.known = known
        self.open = open_
        self.key = None if open_ else told(known)

    def evaluate(self, env: Environment) -> dict[str, Any]:
        """The values in an environment; raises EvaluationError with the place."""
        if not self.open:
            return self.known
        values, each = self.known.copy(), self.open[0][1]
        try:
            for name, each in self.open:
                values[name] = each.run(env)
        except EvaluationError as fault:
            fault.place = fault.place or each.place
            raise
        return values


def told(values: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells values from all others: their names, the values, and of which types these are."""
    return (*values, *values.values(), *kinds(values.values()))


class Arguments(dict[str, Expression]):
    """The expressions that were written for arguments, by their names; those that are constants are evaluated once.

    Attributes:
        template: the values of all of them.
        call: the block that was called with them last, and what `calling` gave for it.
    """

    __slots__ = ("call", "template")

    def __init__(self, written: Mapping[str, Expression] = MappingProxyType({})) -> None:
        super().__init__(written)
        self.call: tuple[Any, Template | None] = (None, None)
        known = {name: each.value if each.constant else None for name, each in written.items()}
        self.template = Template(known, tuple([(name, each) for name, each in written.items() if not each.constant]))

    def calling(self, block: Block) -> Template | None:
        """The values with which a block is called; None where one is left out that has no constant default."""
        known, template = self.call
        if known is not block:
            template = self._completed(block)
            self.call = (block, template)
        return template

    def _completed(self, block: Block) -> Template | None:
        """The same, those that are left out with their defaults."""
        given, known = self.template, {}
        for name in block.args:
            if name in given.known:
                known[name] = given.known[name]
            elif name in block.defaults:
                known[name] = block.defaults[name]
            else:
                return None
        return Template(known, tuple([each for each in given.open if each[0] in known]))


_INFINITE: Final = {".inf": inf, "+.inf": inf, "-.inf": -inf}
"""How YAML writes what is greater than every number; it stands alone, and nothing is reckoned with it."""

_NOTHING: Final = _Nothing()
_NOWHERE: Final = Place("")


def literal(value: Any, place: Place, text: str | None = None) -> Expression:
    """A value as an expression."""
    return Expression(show(value) if text is None else text, place, lambda _: value)


def listing(items: tuple[Expression, ...], place: Place) -> Expression:
    """A YAML list of values as one expression."""
    runs = tuple(item.evaluate for item in items)
    return Expression(
        f"[{', '.join(item.text for item in items)}]",
        place,
        lambda env: tuple([run(env) for run in runs]),
        frozenset().union(*(item.names for item in items)),
        frozenset().union(*(item.layers for item in items)),
    )


def parse(text: str, place: Place) -> Expression:
    """The expression of a text; raises Unreadable, or EvaluationError where a constant has no value."""
    if len(text) > LENGTH:
        raise Unreadable(f"an expression of {len(text)} characters is too long, at most {LENGTH} are read")
    text = text.strip()
    if text.lower() in _INFINITE:
        return literal(_INFINITE[text.lower()], place, text)
    try:
        return replace(_compiled(text), place=place)
    except EvaluationError as fault:
        fault.place = place
        raise


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Expression:
    """The expression without its place; the same text is compiled once."""
    compiled = compile_text(text)
    expression = Expression(text, _NOWHERE, compiled.run, compiled.names, compiled.layers)
    return literal(expression.value, _NOWHERE, text) if expression.constant else expression
