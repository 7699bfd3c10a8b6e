"""`and`, `or` and `not`, of truth values and of Conditions that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.spec.arithmetic import truth
from cnnplan.spec.faults import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[Any], Any]

__all__ = ["inverse", "junction"]


def inverse(value: Any) -> Any:
    """Not a truth value; an open Condition stays open."""
    return not value if isinstance(value, bool) else ~value if _open(value) else not truth(value, bool)


def _open(value: Any) -> bool:
    return getattr(value, "verdict", True) is None


def _decided(condition: Any, env: Any, fault: EvaluationError) -> bool:
    """What an open Condition is taken for; where that is refused, the fault that made it necessary is told."""
    try:
        return bool(env.decide(condition))
    except EvaluationError:
        raise fault from None


def junction(runs: list[Run], *, stop: bool) -> Run:
    """`and` (stop at False), `or` (stop at True), from left to right.

    Open Conditions are joined to one, so that nobody has to decide more than the whole. Only where the rest cannot be
    evaluated, because it rests on what stands to its left, is the left decided first.
    """

    def run(env: Any, at: int = 0) -> Any:
        left = runs[at](env)
        if not _open(left):
            settled = truth(left, env.decide)
            return settled if settled is stop or at + 1 == len(runs) else run(env, at + 1)
        if at + 1 == len(runs):
            return left
        try:
            right = run(env, at + 1)
        except EvaluationError as fault:
            return stop if _decided(left, env, fault) is stop else run(env, at + 1)
        if isinstance(right, bool):
            return stop if right is stop else left
        return left | right if stop else left & right

    return run
