"""`--where`: the spec's expression language over a plan's totals, symbols and shapes."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from cnnplan.conventions import CONVENTIONS
from cnnplan.errors import UsageError
from cnnplan.findings import Place
from cnnplan.lazy import np
from cnnplan.plan.records import Named, named
from cnnplan.sizes import FALSE, TRUE, Condition
from cnnplan.sizes.deciding.conditions import All, Comparison, Divisible, Membership, Negation
from cnnplan.spec import EvaluationError, UnknownName, Unreadable, parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from cnnplan.plan import Plan
    from cnnplan.sizes import Extent, Shape
    from cnnplan.sizes.evaluating.grids import Grid
    from cnnplan.spec import Expression

__all__ = ["ASKED", "LEARNS", "TOTALS", "Totals", "asked", "mask", "question", "total"]

MOST_KNOWN = 20
"""Names that are told where none is like it."""

TOTALS = ("params", "buffers", "macs", "flops", "memory")
"""What a plan sums up; memory is what inference takes, in bytes: weights and the peak of the tensors."""


ASKED = (*TOTALS, "training_memory", "training_macs")
"""What may be asked for besides; training is with the optimizer of LEARNS, its MACs are forward and backward."""

LEARNS: ContextVar[tuple[str, bool]] = ContextVar("learns", default=("sgd", False))
"""With which optimizer it is trained, and whether in mixed precision."""


def total(plan: Plan, name: str) -> Extent:
    """One of the totals, or the total as another tool counts."""
    if name in CONVENTIONS:
        return plan.counted(name).total
    if name == "training_memory":
        optimizer, mixed = LEARNS.get()
        return plan.memory.training(optimizer, mixed=mixed).total
    if name == "training_macs":
        return plan.macs + plan.backward_macs
    return plan.memory.inference if name == "memory" else getattr(plan, name)


class Totals:
    """The names of a question: totals, symbols, and the shapes of layers."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def lookup(self, name: str) -> Any:
        """A total, a symbol as it stands in the formulas, or the choice that was made."""
        symbol = self.plan.spec.symbols.get(name)
        if (symbol is None and name in ASKED) or name in TOTALS or (symbol is None and name in CONVENTIONS):
            return total(self.plan, name)
        if symbol is None and name == "legal":
            return True  # of what is legal alone questions are asked
        if symbol is None and name in named(self.plan):
            return Named(name, self.plan, lambda value: value)
        if symbol is None:
            raise UnknownName(name, [*ASKED, *self.plan.spec.symbols, *named(self.plan)])
        return self.plan.graph.context.symbol(name, symbol.domain()) if symbol.numeric else self.plan.values[name]

    def shape(self, name: str) -> Shape:
        """The shape of a layer."""
        if name in self.plan.inputs:
            return self.plan.inputs[name]
        try:
            return self.plan[name].shape
        except KeyError:
            raise EvaluationError(f'shape("{name}"): {self.plan.name} has no layer {name}') from None

    def decide(self, condition: Condition) -> NoReturn:
        """Refuse: a question is asked of all points at once."""
        raise EvaluationError(f"`if` cannot choose by {condition}, which holds for some points and not for others")


def question(text: str) -> Expression:
    """A question as it is written.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return parse(text, Place("--where"))
    except (Unreadable, EvaluationError) as fault:
        raise UsageError(f"--where {text!r}: {fault}") from None


def asked(expression: Expression, plan: Plan) -> Condition:
    """What a question asks of one plan.

    Raises:
        UsageError: it has no meaning there.
    """
    try:
        value = expression.evaluate(Totals(plan))
    except UnknownName as fault:
        known = "" if "did you mean" in str(fault) else f"; known are {', '.join(fault.known[:MOST_KNOWN])} and shape"
        raise UsageError(f"--where {expression.text!r}: {fault}{known}") from None
    except EvaluationError as fault:
        raise UsageError(f"--where {expression.text!r}: {fault}") from None
    if isinstance(value, Condition):
        return value
    if not isinstance(value, bool):
        raise UsageError(f"--where {expression.text!r} must be true or false, as in macs <= 1G")
    return TRUE if value else FALSE


def mask(condition: Condition, grid: Grid) -> np.ndarray:
    """Whether a condition holds at every point of a grid, of a shape that broadcasts to the grid's."""
    if condition.verdict is not None:
        return np.full((1,) * len(grid.shape), condition.verdict)
    rule: Callable[[Any, Grid], np.ndarray] = _RULES.get(type(condition), _one_by_one)
    return rule(condition, grid)


def _all(condition: All, grid: Grid) -> np.ndarray:
    result = np.ones((1,) * len(grid.shape), bool)
    for part in condition.parts:
        result = result & mask(part, grid)
    return result


def _membership(condition: Membership, grid: Grid) -> np.ndarray:
    values = grid.values(condition.symbol)
    return np.fromiter((value in condition.members for value in values.flat), bool, values.size).reshape(values.shape)


def _comparison(condition: Comparison, grid: Grid) -> np.ndarray:
    difference = grid.scaled(condition.difference)[0]
    held: np.ndarray = difference == 0 if condition.operator == "==" else difference >= 0
    return held


def _divisible(condition: Divisible, grid: Grid) -> np.ndarray:
    divisor, value = grid.of(condition.divisor), grid.of(condition.value)
    known = divisor != 0
    held: np.ndarray = known & (value % np.where(known, divisor, 1) == 0)
    return held


def _negation(condition: Negation, grid: Grid) -> np.ndarray:
    return ~mask(condition.condition, grid)


def _one_by_one(condition: Condition, grid: Grid) -> np.ndarray:
    """Any other condition, point by point."""
    names = sorted(condition.symbols)
    arrays = np.broadcast_arrays(*[grid.values(name) for name in names])
    points = zip(*(array.flat for array in arrays), strict=True)
    held = [condition.holds(dict(zip(names, point, strict=True))) for point in points]
    return np.array(held, bool).reshape(arrays[0].shape)


_RULES: dict[type[Condition], Callable[[Any, Grid], np.ndarray]] = {
    All: _all,
    Membership: _membership,
    Comparison: _comparison,
    Divisible: _divisible,
    Negation: _negation,
}
