"""A layer before and after, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplan.comparison.layers import Layer

__all__ = ["Pair"]

FOLDED = frozenset({"bias", "params"})
"""What is another of a layer that a batch norm is folded into: it has a bias at least."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A layer before and after; one of them is None where it was added or taken out.

    Args:
        before, after: the layer.
        norm: a batch norm behind it that only one side has, which the other has folded into its weights.
    """

    before: Layer | None
    after: Layer | None
    norm: Layer | None = None

    @property
    def kind(self) -> str:
        """What became of it: added, removed, changed, renamed, folded or same."""
        if self.before is None or self.after is None:
            return "added" if self.before is None else "removed"
        if self.changes:
            return "changed"
        if self.norm is not None:
            return "folded"
        return "same" if self.before.name == self.after.name else "renamed"

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """What is different of it, besides its name and what a batch norm left behind."""
        if self.before is None or self.after is None:
            return {}
        found = self.before.differences(self.after)
        if self.norm is None:
            return found
        left = {name: pair for name, pair in found.items() if name != "bias"}
        return {} if left.keys() <= FOLDED else left
