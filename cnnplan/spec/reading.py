"""The state of reading one spec, and how a value of the document becomes an Expression."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan import ops
from cnnplan.dtypes import STORED
from cnnplan.spec import answers
from cnnplan.spec.answers import truth
from cnnplan.spec.diagnosis import glued
from cnnplan.spec.expressions import Expression, listing, literal, parse
from cnnplan.spec.faults import EvaluationError, Faults, Unreadable
from cnnplan.spec.functions import FUNCTIONS
from cnnplan.spec.scopes import Reference, Scope
from cnnplan.spec.values import Verb
from cnnplan.spec.words import LATE_WIRING, SHAPES, STRUCTURES, TAKEN, WIRING, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.findings import Place

__all__ = ["Reading", "Signature"]


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments of a block: whether each must be given."""

    args: Mapping[str, bool] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """What the readers of one spec share.

    Args:
        faults: what is wrong so far.
        blocks: the arguments of every block, known before any block is read.
        symbols: the names of the symbols.
        calls: of the block being read, the blocks it calls and where.
        frozen: the entries whose weights are not trained.
    """

    faults: Faults = field(default_factory=Faults)
    blocks: dict[str, Signature] = field(default_factory=dict)
    symbols: frozenset[str] = frozenset()
    calls: dict[str, Place] = field(default_factory=dict)
    frozen: set[Place] = field(default_factory=set)
    clock: int = 0

    def now(self) -> int:
        """The time, which goes on with every entry: names can be compared by it."""
        self.clock += 1
        return self.clock

    def wires(self, key: str) -> bool:
        """Whether a key stands beside a verb and is none."""
        return key in WIRING and not (key in LATE_WIRING and key in self.blocks)

    def is_verb(self, word: str) -> bool:
        """Whether a word is an operator, a block, or a verb that holds entries."""
        return word in ops.OPERATORS or word in self.blocks or word in STRUCTURES

    def verbs(self) -> tuple[str, ...]:
        """Every verb."""
        return (*ops.OPERATORS, *self.blocks, *STRUCTURES)

    def operator(self, word: str, scope: Scope) -> type[ops.Operator] | None:
        """The operator that a verb calls; what a spec calls like one that came later goes first."""
        hidden = word in self.blocks or self.held(word, scope)
        return ops.OPERATORS[word] if word in ops.OPERATORS and not hidden else None

    def held(self, word: str, scope: Scope) -> bool:
        """Whether a verb is a name that holds one, which goes before an operator that came later."""
        return word in scope.names and word in ops.LATER and word not in self.blocks

    def value(self, expression: Expression, scope: Scope) -> tuple[Any, ...]:
        """The value of an expression, alone in a tuple, where it is the same wherever it is evaluated."""
        if expression.constant:
            return (expression.value,)
        word = expression.text
        if expression.names == {word} and word not in scope.names:
            return (Verb(word),) if self.is_verb(word) else (word,) if word in STORED else ()
        return ()

    def expression(
        self, data: Any, place: Place, scope: Scope, at: float | None = None, words: tuple[str, ...] | None = None
    ) -> Expression | None:
        """The expression of a value of the document; None where it is none, which is reported.

        `words` are the keywords of an operator's argument, which a misspelt one may have meant.
        """
        if isinstance(data, list):
            items = [self.expression(item, place.below(i), scope, at, words) for i, item in enumerate(data)]
            return listing(tuple(item for item in items if item), place) if all(items) else None
        if isinstance(data, dict):
            self._mapping(data, place, scope)
            return None
        if not isinstance(data, str):
            return literal(data, place)
        try:
            expression = parse(data, place)
        except (Unreadable, EvaluationError) as fault:
            message = glued(data) or str(fault)
            self.faults.add(fault.rule, place, message, layer=scope.layer)
            return None
        return expression if self._names(expression, scope, at, words) else None

    def _mapping(self, data: dict[str, Any], place: Place, scope: Scope) -> None:
        advice = next((advice for key in data if (advice := glued(key))), "")
        self.faults.add("CNN013", place, advice or "a mapping stands where a value is wanted", layer=scope.layer)

    def _names(
        self, expression: Expression, scope: Scope, at: float | None, words: tuple[str, ...] | None = None
    ) -> bool:
        """Whether every name that an expression reads is known; layers are looked for at the end."""
        for layer in sorted(expression.layers):
            moment = self.clock + 0.5 if at is None else at
            scope.layers.references.append(Reference(layer, expression.place, moment, scope.layer))
        unknown = [name for name in sorted(expression.names) if not self._known(name, scope)]
        for name in unknown:
            message = self._unknown(name, expression.place, scope, words)
            hint = "" if name in SHAPES else f"write {truth(name)}" if truth(name) else _here(scope, words)
            self.faults.add("CNN015", expression.place, message, layer=scope.layer, hint=hint)
        return not unknown

    def _unknown(self, name: str, place: Place, scope: Scope, words: tuple[str, ...] | None) -> str:
        """What to say of a name that nothing has."""
        known = {*scope.names, *(SHAPES if scope.shapes else ()), *(self.verbs() if words is None else words)}
        if name in SHAPES:
            return f"{name} has no meaning here: nothing comes in"
        if name in scope.later:
            return f"{name} is not known yet: a default sees the arguments written before it"
        if name in FUNCTIONS:
            return f"{name} is a function: write {name}(...)"
        if name in self._beside(place, scope):
            return f"unknown name {name}: an argument does not see the others, write its value here too"
        if truth(name):
            return f"{name} is a name in YAML 1.2, and nothing here is called like it"
        return _meant(name, scope) or f"unknown name {name}{did_you_mean(name, known)}"

    def _beside(self, place: Place, scope: Scope) -> set[str]:
        """The arguments of the operator of which a place is one."""
        names = {part for part in place.path if isinstance(part, str)}
        operators = (self.operator(name, scope) for name in names if name in ops.OPERATORS)
        return {field for operator in operators if operator is not None for field in operator.model_fields}

    def _known(self, name: str, scope: Scope) -> bool:
        if name in scope.names:
            return True
        if name in SHAPES:
            return scope.shapes
        return (self.is_verb(name) and name not in STRUCTURES) or name in STORED


COMING = frozenset({"x", "self", "channels", "inchannels", "infeatures", "inputchannels", "inputshape"})
"""What people call what comes in, as it sounds."""


def _meant(name: str, scope: Scope) -> str:
    """What a name was meant to be that stands for a tensor, or counts copies; "" where that is not known."""
    if name in TAKEN or any(name in layers.declared for layers in scope.layers.outwards()):
        return f"{name} is a layer: its shape is shape('{name}'), its channels shape('{name}')[1]"
    if answers.sound(name) in COMING:
        return f"unknown name {name}: the shape of what comes in is in_shape, its channels are in_channels"
    return (
        f"unknown name {name}: copies that count are repeat: {{{name}: 3}}" if scope.copied and len(name) == 1 else ""
    )


def _here(scope: Scope, words: tuple[str, ...] | None) -> str:
    known = f"names known here are {', '.join(sorted(scope.names))}" if scope.names else "no names are known here"
    return (
        f"it may be {', '.join(words)}; {known}"
        if words
        else f"{known}; yours are declared in symbols, or in the args of a block"
    )


def is_number(value: Any) -> bool:
    """Whether a value is a number without symbols."""
    return isinstance(value, int | Fraction) and not isinstance(value, bool)
