"""Axes by number, as arguments name them: negative numbers count from the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.ops.base import broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.base import Requirement
    from cnnplan.sizes import Shape

__all__ = ["outside", "position", "without"]


def position(dim: int, rank: int) -> int:
    """The axis, counted from the front."""
    return dim + rank if dim < 0 else dim


def outside(argument: str, dim: int, rank: int) -> Iterator[Requirement]:
    """That there is no axis of that number."""
    if not -rank <= dim < rank:
        values = {"argument": argument, "dim": dim, "rank": rank, "least": -rank, "most": rank - 1}
        message = "{argument} (={dim}) must be from {least} to {most}, for the input has {rank} axes"
        yield broken("CNN107", message, values, "", argument)


def without(shape: Shape, *positions: int) -> Shape:
    """The other extents."""
    return tuple(n for dim, n in enumerate(shape) if dim not in positions)
