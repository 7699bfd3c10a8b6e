"""What the structure of a network rests on, decided: how often an entry is repeated, and whether it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.graph.environment import Undecided
from cnnplan.graph.parts import MOST_LAYERS, TooMany
from cnnplan.sizes import Condition, Count, eq
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.graph.environment import Environment
    from cnnplan.spec import Expression

__all__ = ["counted", "is_on"]


def counted(count: Expression, env: Environment) -> Iterable[Any]:
    """What a counter runs through."""
    value = count.evaluate(env)
    if isinstance(value, tuple):
        return value
    if isinstance(value, Count):
        value = _fixed(value, env)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise EvaluationError(f"repeat (={value}) must be a whole number, 0 or more, or a list")
    if value > MOST_LAYERS:
        raise TooMany
    return range(value)


def _fixed(size: Count, env: Environment) -> Any:
    """The value of a size that something structural depends on; kept as a condition of the plan."""
    missing = sorted(name for name in size.symbols if name not in env.frame.symbols.values)
    if missing:
        raise Undecided(f"{size} decides what is built: {' and '.join(missing)} needs a value")
    env.frame.symbols.asked += 1
    value = size.at(env.frame.symbols.values)
    env.frame.symbols.decide(eq(size, value))
    return value


def is_on(when: Expression, env: Environment) -> bool:
    """Whether an entry is on."""
    value = when.evaluate(env)
    if isinstance(value, Condition):
        return env.decide(value) if value.verdict is None else value.verdict
    if not isinstance(value, bool):
        raise EvaluationError(f"when (={value}) must be true or false")
    return value
