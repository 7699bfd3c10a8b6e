"""Operators and what follows from them, made once for all layers that are alike."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from cnnplan.graph.parts import Facts
from cnnplan.graph.witnesses import failure, pinned
from cnnplan.ops import OPERATORS
from cnnplan.sizes import Condition, Domain, Number
from cnnplan.sizes.conditions import Membership

if TYPE_CHECKING:
    from cnnplan.graph.environment import Symbols
    from cnnplan.graph.parts import Tensor
    from cnnplan.ops import Operator, Requirement
    from cnnplan.sizes import Context

__all__ = ["Refusal", "Workshop"]


class Refusal(Exception):  # noqa: N818 - the cause; the door makes a fault of it
    """An operator cannot be made, or is not legal here.

    Args:
        rule: the rule that is broken.
        message: the cause.
        hint: the way out.
        argument: the argument at fault, "" for the layer as a whole.
    """

    def __init__(self, rule: str, message: str, hint: str = "", argument: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.hint = hint
        self.argument = argument


class Workshop:
    """Makes operators from evaluated arguments, and judges them on shapes.

    Args:
        context: where sizes are made.
        symbols: the symbols of the spec.
        lenient: True to keep every open condition, also one that fails at the values or within what the spec claims.
    """

    def __init__(self, context: Context, symbols: Symbols, *, lenient: bool = False) -> None:
        self.context = context
        self.symbols = symbols
        self.lenient = lenient
        self._operators: dict[Any, Operator | list[Refusal]] = {}
        self._facts: dict[Any, dict[str, Facts] | Refusal] = {}

    def operator(self, verb: str, args: dict[str, Any]) -> Operator | list[Refusal]:
        """The operator with these arguments, or all that is wrong with them."""
        key = (verb, *((name, type(value), value) for name, value in args.items()))
        found = self._operators.get(key)
        if found is None:
            found = self._operators[key] = self._make(verb, args)
        return found

    @staticmethod
    def _make(verb: str, args: dict[str, Any]) -> Operator | list[Refusal]:
        try:
            return OPERATORS[verb](**args)
        except ValidationError as error:
            return [_refusal(detail) for detail in error.errors(include_url=False)]

    def facts(self, op: Operator, inputs: tuple[Tensor, ...], *, joins: bool = False) -> dict[str, Facts]:
        """What follows from an operator on these inputs: of the layer itself, "", or of each of its parts, ".0".

        Raises:
            Refusal: it is not legal there.
        """
        key = (id(op), tuple([tensor[1:] for tensor in inputs]), joins)
        found = self._facts.get(key)
        if found is None:
            try:
                found = self._judge(op, inputs, joins=joins)
            except Refusal as refusal:
                found = refusal
            self._facts[key] = found
        if isinstance(found, Refusal):
            raise found
        return found

    def _judge(self, op: Operator, inputs: tuple[Tensor, ...], *, joins: bool) -> dict[str, Facts]:
        shapes = tuple([tensor.shape for tensor in inputs if tensor.shape is not None])
        elements = [tensor.elements for tensor in inputs]
        kept: list[tuple[Condition, Requirement]] = []
        for requirement in chain(op.requires(*shapes), op.reads(*elements), op.joins(*shapes) if joins else ()):
            self._require(requirement, kept)
        parts = {f".{i}": part for i, part in enumerate(op.parts(*shapes))}
        return {
            name: Facts(
                part.placed(*shapes, joins=joins),
                shapes,
                part.output(*shapes),
                tuple(kept) if name in ("", ".0") else (),
                part.gives(*elements),
            )
            for name, part in (parts or {"": op}).items()
        }

    def _require(self, requirement: Requirement, kept: list[tuple[Condition, Requirement]]) -> None:
        """Keep an open condition; refuse one that fails, at the values or within what the spec claims."""
        condition = requirement.condition
        if isinstance(condition, Condition):
            condition = self.symbols.given(condition)
            if condition.verdict is None:
                if not self.lenient:
                    self._allow(condition, requirement)
                kept.append((condition, requirement))
                return
            condition = condition.verdict
        if not condition:
            raise _refused(requirement)

    def _allow(self, condition: Condition, requirement: Requirement) -> None:
        values = self.symbols.values
        if all(name in values for name in condition.symbols) and not condition.holds(values):
            at = pinned({name: values[name] for name in sorted(condition.symbols)})
            raise _refused(requirement, f" at {at}: needs {condition}")
        if self.symbols.claims(condition):
            raise _refused(requirement, f": needs {condition}, and {self._counterexample(condition)} is declared legal")

    def _counterexample(self, condition: Condition) -> str:
        """A declared value at which the condition fails, as far as one is easily found."""
        if isinstance(condition, Membership):
            domain = self.symbols.declaration(condition.symbol).domain()
            for value in _few(domain, condition.members.start + 2 * condition.members.modulus):
                if value not in condition.members and self._possible(condition.symbol, value):
                    return pinned({condition.symbol: value})
        domains = {name: self.symbols.declaration(name).domain() for name in condition.symbols}
        found = failure(condition, domains, self.symbols.values)
        if found and all(self._possible(name, value) for name, value in found.items()):
            return pinned(found)
        return " with ".join(f"every {name}" for name in sorted(condition.symbols))

    def _possible(self, name: str, value: Number) -> bool:
        decision = self.symbols.structure.get(name)
        return decision is None or decision.holds({name: value})


def _few(domain: Domain, stop: int) -> list[Any]:
    """Values of a domain, the least first."""
    if domain.choices is not None:
        return sorted(domain.choices)
    low, high = domain.low or 0, domain.high
    last = stop + domain.multiple_of if high is None else min(int(high), stop + domain.multiple_of)
    return list(range(int(low), last + 1, domain.multiple_of))


def _refused(requirement: Requirement, more: str = "") -> Refusal:
    message = requirement.message.format(**requirement.values) + more
    return Refusal(requirement.rule, message, requirement.hint.format(**requirement.values), requirement.argument)


def _refusal(detail: Any) -> Refusal:
    """One error of pydantic in our words."""
    where = detail["loc"]
    name = str(where[0]) if where else ""
    if detail["type"] == "missing":
        return Refusal("CNN012", f"needs {name}", argument="")
    if detail["type"] == "extra_forbidden":
        return Refusal("CNN011", f"has no argument {name}", argument=name)
    cause = detail.get("ctx", {}).get("error", detail["msg"])
    return Refusal("CNN013", f"{name} (={_shown(detail['input'])}) {cause}" if name else str(cause), argument=name)


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
