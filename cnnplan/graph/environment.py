"""What the expressions of an entry see: counters, arguments, symbols, verbs, and the shapes of what came before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.dtypes import STORED
from cnnplan.graph.fragments import NOTHING
from cnnplan.graph.lists import elements, flat
from cnnplan.graph.parts import UNKNOWN
from cnnplan.sizes import FALSE, TRUE, Condition, Number, chosen, every
from cnnplan.sizes.deciding.conditions import Membership
from cnnplan.spec import EvaluationError, UnknownName, Verb
from cnnplan.spec.values import kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.graph.fragments import Handle
    from cnnplan.graph.keeping import Kept
    from cnnplan.graph.scope import Scope
    from cnnplan.sizes import Shape
    from cnnplan.spec import Spec, Symbol

__all__ = ["Environment", "Frame", "Symbols", "Undecided", "Unjudged"]


class Unjudged(Exception):  # noqa: N818 - a signal, not an error
    """A value rests on a shape that is unknown because of an error that was reported already."""


class Undecided(EvaluationError):  # noqa: N818 - named after what is wrong
    """Something structural depends on a symbol that has no value."""

    rule = "CNN020"


class Symbols:
    """The symbols of a spec, the values at which structure is decided, and the decisions taken.

    Args:
        spec: where they are declared.
        values: what they are bound to, defaults included.
        kept: what is kept of the plans of the spec; sizes are made in its context.
        symbolic: False to plan with the values themselves; or the symbols that stay letters.
        lenient: True to keep every open condition, also one that fails at the values or within what the spec claims.

    Attributes:
        structure: the decisions taken.
        decisions: the same one after the other, each time that one is taken.
        asked: how often the values, or the decisions taken before, made a difference.
    """

    def __init__(
        self,
        spec: Spec,
        values: Mapping[str, Any],
        kept: Kept,
        *,
        symbolic: bool | frozenset[str] = True,
        lenient: bool = False,
    ) -> None:
        self.declared = spec.symbols
        self.values = values
        self.kept = kept
        self.lenient = lenient
        self.decisions: list[Condition] = []
        self.asked = 0
        self._symbolic = symbolic
        self._state: object | None = None
        self.claimed = frozenset(name for name, symbol in spec.symbols.items() if symbol.claims)
        self.structure: dict[str, Condition] = {}
        self.sizes: dict[str, Any] = {}
        self._told: set[str] = set()
        for name, symbol in spec.symbols.items():
            letter = symbolic if isinstance(symbolic, bool) else name in symbolic
            if symbol.numeric and (letter or name not in values):
                self.sizes[name] = kept.size(symbol)

    def value(self, name: str) -> Any:
        """What the name of a symbol means: a size, or the choice that was made."""
        size = self.sizes.get(name)
        if size is not None:
            return size
        self.asked += 1
        if name not in self.values:
            raise Undecided(f"{name} needs a value: give the symbol a default, or --set {name}=...")
        value = self.values[name]
        if name not in self._told:
            self._told.add(name)
            if not isinstance(value, Number) or isinstance(value, bool):
                self.keep(chosen(name, value))
        return value

    def decide(self, condition: Condition) -> bool:
        """Decide what the structure depends on: for all declared values if they agree, else at the values."""
        known = self.given(condition)
        if known.verdict is not None:
            return known.verdict
        missing = sorted(name for name in condition.symbols if name not in self.values)
        if missing:
            names = " and ".join(missing)
            raise Undecided(f"cannot decide {condition}: {names} needs a value; give it a default, or --set it")
        verdict = condition.holds(self.values)
        self.keep(condition if verdict else ~condition)
        return verdict

    def given(self, condition: Condition) -> Condition:
        """The condition, decided where the decisions taken so far decide it."""
        if condition.verdict is not None:
            return condition
        self.asked += 1
        if not self.structure or not isinstance(condition, Membership):
            return condition
        for decision in self.structure.values():
            if isinstance(decision, Membership) and decision.symbol == condition.symbol:
                if (decision & ~condition).verdict is False:
                    return TRUE
                return FALSE if (decision & condition).verdict is False else condition
        return condition

    def keep(self, condition: Condition) -> None:
        """Keep a decision as a condition of the plan."""
        self.decisions.append(condition)
        if isinstance(condition, Membership):
            self._state = None
        if isinstance(condition, Membership) and condition.symbol in self.structure:
            condition = every((self.structure[condition.symbol], condition))
        self.structure[condition.symbol if isinstance(condition, Membership) else str(condition)] = condition

    @property
    def is_symbolic(self) -> bool:
        """Whether all symbols stay letters, and every one of them is a number."""
        return self._symbolic is True and self.sizes.keys() == self.declared.keys()

    @property
    def state(self) -> object:
        """What answers depend on: one object for the same values and the same decisions on symbols."""
        if self._state is None:
            taken = frozenset(each for each in self.structure.values() if isinstance(each, Membership))
            self._state = self.kept.state(
                (self._symbolic, self.lenient, tuple(self.values.items()), kind(self.values), taken)
            )
        return self._state

    def claims(self, condition: Condition) -> bool:
        """Whether the spec claims to be legal for every value of all symbols of the condition."""
        return condition.symbols <= self.claimed

    def declaration(self, name: str) -> Symbol:
        """The symbol as it is declared."""
        return self.declared[name]


class Frame:
    """What is the same for all entries of a block: its arguments, and whether it sees the symbols of the spec.

    Args:
        symbols: the symbols of the spec.
        verbs: the operators and blocks.
        args: the values of the block's arguments.
        sees_symbols: False in a block that was included.

    Attributes:
        names: the values of the arguments, and of the counters that run.
    """

    __slots__ = ("names", "sees_symbols", "symbols", "verbs")

    def __init__(
        self,
        symbols: Symbols,
        verbs: frozenset[str],
        args: Mapping[str, Any],
        *,
        sees_symbols: bool,
    ) -> None:
        self.symbols = symbols
        self.verbs = verbs
        self.names = args
        self.sees_symbols = sees_symbols


class Environment:
    """The names of one entry.

    Args:
        frame: what is the same for all entries of a block.
        scope: where names of layers are looked for.
        given: what the entry reads.
    """

    __slots__ = ("frame", "given", "scope")

    def __init__(self, frame: Frame, scope: Scope, given: Handle = NOTHING) -> None:
        self.frame = frame
        self.scope = scope
        self.given = given

    def lookup(self, name: str) -> Any:
        """The value of a name: counter or argument, symbol, shape of the input, verb, type, in this order."""
        frame = self.frame
        if name in frame.names:
            return frame.names[name]
        if frame.sees_symbols and name in frame.symbols.declared:
            return frame.symbols.value(name)
        if name in ("in_shape", "in_channels"):
            return self._input() if name == "in_shape" else self._channels()
        if name in frame.verbs:
            return Verb(name)
        if name in STORED:
            return name
        raise UnknownName(name, [*frame.names, *frame.symbols.declared, *frame.verbs])

    def shape(self, name: str) -> Shape:
        """The shape of a layer that came before."""
        handles = self.scope.find(name, self)
        if len(handles) != 1 or len(handles[0].outputs) != 1:
            raise EvaluationError(f'shape("{name}"): {name} has several outputs')
        shape = handles[0].outputs[0].shape
        if shape is None:
            raise Unjudged
        return shape

    def count(self, name: str) -> int:
        """How many maps a list has, or how many parts a layer that came before."""
        found = self.scope.find(name, self)
        if UNKNOWN in flat([handle.outputs for handle in found]):
            raise Unjudged
        if len(found) != 1:
            return len(found)
        return len(elements(found[0])) or int(not found[0].is_list)

    def decide(self, condition: Condition) -> bool:
        """Decide at the values of the symbols, and keep the decision."""
        return self.frame.symbols.decide(condition)

    def _input(self) -> Shape:
        inputs = self.given.outputs
        if not inputs:
            raise EvaluationError("there is no input here, so in_shape has no value")
        if inputs[0].form is None:
            raise Unjudged
        return inputs[0].form.shape

    def _channels(self) -> Any:
        shape = self._input()
        if len(shape) < 2:  # noqa: PLR2004 - batch and channels
            raise EvaluationError(f"the input has {len(shape)} axes, so in_channels has no value")
        return shape[1]
