"""A spec unrolled: entries become layers, blocks are copied, branches joined, names given, shapes known on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.graph.environment import Environment, Frame, Symbols, Undecided, Unjudged
from cnnplan.graph.parts import Call, Draft, Fault, Fragment, Handle, Tensor
from cnnplan.graph.scope import Scope
from cnnplan.graph.workshop import Refusal, Workshop
from cnnplan.ops import OPERATORS, Operator
from cnnplan.sizes import Condition, Count, eq
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.findings import Place
    from cnnplan.spec import Block, Entry, Expression, PathSpec, Spec

__all__ = ["MOST_LAYERS", "Builder", "TooMany"]

MOST_LAYERS = 100_000
"""The most layers, and the most entries evaluated: a bound on time and memory."""

UNKNOWN = Tensor(None, None)


class TooMany(Exception):  # noqa: N818 - a signal
    """The network is too large to be unrolled."""


class Builder:
    """Unrolls the blocks of one spec; what was unrolled once is remembered."""

    def __init__(self, spec: Spec, symbols: Symbols, workshop: Workshop) -> None:
        self.spec = spec
        self.symbols = symbols
        self.workshop = workshop
        self.verbs: dict[str, Any] = {**OPERATORS, **spec.blocks}
        self.steps = 0
        self._fragments: dict[Any, Fragment] = {}

    def network(self, inputs: dict[str, Tensor]) -> Fragment:
        """The layers of the spec itself."""
        body = Body(self, Frame(self.symbols, self.verbs, {}, sees_symbols=True), inputs)
        return body.unroll(self.spec.layers, self.spec.outputs)

    def block(self, block: Block, args: dict[str, Any], inputs: tuple[Tensor, ...]) -> Fragment:
        """The layers of a block with these arguments, on inputs of these shapes."""
        key = (block.name, *((type(value), value) for value in args.values()), *(tensor.shape for tensor in inputs))
        fragment = self._fragments.get(key)
        if fragment is None:
            names = block.inputs or ("input",)
            known = {name: Tensor(-1 - i, tensor.shape) for i, (name, tensor) in enumerate(zip(names, inputs, strict=True))}
            frame = Frame(self.symbols, self.verbs, args, sees_symbols=block.sees_symbols)
            fragment = self._fragments[key] = Body(self, frame, known).unroll(block.layers, block.outputs)
        return fragment

    def step(self) -> None:
        """Count an entry, so that nothing runs for ever."""
        self.steps += 1
        if self.steps > MOST_LAYERS:
            raise TooMany


class Body:
    """The entries of one block, or of the spec, as they are unrolled."""

    def __init__(self, builder: Builder, frame: Frame, inputs: dict[str, Tensor]) -> None:
        self.builder = builder
        self.frame = frame
        self.fragment = Fragment()
        self.scope = Scope()
        for name, tensor in inputs.items():
            self.scope.handles[name] = Handle((tensor,))
        self.start = tuple(inputs.values()) if len(inputs) == 1 else ()

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
        inputs = self.inputs(entry, scope, prev)
        env = Environment(self.frame, scope, inputs[0].shape if inputs else False)
        try:
            handle = self.repeated(entry, scope, inputs, env) if entry.repeat else self.once(entry, scope, inputs, env)
        except Unjudged:
            handle = Handle((UNKNOWN,))
            scope.call(entry.verb, entry.name)
        except EvaluationError as error:
            handle = Handle((UNKNOWN,))
            self.fault(error.rule, str(error), error.place or entry.place, scope.prefix + scope.call(entry.verb, entry.name))
        if entry.name:
            scope.handles[entry.name] = handle
        return handle

    def repeated(self, entry: Entry, scope: Scope, inputs: tuple[Tensor, ...], env: Environment) -> Handle:
        """Copies in a row; the name stands for the last one, and its parts are the copies."""
        assert entry.repeat is not None  # noqa: S101 - the caller asked
        counter = entry.repeat.counter
        start = len(self.fragment.drafts)
        handle = Handle(inputs)
        copies = scope.inner(entry.name) if entry.name else None
        first: Handle | None = None
        if entry.name:
            scope.call(entry.verb, entry.name)
        parts: dict[str, Handle] = {}
        for number, value in enumerate(self.values(entry.repeat.count, env)):
            self.builder.step()
            with self.frame.counting(counter, value):
                here = Environment(self.frame, scope, handle.outputs[0].shape if handle.outputs else False)
                name = None if copies is None else str(number)
                copy = self.once(entry, copies or scope, handle.outputs, here, name)
            first = first or copy
            if entry.share is True and copy is not first:
                self.share(entry, copy, first, scope)
            parts[str(number)] = copy
            handle = Handle(copy.outputs)
        handle.parts = parts if copies else {}
        handle.span = (start, len(self.fragment.drafts))
        return handle

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

    def once(
        self, entry: Entry, scope: Scope, inputs: tuple[Tensor, ...], env: Environment, name: str | None = None
    ) -> Handle:
        """One copy of an entry."""
        verb = self.verb(entry, env)
        called = name or scope.call(verb, entry.name)
        if entry.when is not None and not self.truth(entry.when, env):
            handle = Handle(inputs, verb=verb)
        else:
            handle = self.made(entry, verb, called, scope, inputs, env)
        if name is None:
            scope.handles[called] = handle
        return handle

    def verb(self, entry: Entry, env: Environment) -> str:
        """The verb of an entry, which may be a value."""
        if entry.verb_expression is None:
            return entry.verb
        verb = entry.verb_expression.evaluate(env)
        if verb not in self.builder.verbs:
            raise EvaluationError(f"{entry.verb} (={verb}) is no operator or block")
        return str(verb)

    def made(
        self, entry: Entry, verb: str, called: str, scope: Scope, inputs: tuple[Tensor, ...], env: Environment
    ) -> Handle:
        """What the verb makes."""
        start = len(self.fragment.drafts)
        named = entry.name is not None or called.isdigit()
        if verb in ("branches", "sequence"):
            inner = scope.inner(called) if named else scope
            make = self.branches if verb == "branches" else self.sequence
            handle = make(entry, inner, inputs, env)
            if named:
                self.fragment.names[scope.prefix + called] = handle.outputs
                handle.parts.update(inner.handles)
        elif verb in self.builder.spec.blocks:
            handle = self.block(entry, self.builder.spec.blocks[verb], scope.prefix + called, inputs, env)
        else:
            handle = self.layer(entry, verb, scope.prefix + called, inputs, env)
        handle.span, handle.verb = (start, len(self.fragment.drafts)), verb
        if isinstance(entry.share, str):
            self.share(entry, handle, self.owner(entry, scope), scope)
        return handle

    def sequence(self, entry: Entry, scope: Scope, inputs: tuple[Tensor, ...], _env: Environment) -> Handle:
        """Entries in a row."""
        return Handle(self.run(entry.body, scope, inputs))

    def branches(self, entry: Entry, scope: Scope, inputs: tuple[Tensor, ...], env: Environment) -> Handle:
        """Paths side by side from the same input, joined."""
        ends = [end for path in entry.paths for end in self.path(path, entry, scope, inputs, env)]
        if not ends:
            name = scope.prefix.rstrip(".") or entry.label
            self.fault("CNN016", "no path is left: every path is off", entry.place, name, "leave one path without `when`")
            return Handle((UNKNOWN,))
        if len(ends) == 1:
            return Handle(tuple(ends))
        join = entry.join
        assert join is not None  # noqa: S101 - the document gives branches a join
        verb = str(join.verb_expression.evaluate(env)) if join.verb_expression else join.verb
        called = scope.prefix + scope.call(verb, None)
        args = {key: value.evaluate(env) for key, value in join.args.items()}
        handle = self.operator(verb, args, called, tuple(ends), join.place, entry.place, joins=True)
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

    def block(
        self, entry: Entry, block: Block, name: str, inputs: tuple[Tensor, ...], env: Environment
    ) -> Handle:
        """A block, unrolled where it stands."""
        args: dict[str, Any] = {}
        defaults = Frame(self.frame.symbols, self.builder.verbs, args, sees_symbols=block.sees_symbols)
        callee = Environment(defaults, Scope(), env.in_shape)
        for key, default in block.args.items():
            given = entry.args.get(key)
            if given is None and default is None:
                self.fault("CNN012", f"{block.name} needs {key}", entry.place, name)
                return Handle((UNKNOWN,))
            args[key] = given.evaluate(env) if given is not None else default.evaluate(callee)  # type: ignore[union-attr]
        wanted = len(block.inputs) or 1
        if len(inputs) != wanted:
            message = f"{block.name} takes {wanted} input{'s' * (wanted != 1)}, got {len(inputs)}"
            self.fault("CNN105", message, entry.place, name, f"give `from` {wanted} name{'s' * (wanted != 1)}")
            return Handle((UNKNOWN,) * max(1, len(block.outputs)))
        return self.copied(self.builder.block(block, args, inputs), name, inputs, entry.place)

    def copied(self, fragment: Fragment, name: str, inputs: tuple[Tensor, ...], caller: Place) -> Handle:
        """A fragment that was unrolled before, under another name."""
        mine = self.fragment
        start, prefix = len(mine.drafts), f"{name}."
        if start + len(fragment.drafts) > MOST_LAYERS:
            raise TooMany
        refs = tuple(tensor.ref for tensor in inputs)
        append = mine.drafts.append
        for draft in fragment.drafts:
            shifted = tuple(
                [None if ref is None else ref + start if ref >= 0 else refs[-1 - ref] for ref in draft.inputs]
            )
            owner = None if draft.owner is None else draft.owner + start
            append(Draft(prefix + draft.name, shifted, draft.facts, draft.place, (*draft.called_from, caller), owner))
        mine.faults.extend(fault.copied(prefix, caller) for fault in fragment.faults)
        mine.calls[name] = Call(start, fragment, inputs)
        outputs = tuple(moved(tensor, start, refs) for tensor in fragment.outputs)
        parts = {key: Handle((moved(tensor, start, refs),)) for key, tensor in fragment.parts.items()}
        return Handle(outputs, parts)

    def layer(self, entry: Entry, verb: str, name: str, inputs: tuple[Tensor, ...], env: Environment) -> Handle:
        """An operator with its arguments."""
        args = {key: value.evaluate(env) for key, value in entry.args.items()}
        if entry.from_ is None and OPERATORS[verb].arity[1] == 0:
            inputs = ()
        elif entry.from_ is None and not inputs:
            known = ", ".join(self.scope.handles)
            message = f"there is no layer before this one, and several inputs ({known}): say which with `from`"
            self.fault("CNN016", message, entry.place, name, f"add `from: {next(iter(self.scope.handles), '')}`")
            return Handle((UNKNOWN,))
        return self.operator(verb, args, name, inputs, entry.place.below(entry.verb), entry.place)

    def operator(
        self,
        verb: str,
        args: dict[str, Any],
        name: str,
        inputs: tuple[Tensor, ...],
        place: Place,
        entry: Place,
        *,
        joins: bool = False,
    ) -> Handle:
        """A layer, if it is legal; a fault and an unknown shape if not."""
        facts = None
        op = self.builder.workshop.operator(verb, {key: self.plain(value) for key, value in args.items()})
        refusals = op if isinstance(op, list) else []
        shapes = tuple(tensor.shape for tensor in inputs if tensor.shape is not None)
        if isinstance(op, Operator) and len(shapes) == len(inputs):
            try:
                facts = self.builder.workshop.facts(op, shapes, joins=joins)
            except Refusal as refusal:
                refusals = [refusal]
        for refusal in refusals:
            at = place.below(refusal.argument) if refusal.argument in args else place if args else entry
            self.fault(refusal.rule, refusal.message, at, name, refusal.hint)
        drafts = self.fragment.drafts
        if len(drafts) >= MOST_LAYERS:
            raise TooMany
        drafts.append(Draft(name, tuple([tensor.ref for tensor in inputs]), facts, entry))
        return Handle((Tensor(len(drafts) - 1, facts.shape if facts else None),))

    @staticmethod
    def plain(value: Any) -> Any:
        """A value as an operator takes it: an open condition is no value."""
        if isinstance(value, Condition):
            raise EvaluationError(f"a comparison that is open ({value}) is no argument")
        return value

    def truth(self, when: Expression, env: Environment) -> bool:
        """Whether an entry is on."""
        value = when.evaluate(env)
        if isinstance(value, Condition):
            return env.decide(value) if value.verdict is None else value.verdict
        if not isinstance(value, bool):
            raise EvaluationError(f"when (={value}) must be true or false")
        return value

    def inputs(self, entry: Entry, scope: Scope, prev: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """What an entry reads."""
        if entry.from_ is None:
            return prev
        return tuple(t for name in entry.from_ for t in self.named(name, scope, prev, entry.place, entry.label))

    def named(
        self,
        name: str,
        scope: Scope,
        prev: tuple[Tensor, ...] | None,
        place: Place | None = None,
        label: str = "",
    ) -> tuple[Tensor, ...]:
        """The outputs that a name of `from` or `outputs` stands for."""
        if name == "prev" and prev is not None:
            return prev
        try:
            return tuple(tensor for handle in scope.find(name) for tensor in handle.outputs)
        except EvaluationError as error:
            where = self.builder.spec.layers[-1].place if place is None else place
            message = str(error).replace("unknown name", "no layer before this one is called")
            self.fault(error.rule, message, where.below("from") if place else where, scope.prefix + label)
            return (UNKNOWN,)

    def owner(self, entry: Entry, scope: Scope) -> Handle | None:
        """The earlier entry whose weights this one has."""
        try:
            return scope.find(str(entry.share))[0]
        except EvaluationError as error:
            message = f"share: {error}".replace("unknown name", "no layer before this one is called")
            self.fault(error.rule, message, entry.place.below("share"), scope.prefix + entry.label)
            return None

    def share(self, entry: Entry, copy: Handle, owner: Handle | None, scope: Scope) -> None:
        """Give the layers of a copy the weights of the layers of its owner, one by one."""
        if owner is None:
            return
        drafts = self.fragment.drafts
        mine, theirs = range(*copy.span), range(*owner.span)
        fault = unlike([drafts[i] for i in mine], [drafts[i] for i in theirs])
        if fault:
            where = entry.place.below("share")
            self.fault("CNN109", f"cannot share the weights of {entry.share}: {fault}", where, scope.prefix + entry.label)
            return
        for i, j in zip(mine, theirs, strict=True):
            drafts[i] = drafts[i]._replace(owner=j if drafts[j].owner is None else drafts[j].owner)

    def fault(self, rule: str, message: str, place: Place, layer: str, hint: str = "") -> None:
        """Keep an error."""
        self.fragment.faults.append(Fault(rule, message, place, layer, hint))


def moved(tensor: Tensor, start: int, refs: tuple[int | None, ...]) -> Tensor:
    """A tensor of a fragment, seen from where the fragment was copied to."""
    ref = tensor.ref
    return Tensor(None if ref is None else ref + start if ref >= 0 else refs[-1 - ref], tensor.shape)


def unlike(mine: list[Draft], theirs: list[Draft]) -> str:
    """Why two lists of layers cannot share weights, "" if they can."""
    if len(mine) != len(theirs):
        return f"it has {len(theirs)} layers, this one {len(mine)}"
    for here, there in zip(mine, theirs, strict=True):
        if here.facts is None or there.facts is None:
            continue
        if here.facts.op.verb != there.facts.op.verb:
            return f"{there.name} is a {there.facts.op.verb}, {here.name} a {here.facts.op.verb}"
        if here.facts.op.weights(*here.facts.shapes) != there.facts.op.weights(*there.facts.shapes):
            return f"the weights of {there.name} have other shapes"
    return ""
