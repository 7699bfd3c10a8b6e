"""An idea how a finding could be mended; nobody knows yet whether it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.repairs.layout import Change
    from cnnplan.repairs.manuscript import Changes

__all__ = ["Idea", "idea"]


class Idea(NamedTuple):
    """Changes that might mend a finding.

    Args:
        title: what they do, one line.
        changes: the pieces that change, by file.
        neutral: whether a layer whose output keeps its shape does what it did.
        claims: whether the spec claims less with them.
        rank: what kind of change it is, the mildest first.
        far: how far a number is from the one that is written; of ideas of one kind the nearest comes first.
    """

    title: str
    changes: Changes
    neutral: bool = False
    claims: bool = False
    rank: int = 0
    far: int = 0


def idea(  # noqa: PLR0913 - an Idea has as many parts
    title: str, file: str, changes: Iterable[Change], *, neutral: bool = False, rank: int = 0, far: int = 0
) -> list[Idea]:
    """An idea for one file, none where nothing changes."""
    some = list(changes)
    return [Idea(title, {file: some}, neutral, rank=rank, far=far)] if some else []
