"""The entries of one block, or of the spec, unrolled: repeated, switched, branched, joined and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.errors import TooDeep
from cnnplan.graph.assembly import Assembly
from cnnplan.graph.environment import Environment, Undecided, Unjudged
from cnnplan.graph.parts import MOST_LAYERS, UNKNOWN, Fragment, Handle, Site, Tensor, TooMany
from cnnplan.ops import OPERATORS
from cnnplan.sizes import Condition, Count, eq
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from cnnplan.graph.scope import Scope
    from cnnplan.spec import Entry, Expression, PathSpec

__all__ = ["Body"]

GROUPS = ("branches", "sequence")
"""The verbs that have entries inside."""


class Body(Assembly):
    """The control flow of the language."""

    def unroll(self, entries: tuple[Entry, ...], outputs: tuple[str, ...]) -> Fragment:
        """All entries in a row; the outputs are those named, or what the last entry gives."""
        last = self.run(entries, self.scope, self.start)
        self.fragment.outputs = last
        if outputs:
            found = [self.named(name, self.scope, None) for name in outputs]
            self.fragment.outputs = tuple(tensor for handle in found for tensor in handle)
            self.fragment.parts = dict(zip(outputs, self.fragment.outputs, strict=False))
        return self.fragment

    def run(self, entries: Iterable[Entry], scope: Scope, prev: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Entries in a row, each on what the one before gave."""
        for entry in entries:
            prev = self.entry(entry, scope, prev).outputs
        return prev

    def entry(self, entry: Entry, scope: Scope, prev: tuple[Tensor, ...]) -> Handle:
        """One entry, repeated as often as it says, under its name."""
        self.builder.step()
        if self.builder.broken and entry.place in self.builder.broken:
            return self.broken(entry, scope)
        inputs = prev if entry.from_ is None else self.inputs(entry.from_, entry, scope, prev)
        env = Environment(self.frame, scope, inputs)
        try:
            handle = self.repeated(entry, inputs, env) if entry.repeat else self.once(entry, inputs, env)
        except Unjudged:
            handle = Handle((UNKNOWN,))
        except (EvaluationError, TooDeep) as error:
            handle = self.unknown(error, entry, scope.prefix + (entry.name or entry.label))
        if entry.name:
            scope.handles[entry.name] = handle
            self.fragment.names[scope.prefix + entry.name] = handle.outputs
        return handle

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

    def repeated(self, entry: Entry, inputs: tuple[Tensor, ...], env: Environment) -> Handle:
        """Copies in a row; the name stands for the last one, and its parts are the copies."""
        assert entry.repeat is not None  # noqa: S101 - the caller asked
        start, scope, outer = self.fragment.size, env.scope, self.frame.counters
        copies = scope.inner(entry.name) if entry.name else None
        if entry.name:
            scope.call(entry.verb, entry.name)
        values = self.values(entry.repeat.count, env)
        try:
            made = list(self.copies(entry, values, inputs, copies or scope, named=copies is not None))
        finally:
            self.frame.counters = outer
        if entry.share is True:
            for copy in made[1:]:
                self.share(entry, copy, made[0], scope)
        parts = {str(number): copy for number, copy in enumerate(made)} if copies else {}
        return Handle(made[-1].outputs if made else inputs, parts, (start, self.fragment.size))

    def copies(
        self, entry: Entry, values: Iterable[Any], inputs: tuple[Tensor, ...], scope: Scope, *, named: bool
    ) -> Iterator[Handle]:
        """The copies of an entry, each on what the one before gave, while the counter has these values."""
        assert entry.repeat is not None  # noqa: S101 - the caller asked
        frame, outer, counter = self.frame, self.frame.counters, entry.repeat.counter
        for number, value in enumerate(values):
            self.builder.step()
            if counter:
                frame.counters = {**outer, counter: value}
            copy = self.once(entry, inputs, Environment(frame, scope, inputs), str(number) if named else None)
            inputs = copy.outputs
            yield copy

    def values(self, count: Expression, env: Environment) -> Iterable[Any]:
        """What a counter runs through."""
        value = count.evaluate(env)
        if isinstance(value, tuple):
            return value
        if isinstance(value, Count):
            value = self.fixed(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise EvaluationError(f"repeat (={value}) must be a whole number, 0 or more, or a list")
        if value > MOST_LAYERS:
            raise TooMany
        return range(value)

    def fixed(self, size: Count) -> Any:
        """The value of a size that something structural depends on; kept as a condition of the plan."""
        missing = sorted(name for name in size.symbols if name not in self.frame.symbols.values)
        if missing:
            raise Undecided(f"{size} decides what is built: {' and '.join(missing)} needs a value")
        value = size.at(self.frame.symbols.values)
        self.frame.symbols.decide(eq(size, value))
        return value

    def once(self, entry: Entry, inputs: tuple[Tensor, ...], env: Environment, name: str | None = None) -> Handle:
        """One copy of an entry."""
        verb = entry.verb
        if entry.verb_expression is not None:
            verb = self.verb(entry.verb_expression, verb, env, self.builder.verbs)
        called = name or env.scope.call(verb, entry.name)
        try:
            is_on = entry.when is None or self.truth(entry.when, env)
            handle = self.made(entry, verb, called, inputs, env) if is_on else Handle(inputs, verb=verb)
        except Unjudged:
            handle = Handle((UNKNOWN,))
        except (EvaluationError, TooDeep) as error:
            handle = self.unknown(error, entry, env.scope.prefix + called)
        if name is None:
            env.scope.handles[called] = handle
        return handle

    def verb(self, expression: Expression, text: str, env: Environment, known: Container[str] = OPERATORS) -> str:
        """The verb of an entry, or of a join, whose verb is a value."""
        verb = expression.evaluate(env)
        if verb not in known:
            what = "operator" if known is OPERATORS else "operator or block"
            error = EvaluationError(f"{text} (={verb}) is no {what}")
            error.place = expression.place
            raise error
        return str(verb)

    def made(self, entry: Entry, verb: str, called: str, inputs: tuple[Tensor, ...], env: Environment) -> Handle:
        """What the verb makes."""
        start, scope = self.fragment.size, env.scope
        block = self.builder.spec.blocks.get(verb)
        if block is not None:
            handle = self.block(entry, block, scope.prefix + called, inputs, env)
        elif verb in GROUPS:
            handle = self.group(entry, verb, called, inputs, env)
        else:
            handle = self.layer(entry, verb, scope.prefix + called, inputs, env)
        handle.span, handle.verb = (start, self.fragment.size), verb
        if isinstance(entry.share, str):
            self.share(entry, handle, self.owner(entry, scope), scope)
        return handle

    def group(self, entry: Entry, verb: str, called: str, inputs: tuple[Tensor, ...], env: Environment) -> Handle:
        """Entries that stand inside of one: under its name, if it has one."""
        named = entry.name is not None or called.isdigit()
        scope = env.scope.inner(called) if named else env.scope
        outer, self.outer = self.outer, self.origin(entry, env) or self.outer
        try:
            handle = (self.branches if verb == "branches" else self.sequence)(entry, scope, inputs, env)
        finally:
            self.outer = outer
        if named:
            handle.parts.update(scope.handles)
        return handle

    def sequence(self, entry: Entry, scope: Scope, inputs: tuple[Tensor, ...], _env: Environment) -> Handle:
        """Entries in a row."""
        return Handle(self.run(entry.body, scope, inputs))

    def branches(self, entry: Entry, scope: Scope, inputs: tuple[Tensor, ...], env: Environment) -> Handle:
        """Paths side by side from the same input, joined."""
        ends = [end for path in entry.paths for end in self.path(path, entry, scope, inputs, env)]
        if not ends:
            name = scope.prefix.rstrip(".") or entry.label
            self.fault(
                "CNN016", "no path is left: every path is off", entry.place, name, "leave one path without `when`"
            )
            return Handle((UNKNOWN,))
        if len(ends) == 1:
            return Handle(tuple(ends))
        join = entry.join
        assert join is not None  # noqa: S101 - the document gives branches a join
        verb = join.verb if join.verb_expression is None else self.verb(join.verb_expression, join.verb, env)
        called = scope.prefix + scope.call(verb, None)
        args = {key: value.evaluate(env) for key, value in join.args.items()}
        handle = self.operator(verb, args, tuple(ends), Site(called, entry.place, verb, join.place), joins=True)
        scope.handles[called.removeprefix(scope.prefix)] = handle
        return handle

    def path(
        self, path: PathSpec, entry: Entry, scope: Scope, inputs: tuple[Tensor, ...], env: Environment
    ) -> Iterator[Tensor]:
        """One path, if it is on: what it ends with."""
        if path.when is not None and not self.truth(path.when, env):
            return
        if path.from_ is not None:
            inputs = tuple(t for name in path.from_ for t in self.named(name, scope, inputs, path.place, entry.label))
        inner = scope.inner(path.name) if path.name else scope
        outputs = self.run(path.layers, inner, inputs)
        if path.name:
            scope.handles[path.name] = Handle(outputs, dict(inner.handles))
            self.fragment.names[scope.prefix + path.name] = outputs
        yield from outputs

    def truth(self, when: Expression, env: Environment) -> bool:
        """Whether an entry is on."""
        value = when.evaluate(env)
        if isinstance(value, Condition):
            return env.decide(value) if value.verdict is None else value.verdict
        if not isinstance(value, bool):
            raise EvaluationError(f"when (={value}) must be true or false")
        return value
