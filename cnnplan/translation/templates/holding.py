"""Groups of layers, told by the fewest paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["covered"]


def covered(held: Sequence[str], others: Sequence[str]) -> list[str]:
    """The modules that hold these layers and none of the others, as far up as there are such."""
    taken = {each for name in others for each in _above(name)}
    return [*dict.fromkeys(next(each for each in _above(name) if each not in taken) for name in held)]


def _above(name: str) -> list[str]:
    """A path and those above it, the shortest first."""
    parts = name.split(".")
    return [".".join(parts[: at + 1]) for at in range(len(parts))]
