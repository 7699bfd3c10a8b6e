"""Operators made of evaluated arguments, and why they cannot be made, or are not legal somewhere."""

from __future__ import annotations

from fractions import Fraction
from types import NoneType
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import pydantic_core
from cnnplan.ops import OPERATORS
from cnnplan.ops.fields import kinds
from cnnplan.sizes import Condition
from cnnplan.spec import EvaluationError, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.ops import Operator, Requirement
    from cnnplan.sizes import Shape

__all__ = ["Refusal", "Tool", "made_of", "refused"]

SETTLED = frozenset({bool, int, float, Fraction, str, Verb, NoneType})
"""Types of arguments that no symbol is in."""


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


class Tool:
    """An operator, with what holds of it wherever it stands.

    Args:
        op: the operator.
        args: what it was made with; numbers were held against their bounds when it was made.

    Attributes:
        bounds: what its own arguments must be.
        is_settled: whether no argument may have a symbol in it.
    """

    __slots__ = ("_fitting", "bounds", "is_settled", "op")

    def __init__(self, op: Operator, args: Mapping[str, Any]) -> None:
        self.op = op
        self.is_settled = SETTLED.issuperset(map(type, args.values()))
        self.bounds = () if self.is_settled else tuple(op.bounds())
        self._fitting: set[tuple[int, ...]] = set()

    def refuse(self, shapes: tuple[Shape, ...]) -> None:
        """Raise Refusal where it takes no inputs of so many axes; asked once for each."""
        ranks = tuple(map(len, shapes))
        if ranks not in self._fitting:
            fault = self.op.misfit(*shapes)
            if fault is not None:
                raise refused(fault)
            self._fitting.add(ranks)


def made_of(verb: str, args: dict[str, Any]) -> Tool | list[Refusal]:
    """The operator of these arguments, or all that is wrong with them."""
    for name, value in args.items():
        if isinstance(value, Condition) and not _takes_comparison(verb, name):
            raise EvaluationError(f"a comparison that is open ({value}) is no argument")
    try:
        return Tool(OPERATORS[verb](**args), args)
    except pydantic_core.ValidationError as error:
        return [_refusal(detail) for detail in error.errors(include_url=False)]


def _takes_comparison(verb: str, name: str) -> bool:
    field = kinds(OPERATORS[verb]).get(name)
    return field is not None and field.open


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
