"""Layers and blocks, put into the fragment they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.dtypes import STORED, Storage
from cnnplan.graph.advice import Meeting, way_out
from cnnplan.graph.environment import Environment, Frame
from cnnplan.graph.fragments import NO_PARTS, Call, Handle
from cnnplan.graph.parts import UNKNOWN, Draft, Facts, Fault, Site, Tensor
from cnnplan.graph.scope import Scope
from cnnplan.graph.tools import refused
from cnnplan.graph.unrolling.wiring import Wiring
from cnnplan.ops import OPERATORS
from cnnplan.spec import EvaluationError
from cnnplan.spec.origins import together

if TYPE_CHECKING:
    from cnnplan.graph.parts import Form, Open
    from cnnplan.graph.tools import Refusal
    from cnnplan.graph.workshop import Made
    from cnnplan.spec import Block, Entry, Expression, JoinSpec

__all__ = ["Assembly"]

TOO_MANY = "CNN105"
"""The fault of more or fewer inputs than are taken."""

UNEQUAL = "CNN103"
"""The fault of inputs that do not fit together."""


class Assembly(Wiring):
    """Makes operators and blocks of evaluated arguments, and puts them in their place."""

    def layer(self, entry: Entry, verb: str, name: str, scope: Scope, given: Handle) -> Handle:
        """An operator with its arguments."""
        template, inputs = entry.args.template, given.outputs
        args = template.evaluate(Environment(self.frame, scope, given)) if template.open else template.known
        if entry.from_ is None and OPERATORS[verb].arity[1] == 0:
            inputs = ()
        elif not inputs and entry.from_ is None:
            known = ", ".join(self.scope.handles)
            message = f"there is no layer before this one, and several inputs ({known}): say which with `from`"
            self.fault("CNN016", message, entry.place, name, f"add `from: {next(iter(self.scope.handles), '')}`")
            return Handle((UNKNOWN,))
        origin = self.origin(entry, scope, given) if entry.origin else ""
        storage = self.told if entry.dtype is None else self.storage(entry, scope, given)
        refs, forms = (inputs[0][:1], inputs[0][1:]) if len(inputs) == 1 else columns(inputs)
        made = self.builder.workshop.made(verb, args, forms, template.key)
        if type(made) is Facts and not made.is_refuted:
            return Handle((self.draft(Draft(name, refs, made, entry.place, origin, storage)),))
        return self.parts(made, args, inputs, Site(name, entry.place, entry.verb, None, origin, storage))

    def join(self, join: JoinSpec, verb: str, inputs: tuple[Tensor, ...], site: Site, env: Environment) -> Handle:
        """An operator that joins what paths end with."""
        args = join.args.template.evaluate(env)
        refs, forms = columns(inputs)
        made = self.builder.workshop.made(verb, args, forms, join.args.template.key, joins=True)
        if type(made) is Facts and not made.is_refuted:
            return Handle((self.draft(Draft(site.name, refs, made, site.entry, site.origin, site.storage)),))
        return self.parts(made, args, inputs, site)

    def parts(self, made: Made, args: dict[str, Any], inputs: tuple[Tensor, ...], site: Site) -> Handle:
        """A layer that has several outputs, or that something is wrong with: then a fault and an unknown shape."""
        self._tell(made, args, inputs, site)
        refs = columns(inputs)[0]
        found = made if isinstance(made, dict) else {"": made if isinstance(made, Facts) else None}
        tensors = {
            part[1:]: self.draft(Draft(site.name + part, refs, facts, site.entry, site.origin, site.storage))
            for part, facts in found.items()
        }
        parts = {part: Handle((tensor,)) for part, tensor in tensors.items() if part}
        return Handle(tuple(tensors.values()), parts or NO_PARTS)

    def _tell(self, made: Made, args: dict[str, Any], inputs: tuple[Tensor, ...], site: Site) -> None:
        """Keep what is wrong with a layer, or fails at a value that is declared."""
        if isinstance(made, list):
            for fault in made:
                self._refuse(fault, args, inputs, site)
            return
        for facts in made.values() if isinstance(made, dict) else (made,):
            for open_ in facts.open if facts else ():
                if open_.witness:
                    self._refuse(refused(open_.requirement), args, inputs, site, open_)

    def _refuse(
        self, fault: Refusal, args: dict[str, Any], inputs: tuple[Tensor, ...], site: Site, open_: Open | None = None
    ) -> None:
        """Keep what is wrong with a layer, at the argument at fault."""
        place = site.args.below(fault.argument) if fault.argument in args else site.args if args else site.entry
        hint = self._way_out(fault, inputs, site)
        self.fragment.faults.append(Fault(fault.rule, fault.message, place, site.name, hint, open_))

    def draft(self, draft: Draft) -> Tensor:
        """A layer, or a part of one that has several outputs, in its place: what it gives."""
        return Tensor(self.fragment.put(draft), None if draft.facts is None else draft.facts.form)

    def _way_out(self, fault: Refusal, inputs: tuple[Tensor, ...], site: Site) -> str:
        """The hint; where inputs do not fit together, with what they are."""
        if fault.rule == TOO_MANY and not fault.hint and len(inputs) > 1:
            return "say which of them it reads with `from`"
        if fault.rule != UNEQUAL or len(inputs) < 2:  # noqa: PLR2004 - a pair
            return fault.hint
        names = [self.fragment.called(tensor.ref) or self._input(tensor.ref) for tensor in inputs]
        better = way_out(Meeting(site.verb, fault.dim, inputs, names, self.fragment, site.join is not None))
        return f"it reads {', '.join(names[:-1])} and {names[-1]}; {better or fault.hint}".removesuffix("; ")

    def _input(self, ref: int | None) -> str:
        """The name of what comes in."""
        known = (name for name, handle in self.scope.handles.items() if [t.ref for t in handle.outputs] == [ref])
        return next(known, "input")

    def block(self, entry: Entry, block: Block, name: str, scope: Scope, given: Handle) -> Handle:
        """A block, unrolled where it stands."""
        template = entry.args.calling(block)
        if template is None:
            args = self.arguments(entry, block, Environment(self.frame, scope, given))
        else:
            args = template.evaluate(Environment(self.frame, scope, given)) if template.open else template.known
        if isinstance(args, str):
            self.fault("CNN012", f"{block.name} needs {args}", entry.place, name)
            return Handle((UNKNOWN,))
        fragment = self.builder.block(block, args, given, template.key if template else None)
        if fragment is None:
            if UNKNOWN not in given.outputs:
                self._unfit(entry, block, name, given.outputs)
            return Handle((UNKNOWN,) * max(1, len(block.outputs)))
        origin = self.origin(entry, scope, given) if entry.origin else self.outer
        storage = self.told if entry.dtype is None else self.storage(entry, scope, given)
        refs = given.outputs[0][:1] if len(given.outputs) == 1 else columns(given.outputs)[0]
        return self.called(Call(name, self.fragment.size, fragment, refs, entry.place, origin, storage))

    def _unfit(self, entry: Entry, block: Block, name: str, inputs: tuple[Tensor, ...]) -> None:
        """Keep that a block takes something else than it gets."""
        wanted = len(block.inputs) or 1
        kinds = f", {' and '.join(sorted(block.lists))} a list" if block.lists else ""
        message = f"{block.name} takes {wanted} input{'s' * (wanted != 1)}{kinds}, got {len(inputs)}"
        hint = f"give `from` {wanted} name{'s' * (wanted != 1)}"
        if entry.repeat and len(block.outputs) > wanted:
            hint = f"say which output the next copy takes: from: prev.{block.outputs[0]}"
        self.fault("CNN105", message, entry.place, name, hint)

    def arguments(self, entry: Entry, block: Block, env: Environment) -> dict[str, Any] | str:
        """The arguments of a block one by one, or the name of one that is missing.

        A default sees the arguments before it and the inputs of the block.
        """
        args: dict[str, Any] = {}
        inside = Frame(self.frame.symbols, self.builder.verbs, args, sees_symbols=block.sees_symbols)
        for key, default in block.args.items():
            if key in entry.args:
                args[key] = entry.args[key].evaluate(env)
            elif default is not None:
                args[key] = default.evaluate(Environment(inside, Scope(), env.given))
            else:
                return key
        return args

    def origin(self, entry: Entry, scope: Scope, given: Handle) -> str:
        """What an entry is called where it comes from, below the groups that it stands in."""
        if entry.origin is None:
            return ""
        return together(self.outer, str(entry.origin.evaluate(Environment(self.frame, scope, given))))

    def storage(self, entry: Entry, scope: Scope, given: Handle) -> Storage | None:
        """What an entry is stored in, or a group that it stands in; None where nobody says."""
        if entry.dtype is None:
            return self.told
        env = Environment(self.frame, scope, given)
        told = Storage(*(_type(each, env) for each in (entry.dtype.weights, entry.dtype.activations)))
        return told.within(self.told)

    def called(self, call: Call) -> Handle:
        """A block that was unrolled, under its name here, and what is known here of it."""
        called = call.fragment
        self.fragment.hold(call)
        if not called.parts:
            return Handle(call.outputs)
        parts = {key: _outside(call, part) for key, part in called.parts.items()}
        return Handle(call.outputs, parts, groups=tuple([len(part.outputs) for part in parts.values()]))


def columns(tensors: tuple[Tensor, ...]) -> tuple[tuple[int | None, ...], tuple[Form | None, ...]]:
    """The numbers of some tensors, and what they are like."""
    return tuple([tensor.ref for tensor in tensors]), tuple([tensor.form for tensor in tensors])


def _type(told: Expression | None, env: Environment) -> str:
    """The type that an expression gives, "" where there is none."""
    if told is None:
        return ""
    value = told.evaluate(env)
    if value not in STORED:
        error = EvaluationError(f"dtype (={value}) is no type that numbers are stored in, such as int8")
        error.place = told.place
        raise error
    return str(value)


def _outside(call: Call, part: Handle) -> Handle:
    """An output of a block as its caller knows it, with its elements where it is a list."""
    parts = {key: _outside(call, each) for key, each in part.parts.items()}
    return Handle(tuple(map(call.outside, part.outputs)), parts, is_list=part.is_list)
