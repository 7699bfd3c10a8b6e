"""Structures that depend on sizes: which side is taken, and that the network is what it is only where that holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.conditions import usual, written

if TYPE_CHECKING:
    from cnnplan.sizes import Condition

__all__ = ["Decisions"]


class Decisions:
    """What was decided on sizes, and what of it no layer requires yet."""

    def __init__(self) -> None:
        self._open: list[Condition] = []
        self._decided: dict[Any, bool] = {}

    @property
    def waits(self) -> bool:
        """Whether a layer is still to require something."""
        return bool(self._open)

    def decide(self, when: Any) -> bool:
        """On which side of a condition on sizes the network is taken; the next layer requires that it is so."""
        if isinstance(when, bool):
            return when
        if when.verdict is not None:
            return bool(when.verdict)
        known = self._decided.get(when)
        if known is None:
            known = self._decided[when] = usual(when)
            condition = when if known else ~when
            written(condition)
            self._open.append(condition)
        return known

    def require(self, when: Condition) -> None:
        """Take the network where a condition holds, whatever is usual; the next layer requires it."""
        if when.verdict is None and self._decided.get(when) is not True:
            self._decided[when] = True
            written(when)
            self._open.append(when)

    def taken(self) -> list[Condition]:
        """What the next layer requires; from now on it does."""
        waiting, self._open = self._open, []
        return waiting
