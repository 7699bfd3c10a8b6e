"""What can be said of an entry before its block is called, said once: a step, which is taken for every call.

A step reads what the one before gives, with the arguments and the input of the call. What it cannot do, such as tell
what is wrong with a layer, is Unusual.
"""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Any, TypeAlias

from cnnplan.graph.counting import counted, is_on
from cnnplan.graph.environment import Environment
from cnnplan.graph.fragments import Call, Fragment, Handle, call_of
from cnnplan.graph.parts import Facts, draft_of, tensor_of
from cnnplan.graph.scope import Scope
from cnnplan.ops import OPERATORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.findings import Place
    from cnnplan.graph.environment import Frame
    from cnnplan.graph.parts import Tensor
    from cnnplan.graph.unrolling.builder import Builder
    from cnnplan.graph.workshop import Made
    from cnnplan.spec import Block, Entry, Expression, JoinSpec, Repeat

__all__ = ["Copies", "Fork", "Layer", "Making", "Once", "Row", "Unusual", "is_source"]

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

    def named(self, verb: str) -> str:
        """The name of an entry that has none."""
        number = self.counts[verb] = self.counts.get(verb, 0) + 1
        return f"{verb}{number}"

    def placed(self, name: str, reads: tuple[int | None, ...], made: Made, place: Place) -> Tensor:
        """A layer in its place: what it gives."""
        if type(made) is not Facts or made.is_refuted:
            raise Unusual
        return tensor_of((self.fragment.put(draft_of((name, reads, made, place, "", None))), made.form))


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
        verb, counts = self.verb or self.called(making, given), making.counts
        number = counts[verb] = counts.get(verb, 0) + 1
        given = self.copy(making, given, verb, self.name or f"{verb}{number}")
        if self.name:
            making.fragment.names[self.name] = (given,)
        return given

    def called(self, making: Making, given: Tensor) -> str:
        """The verb, where that is a value."""
        expression = self.entry.verb_expression
        verb = "" if expression is None else expression.evaluate(making.sees(given))
        if verb not in making.builder.verbs or is_source(verb):
            raise Unusual
        making.fragment.verbs |= {str(verb)}
        return str(verb)

    def copy(self, making: Making, given: Tensor, verb: str, name: str) -> Tensor:
        """One copy, if it is on."""
        if self.when is not None and not is_on(self.when, making.sees(given)):
            return given
        block = making.builder.blocks.get(verb)
        return self.layer(making, given, verb, name) if block is None else self.block(making, given, block, name)

    def layer(self, making: Making, given: Tensor, verb: str, name: str) -> Tensor:
        """An operator with its arguments."""
        template = self.template
        args = template.evaluate(making.sees(given)) if template.open else template.known
        made = making.builder.workshop.made(verb, args, given[1:], template.key)
        return making.placed(name, given[:1], made, self.place)

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
        call = call_of((name, outer.size, fragment, given[:1], self.place, "", None))
        outer.hold(call)
        return call.outside(fragment.outputs[0])


class Layer(Once):
    """An operator that is always on, as most entries are."""

    __slots__ = ()

    copy = Once.layer


class Copies(Once):
    """The same, repeated: copies in a row, each on what the one before gives; under its name, if it has one."""

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
        if self.name:
            making.named(self.entry.verb)
        for number, value in enumerate(counted(self.count, making.sees(given))):
            making.steps += 1
            if counter:
                frame.names = {**outer, counter: value}
            verb = verb or self.called(making, given)
            name = f"{self.name}.{number}" if self.name else making.named(verb)
            env = making.sees(given)
            if fragment is not None and given.form is form:
                known, values = values, [run(env) for run in self.varying]
                if all(map(is_, values, known)):
                    if fragment.state is not None:
                        making.builder.reused(fragment)
                    given = self.call(making.fragment, given, fragment, name)
                    continue
            form, given = given.form, self.copy(making, given, verb, name)
            fragment = self.last(making.fragment)
            if fragment is not None:
                values = [run(env) for run in self.varying]
        making.steps += 1
        frame.names = outer
        if self.name:
            making.fragment.names[self.name] = (given,)
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
        making.named("branches")
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
        name = making.named(verb)
        args = template.evaluate(making.sees(given)) if template.open else template.known
        refs, forms = zip(*ends, strict=True)
        made = making.builder.workshop.made(verb, args, forms, template.key, joins=True)
        return making.placed(name, refs, made, self.place)


Row: TypeAlias = "tuple[Once | Fork, ...]"


def is_source(verb: str) -> bool:
    """Whether it is an operator that reads nothing."""
    return verb in OPERATORS and OPERATORS[verb].arity[1] == 0
