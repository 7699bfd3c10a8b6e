"""Layers and blocks, put into the fragment they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.graph.environment import Environment, Frame
from cnnplan.graph.parts import UNKNOWN, Call, Draft, Fragment, Handle, Site, Tensor
from cnnplan.graph.scope import Scope
from cnnplan.graph.wiring import Wiring
from cnnplan.graph.workshop import Refusal
from cnnplan.ops import OPERATORS, Operator
from cnnplan.sizes import Condition
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from cnnplan.findings import Place
    from cnnplan.graph.parts import Facts
    from cnnplan.spec import Block, Entry

__all__ = ["Assembly"]

UNEQUAL = "CNN103"
"""The fault of inputs that do not fit together."""


class Assembly(Wiring):
    """Makes operators and blocks of evaluated arguments, and puts them in their place."""

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
        return self.operator(verb, args, inputs, Site(name, entry.place.below(entry.verb), entry.place))

    def operator(
        self, verb: str, args: dict[str, Any], inputs: tuple[Tensor, ...], site: Site, *, joins: bool = False
    ) -> Handle:
        """A layer, if it is legal; a fault and an unknown shape if not."""
        made: dict[str, Facts] = {}
        op = self.builder.workshop.operator(verb, {key: self.plain(value) for key, value in args.items()})
        refusals = op if isinstance(op, list) else []
        if isinstance(op, Operator) and not any(tensor.shape is None for tensor in inputs):
            try:
                made = self.builder.workshop.facts(op, inputs, joins=joins)
            except Refusal as refusal:
                refusals = [refusal]
        for fault in refusals:
            place = site.args.below(fault.argument) if fault.argument in args else site.args if args else site.entry
            self.fault(fault.rule, fault.message, place, site.name, self._way_out(fault, inputs))
        refs = tuple([tensor.ref for tensor in inputs])
        unknown: dict[str, Facts | None] = {"": None}
        tensors = {part: self.draft(site, part, refs, facts) for part, facts in (made or unknown).items()}
        parts = {part[1:]: Handle((tensor,)) for part, tensor in tensors.items() if part}
        return Handle(tuple(tensors.values()), parts)

    def draft(self, site: Site, part: str, refs: tuple[int | None, ...], facts: Facts | None) -> Tensor:
        """A layer, or a part of one that has several outputs."""
        self.room(1)
        self.fragment.add(Draft(site.name + part, refs, facts, site.entry))
        if facts is None:
            return Tensor(self.fragment.size - 1, None)
        return Tensor(self.fragment.size - 1, facts.shape, facts.elements)

    def _way_out(self, fault: Refusal, inputs: tuple[Tensor, ...]) -> str:
        """The hint; where inputs do not fit together, with what they are."""
        if fault.rule != UNEQUAL or len(inputs) < 2:  # noqa: PLR2004 - a pair
            return fault.hint
        names = [self.fragment.called(tensor.ref) or self._input(tensor.ref) for tensor in inputs]
        return f"it reads {', '.join(names[:-1])} and {names[-1]}; {fault.hint}".removesuffix("; ")

    def _input(self, ref: int | None) -> str:
        """The name of what comes in."""
        known = (name for name, handle in self.scope.handles.items() if [t.ref for t in handle.outputs] == [ref])
        return next(known, "input")

    @staticmethod
    def plain(value: Any) -> Any:
        """A value as an operator takes it: an open condition is no value."""
        if isinstance(value, Condition):
            raise EvaluationError(f"a comparison that is open ({value}) is no argument")
        return value

    def block(self, entry: Entry, block: Block, name: str, inputs: tuple[Tensor, ...], env: Environment) -> Handle:
        """A block, unrolled where it stands."""
        args: dict[str, Any] = {}
        defaults = Frame(self.frame.symbols, self.builder.verbs, args, sees_symbols=block.sees_symbols)
        callee = Environment(defaults, Scope(), env.inputs)
        for key, default in block.args.items():
            given = entry.args.get(key)
            if given is None and default is None:
                self.fault("CNN012", f"{block.name} needs {key}", entry.place, name)
                return Handle((UNKNOWN,))
            args[key] = given.evaluate(env) if given is not None else default.evaluate(callee)  # type: ignore[union-attr]
        wanted = len(block.inputs) or 1
        if len(inputs) != wanted and UNKNOWN in inputs:
            return Handle((UNKNOWN,) * max(1, len(block.outputs)))
        if len(inputs) != wanted:
            message = f"{block.name} takes {wanted} input{'s' * (wanted != 1)}, got {len(inputs)}"
            self.fault("CNN105", message, entry.place, name, f"give `from` {wanted} name{'s' * (wanted != 1)}")
            return Handle((UNKNOWN,) * max(1, len(block.outputs)))
        return self.called(self.builder.block(block, args, inputs), name, inputs, entry.place)

    def called(self, fragment: Fragment, name: str, inputs: tuple[Tensor, ...], place: Place) -> Handle:
        """A block that was unrolled, under its name here."""
        call = Call(name, self.fragment.size, fragment, tuple([tensor.ref for tensor in inputs]), place)
        self.room(fragment.size)
        self.fragment.add(call)
        parts = {key: Handle((call.outside(tensor),)) for key, tensor in fragment.parts.items()}
        return Handle(tuple([call.outside(tensor) for tensor in fragment.outputs]), parts)
