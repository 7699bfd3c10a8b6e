"""What can be said of an entry before its block is called, said once: a step, which is taken for every call.

A step reads what the one before gives, with the arguments and the input of the call. What it cannot do, such as tell
what is wrong with a layer, is Unusual.
"""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Any, TypeAlias

from cnnplan.graph.counting import counted, is_on
from cnnplan.graph.environment import Environment
from cnnplan.graph.fragments import Call, Fragment, Handle
from cnnplan.graph.parts import MOST_LAYERS, Draft, Facts, Tensor, TooMany
from cnnplan.graph.scope import Scope
from cnnplan.ops import OPERATORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.graph.environment import Frame
    from cnnplan.graph.unrolling.builder import Builder
    from cnnplan.spec import Block, Entry, Expression, JoinSpec, Repeat

__all__ = ["Copies", "Fork", "Making", "Once", "Row", "Unusual", "is_source"]

NOWHERE = Scope()
"""Where no name is looked for."""


class Unusual(Exception):  # noqa: N818 - a signal
    """There is more to a block than its steps can do."""


class Making:
    """A fragment that is being made: its layers so far, how many of each verb, and what the expressions see."""

    __slots__ = ("_env", "_given", "builder", "counts", "fragment", "frame", "steps")

    def __init__(self, builder: Builder, frame: Frame) -> None:
        self.builder = builder
        self.frame = frame
        self.fragment = Fragment()
        self.counts: dict[str, int] = {}
        self.steps = 0
        self._given = Handle(())
        self._env = Environment(frame, NOWHERE, self._given)

    def sees(self, given: Tensor) -> Environment:
        """What an entry sees that reads this; until it is asked for another, since nobody keeps it."""
        self._given.outputs = (given,)
        return self._env

    def reads(self, given: Tensor) -> Handle:
        """The same as what a block gets."""
        self._given.outputs = (given,)
        return self._given


class Once:
    """An operator or a block, with its arguments; `when` and its verb may depend on values.

    Args:
        entry: what is written.
    """

    __slots__ = ("entry", "name", "place", "template", "verb", "when")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.verb = entry.verb if entry.verb_expression is None else ""
        self.name = entry.name
        self.place = entry.place
        self.when = entry.when
        self.template = entry.args.template

    def take(self, making: Making, given: Tensor) -> Tensor:
        """The layers of the entry: what it gives."""
        making.steps += 1
        tensor = self.copy(making, given, self.verb or self.called(making, given))
        if self.name:
            making.fragment.names[self.name] = (tensor,)
        return tensor

    def called(self, making: Making, given: Tensor) -> str:
        """The verb, where that is a value."""
        expression = self.entry.verb_expression
        verb = "" if expression is None else expression.evaluate(making.sees(given))
        if verb not in making.builder.verbs or is_source(verb):
            raise Unusual
        making.fragment.verbs |= {str(verb)}
        return str(verb)

    def copy(self, making: Making, given: Tensor, verb: str) -> Tensor:
        """One copy, if it is on."""
        counts = making.counts
        number = counts[verb] = counts.get(verb, 0) + 1
        if self.when is not None and not is_on(self.when, making.sees(given)):
            return given
        name = self.name or f"{verb}{number}"
        block = making.builder.blocks.get(verb)
        return self.layer(making, given, verb, name) if block is None else self.block(making, given, block, name)

    def layer(self, making: Making, given: Tensor, verb: str, name: str) -> Tensor:
        """An operator with its arguments."""
        template = self.template
        args = template.evaluate(making.sees(given)) if template.open else template.known
        made = making.builder.workshop.made(verb, args, given[1:], template.key)
        if type(made) is not Facts or made.is_refuted:
            raise Unusual
        return _added(making.fragment, Draft(name, given[:1], made, self.place))

    def block(self, making: Making, given: Tensor, block: Block, name: str) -> Tensor:
        """A block, as it was unrolled."""
        template = self.entry.args.calling(block)
        if template is None or given.form is None or block.lists:
            raise Unusual
        args = template.evaluate(making.sees(given)) if template.open else template.known
        fragment = making.builder.block(block, args, making.reads(given), template.key)
        if fragment is None:
            raise Unusual
        return self.call(making.fragment, given, fragment, name)

    def call(self, outer: Fragment, given: Tensor, fragment: Fragment, name: str) -> Tensor:
        """A block that was unrolled, under its name here."""
        if len(fragment.outputs) != 1:
            raise Unusual
        call = Call(name, outer.size, fragment, given[:1], self.place)
        outer.hold(call)
        return call.outputs[0]


class Copies(Once):
    """The same, repeated: copies in a row, each on what the one before gives."""

    __slots__ = ("count", "counter", "varying")

    def __init__(self, entry: Entry, repeat: Repeat) -> None:
        super().__init__(entry)
        self.count = repeat.count
        self.counter = repeat.counter
        self.varying = [each.run for _, each in self.template.open if not each.is_fixed(self.counter)]

    def take(self, making: Making, given: Tensor) -> Tensor:
        """The layers of all copies: what the last one gives."""
        frame, outer, counter = making.frame, making.frame.names, self.counter
        verb, fragment, form, values = self.verb, None, given.form, list[Any]()
        for value in counted(self.count, making.sees(given)):
            making.steps += 1
            if counter:
                frame.names = {**outer, counter: value}
            verb = verb or self.called(making, given)
            env = making.sees(given)
            if fragment is not None and given.form is form:
                known, values = values, [run(env) for run in self.varying]
                if all(map(is_, values, known)):
                    making.builder.reused(fragment)
                    number = making.counts[verb] = making.counts[verb] + 1
                    given = self.call(making.fragment, given, fragment, f"{verb}{number}")
                    continue
            form, given = given.form, self.copy(making, given, verb)
            values, fragment = [run(env) for run in self.varying], self.last(making.fragment)
        making.steps += 1
        frame.names = outer
        return given

    def last(self, outer: Fragment) -> Fragment | None:
        """The block that was called last, where the next copy may be the same."""
        last = outer.items[-1] if outer.items and self.when is None else None
        return last.fragment if isinstance(last, Call) and last.place is self.place else None


class Fork:
    """Branches, joined.

    Args:
        entry: what is written.
        join: how they are joined.
        paths: the steps of each path, and whether it is on.
    """

    __slots__ = ("join", "paths", "place")

    def __init__(self, entry: Entry, join: JoinSpec, paths: Sequence[tuple[Expression | None, Row]]) -> None:
        self.place = entry.place
        self.join = join
        self.paths = paths

    def take(self, making: Making, given: Tensor) -> Tensor:
        """The layers of all paths, and the one that joins them, unless there is one path: what that gives."""
        making.steps += 1
        counts = making.counts
        counts["branches"] = counts.get("branches", 0) + 1
        ends: list[Tensor] = []
        for when, row in self.paths:
            if when is None or is_on(when, making.sees(given)):
                end = given
                for step in row:
                    end = step.take(making, end)
                ends.append(end)
        if len(ends) < 2:  # noqa: PLR2004 - a path alone is not joined
            if not ends:
                raise Unusual
            return ends[0]
        verb, template = self.join.verb, self.join.args.template
        number = counts[verb] = counts.get(verb, 0) + 1
        args = template.evaluate(making.sees(given)) if template.open else template.known
        refs, forms = tuple([end.ref for end in ends]), tuple([end.form for end in ends])
        made = making.builder.workshop.made(verb, args, forms, template.key, joins=True)
        if type(made) is not Facts or made.is_refuted:
            raise Unusual
        return _added(making.fragment, Draft(f"{verb}{number}", refs, made, self.place))


Row: TypeAlias = "tuple[Once | Fork, ...]"


def _added(fragment: Fragment, draft: Draft) -> Tensor:
    """A layer in its place: what it gives."""
    number = fragment.size
    fragment.items.append(draft)
    fragment.size = number + 1
    if number >= MOST_LAYERS:
        raise TooMany
    return Tensor(number, draft.facts.form if draft.facts else None)


def is_source(verb: str) -> bool:
    """Whether it is an operator that reads nothing."""
    return verb in OPERATORS and OPERATORS[verb].arity[1] == 0
