"""Operators and what follows from them, made once for all layers that are alike."""

from __future__ import annotations

from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from cnnplan.errors import TooDeep
from cnnplan.graph.parts import Facts, Form, Open
from cnnplan.graph.tools import Refusal, Tool, made_of, refused
from cnnplan.graph.witnesses import Trials, pinned
from cnnplan.ops.elements import NUMBERS
from cnnplan.sizes import Condition, Domain, Number
from cnnplan.sizes.deciding.conditions import Membership
from cnnplan.spec.expressions import told

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from cnnplan.graph.environment import Symbols
    from cnnplan.ops import Operator, Requirement
    from cnnplan.ops.elements import Elements
    from cnnplan.sizes import Shape

    Inputs = tuple[Form | None, ...]

__all__ = ["Judgement", "Workshop", "by_part"]


class Judgement(NamedTuple):
    """What follows from an operator on inputs, and what the symbols said when they were asked; None where not."""

    made: Made
    state: object | None


Made: TypeAlias = "Facts | dict[str, Facts] | list[Refusal] | None"
"""What follows of a layer, or of each of its parts, ".0", where it has several; None where it rests on an error."""


def by_part(made: Facts | dict[str, Facts] | None) -> Mapping[str, Any]:
    """What follows from a layer by its parts, "" for the layer itself."""
    return made if isinstance(made, dict) else {"": made}


class Workshop:
    """Makes operators from evaluated arguments, and judges them on shapes.

    Args:
        symbols: the symbols of the spec.
    """

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self._kept = symbols.kept
        self._judgements: dict[Hashable, Judgement] = symbols.kept.judgements if symbols.kept.is_new else {}
        self._known: dict[Any, Any] = {}

    def made(
        self, verb: str, args: dict[str, Any], inputs: Inputs, said: Hashable = None, *, joins: bool = False
    ) -> Made:
        """What follows from an operator with these arguments on these inputs, or all that is wrong with it.

        Args:
            verb: the operator.
            args: its arguments.
            inputs: the forms of its inputs.
            said: what tells the arguments from all others, where that is known.
            joins: whether it joins paths.
        """
        call = (verb, told(args) if said is None else said)
        tool = self._kept.tools.get(call)
        if tool is None:
            tool = self._tool(call, verb, args)
        key = (id(tool), joins, *inputs)
        found = self._judgements.get(key)
        if found is None:
            found = None if self._kept.is_new else self._kept.judgements.get(key)
            if found is None or found.state not in (None, self.symbols.state):
                found = self._kept.judgements[key] = self._judgement(tool, inputs, joins=joins)
            self._judgements[key] = found
        if found.state is not None:
            self.symbols.asked += 1
        return found.made

    def _tool(self, call: Hashable, verb: str, args: dict[str, Any]) -> Tool | list[Refusal]:
        """An operator that was not made before; one of plain numbers is kept for all plans of the spec."""
        tool = self._kept.tools[call] = made_of(verb, args)
        known = self._kept.spec.tools
        if isinstance(tool, Tool) and tool.is_settled and len(known) < MOST_TOOLS:
            known[call] = tool
        return tool

    def form(self, shape: Shape, elements: Elements = NUMBERS) -> Form:
        """The form of tensors of this shape."""
        key = (shape, elements)
        found = self._kept.forms.get(key)
        if found is None:
            found = self._kept.forms[key] = Form(shape, elements)
        return found

    def _judgement(self, tool: Tool | list[Refusal], inputs: tuple[Form | None, ...], *, joins: bool) -> Judgement:
        """What follows from an operator on inputs, and whether that depends on what the symbols say."""
        asked, state = self.symbols.asked, self.symbols.state
        made: Made
        if isinstance(tool, list):
            made = tool
        elif None in inputs:
            made = None
        else:
            try:
                made = self._judge(tool, inputs, joins=joins)  # type: ignore[arg-type]
            except Refusal as refusal:
                made = [refusal]
            except TooDeep as error:
                made = [Refusal(error.rule, str(error), error.hint)]
        return Judgement(made, state if self.symbols.asked > asked else None)

    def _judge(self, tool: Tool, inputs: tuple[Form, ...], *, joins: bool) -> Facts | dict[str, Facts]:
        """What follows from an operator on inputs of these forms; raises Refusal where it is not legal."""
        op, asked = tool.op, tool.op.asked
        shapes, elements = tuple(map(SHAPE, inputs)), tuple(map(ELEMENTS, inputs))
        tool.refuse(shapes)
        required = [tool.bounds, op.needs(*shapes)]
        if "reads" in asked or elements.count(NUMBERS) < len(elements):
            required.append(op.reads(*elements))
        if "finds" in asked:
            required.append(op.finds(shapes, elements))
        if joins:
            required.append(op.joins(*shapes))
        kept: list[Open] = []
        for requirement in chain.from_iterable(required):
            self._require(requirement, kept)
        parts = op.parts(*shapes) if "parts" in asked else ()
        if parts:
            return self._parts(parts, shapes, elements, tuple(kept), joins=joins)
        shape, held = op.output(*shapes), op.gives(*elements) if "gives" in asked else NUMBERS
        stays = bool(inputs) and shape is shapes[0] and held is elements[0]
        form = inputs[0] if stays else self.form(shape, held)
        return Facts(op.placed(*shapes, joins=joins) if "placed" in asked else op, shapes, form, tuple(kept))

    def _parts(
        self,
        parts: tuple[Operator, ...],
        shapes: tuple[Shape, ...],
        elements: tuple[Elements, ...],
        opens: tuple[Open, ...],
        *,
        joins: bool,
    ) -> dict[str, Facts]:
        """What follows from each of the layers that stand for one with several outputs; the first has what is open."""
        made: dict[str, Facts] = {}
        for number, part in enumerate(parts):
            form = self.form(part.output(*shapes), part.gives(*elements))
            made[f".{number}"] = Facts(part.placed(*shapes, joins=joins), shapes, form, () if made else opens)
        return made

    def _require(self, requirement: Requirement, kept: list[Open]) -> None:
        """Keep an open condition, with a declared value at which it fails; refuse one that fails everywhere."""
        condition = requirement.condition
        if isinstance(condition, Condition):
            condition = self.symbols.given(condition)
            if condition.verdict is None:
                kept.append(
                    Open(condition, requirement, "" if self.symbols.lenient else self._witness(condition, requirement))
                )
                return
            condition = condition.verdict
        if not condition:
            raise refused(requirement)

    def _witness(self, condition: Condition, requirement: Requirement) -> str:
        """A declared value at which an open condition fails; "" where none is known.

        What fails at the values is refused at once, and so is an argument that no layer could have.
        """
        values = self.symbols.values
        if condition.symbols <= values.keys() and not condition.holds(values, self._known):
            at = pinned({name: values[name] for name in sorted(condition.symbols)})
            raise refused(requirement, f" at {at}: needs {condition}")
        found = self._counterexample(condition) if self.symbols.claims(condition) else ""
        if found and requirement.rule == ARGUMENT:
            raise refused(requirement, f": needs {condition}, and {found} is declared legal")
        return found

    def _counterexample(self, condition: Condition) -> str:
        """A declared value at which the condition fails, as far as one is found."""
        if isinstance(condition, Membership):
            domain = self.symbols.declaration(condition.symbol).domain()
            for value in _few(domain, condition.members.start + 2 * condition.members.modulus):
                if value not in condition.members and self._possible(condition.symbol, value):
                    return pinned({condition.symbol: value})
        domains = {name: self.symbols.declaration(name).domain() for name in condition.symbols}
        found = Trials(domains, self.symbols.values).failure(condition)
        return pinned(found) if found and all(self._possible(*each) for each in found.items()) else ""

    def _possible(self, name: str, value: Number) -> bool:
        decision = self.symbols.structure.get(name)
        return decision is None or decision.holds({name: value})


MOST_TOOLS = 1000
"""Operators beyond which a spec keeps no more: it may be planned for one width after the other."""

SHAPE, ELEMENTS = attrgetter("shape"), attrgetter("elements")

ARGUMENT = "CNN013"
"""The rule of an argument that is none: a stride of 0."""


def _few(domain: Domain, stop: int) -> Iterable[Any]:
    """Values of a domain, the least first."""
    if domain.choices is not None:
        return sorted(domain.choices)
    low, high = domain.low or 0, domain.high
    last = stop + domain.multiple_of if high is None else min(int(high), stop + domain.multiple_of)
    return range(int(low), last + 1, domain.multiple_of)
