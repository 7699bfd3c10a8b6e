"""The entries of one block, or of the spec, unrolled: repeated, switched, branched, joined and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.errors import TooDeep
from cnnplan.findings import Place
from cnnplan.graph.counting import counted, is_on
from cnnplan.graph.environment import Environment, Unjudged
from cnnplan.graph.fragments import NO_PARTS, Fragment, Handle
from cnnplan.graph.lists import anew, exported, flat, listed, loose, outermost, short
from cnnplan.graph.parts import MOST_LAYERS, UNKNOWN, Site, Tensor, TooMany
from cnnplan.graph.unrolling.assembly import Assembly
from cnnplan.ops import OPERATORS
from cnnplan.spec import EvaluationError
from cnnplan.spec.words import STRUCTURES

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from cnnplan.graph.scope import Scope
    from cnnplan.spec import Entry, Expression, PathSpec

__all__ = ["Body"]

APART = "none"
"""The join of paths that stay apart: a list of maps."""


class Body(Assembly):
    """The control flow of the language."""

    def unroll(self, entries: Iterable[Entry], outputs: tuple[str, ...]) -> Fragment:
        """All entries in a row; the outputs are those named, or what the last entry gives."""
        last = self.run(entries, self.scope, self.start)
        self.fragment.outputs = last.outputs
        if outputs:
            env = Environment(self.frame, self.scope)
            found = [exported(self.named(name, env, None)) for name in outputs]
            self.fragment.outputs = flat([handle.outputs for handle in found])
            self.fragment.parts = dict(zip(map(outermost, outputs), found, strict=True))
        return self.fragment

    def refuse_off(self, outputs: tuple[str, ...]) -> None:
        """Report the outputs that are switched off: what they gave would be the map of another layer."""
        for number, name in enumerate(outputs):
            handle = self.scope.handles.get(name)
            if handle is not None and handle.off:
                message = f"{name} is off, and an output gives what it computes itself"
                place = Place(self.builder.spec.file, ("outputs", number))
                hint = "leave it out of `outputs`, name what it reads, or switch it on"
                self.fault("CNN016", message, place, name, hint)

    def run(self, entries: Iterable[Entry], scope: Scope, prev: Handle) -> Handle:
        """Entries in a row, each on what the one before gave."""
        builder = self.builder
        for entry in entries:
            builder.steps += 1
            if builder.steps > MOST_LAYERS:
                raise TooMany
            if builder.broken and entry.place in builder.broken:
                prev = self.broken(entry, scope)
                continue
            prev = self.once(entry, entry.verb, scope, prev) if entry.is_plain else self.wired(entry, scope, prev)
            if entry.name:
                scope.handles[entry.name] = prev
                self.fragment.names[scope.prefix + entry.name] = prev.outputs
        return prev

    def wired(self, entry: Entry, scope: Scope, prev: Handle) -> Handle:
        """An entry that says more than what it does: what it reads, how often, in which case."""
        try:
            if entry.repeat is not None:
                return self.repeated(entry, scope, prev)
            given = prev if entry.from_ is None else self.inputs(entry.from_, entry, scope, prev)
            verb = entry.verb if entry.verb_expression is None else self.verb(entry, scope, given)
        except Unjudged:
            return Handle((UNKNOWN,))
        except (EvaluationError, TooDeep) as error:
            return self.unknown(error, entry, scope.prefix + (entry.name or entry.label))
        return self.once(entry, verb, scope, given)

    @staticmethod
    def broken(entry: Entry, scope: Scope) -> Handle:
        """What an entry gives that has a fault of its own: nothing that could be judged."""
        handle = Handle((UNKNOWN,))
        if entry.verb:
            scope.handles[scope.call(entry.verb, entry.name)] = handle
        return handle

    def unknown(self, error: EvaluationError | TooDeep, entry: Entry, name: str) -> Handle:
        """What an entry gives whose expressions have no value; the error is kept."""
        if isinstance(error, TooDeep):
            self.fault(error.rule, str(error), entry.place, name, error.hint)
        else:
            self.fault(error.rule, str(error), error.place or entry.place, name)
        return Handle((UNKNOWN,))

    def repeated(self, entry: Entry, scope: Scope, prev: Handle) -> Handle:
        """Copies in a row; the name stands for the last one, and its parts are the copies."""
        assert entry.repeat is not None  # noqa: S101 - the caller asked
        start, outer, given = self.fragment.size, self.frame.names, prev
        if entry.from_ is not None and not anew(entry):
            given = self.inputs(entry.from_, entry, scope, prev)
        copies = scope.inner(entry.name) if entry.name else None
        if entry.name:
            scope.call(entry.verb, entry.name)
        values = counted(entry.repeat.count, Environment(self.frame, scope, given))
        try:
            made = self.copies(entry, values, (prev, given), scope, copies)
        finally:
            self.frame.names = outer
        if entry.share is True:
            for copy in made[1:]:
                self.share(entry, copy, made[0], scope)
        last = made[-1] if made else Handle(given.outputs, off=True)
        parts = {str(number): copy for number, copy in enumerate(made)} if copies else last.parts
        span = (start, self.fragment.size)
        same: dict[str, Any] = {"verb": last.verb, "groups": last.groups, "is_list": last.is_list, "off": last.off}
        return Handle(last.outputs, parts, span=span, inner={**last.inner, **last.parts}, **same)

    def copies(
        self, entry: Entry, values: Iterable[Any], before: tuple[Handle, Handle], scope: Scope, named: Scope | None
    ) -> list[Handle]:
        """The copies of an entry, each on what the one before gave, while the counter has these values.

        `before` is what comes before the first one, and what that reads.
        """
        assert entry.repeat is not None  # noqa: S101 - the caller asked
        frame, outer, counter = self.frame, self.frame.names, entry.repeat.counter
        expression, read_anew, inner = entry.verb_expression, anew(entry), named or scope
        is_fixed, verb = expression is None or expression.is_fixed(counter), ""
        (prev, given), made = before, list[Handle]()
        for number, value in enumerate(values):
            self.builder.step()
            if counter:
                frame.names = {**outer, counter: value}
            if entry.from_ and (read_anew or (number and short(entry, prev, self.builder.blocks))):
                given = self.inputs(loose(entry, prev), entry, scope, prev)
            if not verb or not is_fixed:
                verb = entry.verb if expression is None else self.verb(entry, inner, given)
            prev = given = self.once(entry, verb, inner, given, str(number) if named else None)
            made.append(prev)
        return made

    def once(self, entry: Entry, verb: str, scope: Scope, given: Handle, name: str | None = None) -> Handle:
        """One copy of an entry, if it is on."""
        start = self.fragment.size
        called = name or scope.call(verb, entry.name)
        try:
            if entry.when is None or is_on(entry.when, Environment(self.frame, scope, given)):
                block = self.builder.blocks.get(verb)
                if block is not None:
                    handle = self.block(entry, block, scope.prefix + called, scope, given)
                elif verb in STRUCTURES:
                    handle = self.group(entry, verb, called, scope, given)
                else:
                    handle = self.layer(entry, verb, scope.prefix + called, scope, given)
                handle.span, handle.verb = (start, self.fragment.size), verb
                if entry.share is not None and entry.share is not True:
                    self.share(entry, handle, self.owner(entry, scope), scope)
            else:
                handle = self.identity(entry, verb, scope.prefix + called, given)
        except Unjudged:
            handle = Handle((UNKNOWN,))
        except (EvaluationError, TooDeep) as error:
            handle = self.unknown(error, entry, scope.prefix + called)
        if name is None:
            scope.handles[called] = handle
        return handle

    def identity(self, entry: Entry, verb: str, name: str, given: Handle) -> Handle:
        """What an entry gives that is off: what it reads, which must be one thing, or as many as it would give."""
        block = self.builder.blocks.get(verb)
        if entry.from_ and len(entry.from_) > 1 and not (block and len(block.outputs) == len(block.inputs)):
            message = f"{verb} is off and reads {len(entry.from_)} layers: which of them it gives is not said"
            hint = "put it into a path of `branches` beside `[]`, or switch off what it reads"
            self.fault("CNN016", message, entry.place, name, hint)
            return Handle((UNKNOWN,))
        return Handle(given.outputs, groups=given.groups, verb=verb, off=True)

    def verb(self, entry: Entry, scope: Scope, given: Handle) -> str:
        """What an entry does whose verb is a value."""
        assert entry.verb_expression is not None  # noqa: S101 - the caller asked
        env = Environment(self.frame, scope, given)
        verb = self.evaluated(entry.verb_expression, entry.verb, env, self.builder.verbs)
        self.fragment.verbs |= {verb}
        return verb

    @staticmethod
    def evaluated(expression: Expression, text: str, env: Environment, known: Container[str] = OPERATORS) -> str:
        """The verb of an entry, or of a join, whose verb is a value."""
        verb = expression.evaluate(env)
        if verb not in known:
            what = "operator" if known is OPERATORS else "operator or block"
            error = EvaluationError(f"{text} (={verb}) is no {what}")
            error.place = expression.place
            raise error
        return str(verb)

    def group(self, entry: Entry, verb: str, called: str, outer: Scope, given: Handle) -> Handle:
        """Entries that stand inside of one: under its name, if it has one."""
        named = entry.name is not None or called.isdigit()
        scope = outer.inner(called) if named else outer
        before = (self.outer, self.told)
        if entry.origin is not None or entry.dtype is not None:
            self.outer = self.origin(entry, outer, given) or self.outer
            self.told = self.storage(entry, outer, given)
        try:
            if verb == "branches":
                handle = self.branches(entry, scope, Environment(self.frame, outer, given))
            else:
                handle = self.sequence(entry, scope, given)
        finally:
            self.outer, self.told = before
        if named and handle.is_list:
            handle.inner = {**handle.inner, **scope.handles}
        elif named:
            handle.parts = {**handle.parts, **scope.handles}
        return handle

    def sequence(self, entry: Entry, scope: Scope, given: Handle) -> Handle:
        """Entries in a row."""
        last = self.run(entry.body, scope, _unmarked(given))
        return Handle(last.outputs, last.parts if last.is_list else NO_PARTS, is_list=last.is_list)

    def branches(self, entry: Entry, scope: Scope, env: Environment) -> Handle:
        """Paths side by side from the same input, joined, or a list of what they end with."""
        ends = [end for path in entry.paths for end in self.paths(path, entry, scope, env)]
        join = entry.join
        assert join is not None  # noqa: S101 - the document gives branches a join
        if join.verb == APART and join.verb_expression is None:
            return listed([Handle((tensor,)) for tensor in flat(ends)])
        tensors = flat(ends)
        if not tensors:
            name = scope.prefix.rstrip(".") or entry.label
            self.fault(
                "CNN016", "no path is left: every path is off", entry.place, name, "leave one path without `when`"
            )
            return Handle((UNKNOWN,))
        if len(tensors) == 1:
            return Handle(tensors)
        verb = join.verb if join.verb_expression is None else self.evaluated(join.verb_expression, join.verb, env)
        called = scope.prefix + scope.call(verb, None)
        handle = self.join(join, verb, tensors, Site(called, entry.place, verb, join.place, "", self.told), env)
        scope.handles[called.removeprefix(scope.prefix)] = handle
        return handle

    def paths(self, path: PathSpec, entry: Entry, scope: Scope, env: Environment) -> Iterator[tuple[Tensor, ...]]:
        """What a path ends with, if it is on; a path that is repeated is as many paths, side by side."""
        if path.repeat is None:
            made = self.path(path, entry, scope, env, scope.inner(path.name) if path.name else scope)
            ends = [made] if made else []
            handle = made or Handle(())
        else:
            ends = list(self.sides(path, entry, scope, env))
            handle = listed(ends)
        if path.name and ends:
            scope.handles[path.name] = handle
            self.fragment.names[scope.prefix + path.name] = handle.outputs
        yield from (end.outputs for end in ends)

    def sides(self, path: PathSpec, entry: Entry, scope: Scope, env: Environment) -> Iterator[Handle]:
        """The paths that a repeated one stands for, while its counter has these values."""
        assert path.repeat is not None  # noqa: S101 - the caller asked
        outer, counter = self.frame.names, path.repeat.counter
        named = scope.inner(path.name) if path.name else None
        try:
            for number, value in enumerate(counted(path.repeat.count, env)):
                self.builder.step()
                if counter:
                    self.frame.names = {**outer, counter: value}
                made = self.path(path, entry, scope, env, named.inner(str(number)) if named else scope)
                if made:
                    yield made
        finally:
            self.frame.names = outer

    def path(self, path: PathSpec, entry: Entry, scope: Scope, env: Environment, inner: Scope) -> Handle | None:
        """One path: what it ends with, None where it is off."""
        if path.when is not None and not is_on(path.when, env):
            return None
        given = _unmarked(env.given)
        if path.from_ is not None:
            outer = Environment(self.frame, scope, env.given)
            found = [h for name in path.from_ for h in self.named(name, outer, given, path.place, entry.label)]
            given = found[0] if len(found) == 1 else Handle(flat([handle.outputs for handle in found]))
        outputs = self.run(path.layers, inner, given).outputs
        return Handle(outputs, dict(inner.handles) if inner is not scope else NO_PARTS)


def _unmarked(given: Handle) -> Handle:
    """What an entry reads, as what comes before the first one inside of it."""
    return Handle(given.outputs, groups=given.groups)
