"""Operators and what follows from them, made once for all layers that are alike."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pydantic import ValidationError

from cnnplan.errors import TooDeep
from cnnplan.graph.keeping import kinds as typed
from cnnplan.graph.parts import Facts, Form, Open
from cnnplan.graph.witnesses import Trials, pinned
from cnnplan.ops import OPERATORS
from cnnplan.ops.elements import NUMBERS
from cnnplan.ops.fields import kinds
from cnnplan.sizes import Condition, Domain, Number
from cnnplan.sizes.deciding.conditions import Membership
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from cnnplan.graph.environment import Symbols
    from cnnplan.ops import Operator, Requirement
    from cnnplan.ops.elements import Elements
    from cnnplan.sizes import Shape

__all__ = ["Judgement", "Refusal", "Workshop", "refused"]


class Refusal(Exception):  # noqa: N818 - the cause; the door makes a fault of it
    """An operator cannot be made, or is not legal here.

    Args:
        rule: the rule that is broken.
        message: the cause.
        hint: the way out.
        argument: the argument at fault, "" for the layer as a whole.
        dim: the axis on which inputs do not meet.
    """

    def __init__(self, rule: str, message: str, hint: str = "", argument: str = "", dim: int | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.hint = hint
        self.dim = dim
        self.argument = argument


class Judgement(NamedTuple):
    """What follows from an operator on inputs, and what the symbols said when they were asked; None where not."""

    made: Made
    state: object | None


Made: TypeAlias = "dict[str, Facts | None] | list[Refusal]"
"""What follows of the layer itself, "", or of each of its parts, ".0": None where it rests on an error."""


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

    def made(self, verb: str, args: dict[str, Any], inputs: Sequence[Form | None], *, joins: bool = False) -> Made:
        """What follows from an operator with these arguments on these inputs, or all that is wrong with it."""
        key = (verb, joins, *args, *args.values(), *typed(args.values()), *inputs) if args else (verb, joins, *inputs)
        found = self._judgements.get(key)
        if found is None:
            found = None if self._kept.is_new else self._kept.judgements.get(key)
            if found is None or found.state not in (None, self.symbols.state):
                found = self._kept.judgements[key] = self._judgement(verb, args, inputs, joins=joins)
            self._judgements[key] = found
        if found.state is not None:
            self.symbols.asked += 1
        return found.made

    def _judgement(self, verb: str, args: dict[str, Any], inputs: Sequence[Form | None], *, joins: bool) -> Judgement:
        asked, state = self.symbols.asked, self.symbols.state
        made = self._judged(self.operator(verb, args), inputs, joins=joins)
        return Judgement(made, state if self.symbols.asked > asked else None)

    def operator(self, verb: str, args: dict[str, Any]) -> Operator | list[Refusal]:
        """The operator with these arguments, or all that is wrong with them."""
        key = (verb, *args, *args.values(), *typed(args.values())) if args else (verb,)
        found = self._kept.operators.get(key)
        if found is None:
            found = self._kept.operators[key] = _operator(verb, args)
        return found

    def form(self, shape: Shape, elements: Elements = NUMBERS) -> Form:
        """The form of tensors of this shape."""
        key = (shape, elements)
        found = self._kept.forms.get(key)
        if found is None:
            found = self._kept.forms[key] = Form(shape, elements)
        return found

    def _judged(self, op: Operator | list[Refusal], inputs: Sequence[Form | None], *, joins: bool) -> Made:
        if isinstance(op, list):
            return op
        forms = [form for form in inputs if form is not None]
        try:
            return self._judge(op, forms, joins=joins) if len(forms) == len(inputs) else {"": None}
        except Refusal as refusal:
            return [refusal]
        except TooDeep as error:
            return [Refusal(error.rule, str(error), error.hint)]

    def _judge(self, op: Operator, inputs: Sequence[Form], *, joins: bool) -> Made:
        shapes = tuple([form.shape for form in inputs])
        elements = tuple([form.elements for form in inputs])
        kept: list[Open] = []
        joining = op.joins(*shapes) if joins else ()
        for requirement in chain(op.requires(*shapes), op.reads(*elements), op.finds(shapes, elements), joining):
            self._require(requirement, kept)
        parts = op.parts(*shapes)
        if not parts:
            shape, held = op.output(*shapes), op.gives(*elements)
            stays = bool(inputs) and shape is shapes[0] and held is elements[0]
            form = inputs[0] if stays else self.form(shape, held)
            return {"": Facts(op.placed(*shapes, joins=joins), shapes, form, tuple(kept))}
        made: dict[str, Facts | None] = {}
        for number, part in enumerate(parts):
            form = self.form(part.output(*shapes), part.gives(*elements))
            opens = () if made else tuple(kept)
            made[f".{number}"] = Facts(part.placed(*shapes, joins=joins), shapes, form, opens)
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
        if all(name in values for name in condition.symbols) and not condition.holds(values, self._known):
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


ARGUMENT = "CNN013"
"""The rule of an argument that is none: a stride of 0."""


def _operator(verb: str, args: dict[str, Any]) -> Operator | list[Refusal]:
    for name, value in args.items():
        if isinstance(value, Condition) and not _takes_comparison(verb, name):
            raise EvaluationError(f"a comparison that is open ({value}) is no argument")
    try:
        return OPERATORS[verb](**args)
    except ValidationError as error:
        return [_refusal(detail) for detail in error.errors(include_url=False)]


def _takes_comparison(verb: str, name: str) -> bool:
    field = kinds(OPERATORS[verb]).get(name)
    return field is not None and field.open


def _few(domain: Domain, stop: int) -> Iterable[Any]:
    """Values of a domain, the least first."""
    if domain.choices is not None:
        return sorted(domain.choices)
    low, high = domain.low or 0, domain.high
    last = stop + domain.multiple_of if high is None else min(int(high), stop + domain.multiple_of)
    return range(int(low), last + 1, domain.multiple_of)


def refused(requirement: Requirement, more: str = "") -> Refusal:
    """The refusal of what does not meet a requirement."""
    message = requirement.message.format(**requirement.values) + more
    hint, dim = requirement.hint.format(**requirement.values), requirement.values.get("dim")
    return Refusal(requirement.rule, message, hint, requirement.argument, dim)


def _refusal(detail: Any) -> Refusal:
    """One error of pydantic in our words."""
    where = detail["loc"]
    name = str(where[0]) if where else ""
    if detail["type"] == "missing":
        return Refusal("CNN012", f"needs {name}", argument="")
    if detail["type"] == "extra_forbidden":
        return Refusal("CNN011", f"has no argument {name}", argument=name)
    cause = detail.get("ctx", {}).get("error", detail["msg"])
    return Refusal("CNN013", f"{name} (={_shown(detail['input'])}) {cause}" if name else str(cause), argument=name)


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
