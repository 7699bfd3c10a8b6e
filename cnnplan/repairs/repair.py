"""What a repair is: a finding, the edits that mend it, and what is proved of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnplan.findings import Finding

__all__ = ["Edit", "Proof", "Repair"]


class Proof(StrEnum):
    """What was found when the spec was planned as it would be."""

    LEGAL = "legal"
    """Nothing is at fault any more, in any structure, at any size that is declared."""

    MENDED = "mended"
    """The finding is gone, and nothing is at fault that was not before."""

    REVEALED = "revealed"
    """The finding is gone, and what stood behind it is seen for the first time: that has faults of its own."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a file, from line and column to another, counted from 1 in characters, and what takes its place."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Repair:
    """Edits that mend a finding, proved by planning the spec with them.

    Args:
        finding: what they mend.
        title: what they do, one line: "write stride for strid".
        edits: the pieces of files that change, in the order of the text, none over another.
        proof: what was found of the spec with them.
        safe: whether what was legal before stays as it was, and the spec claims what it claimed.
        conditions: what has to hold of symbols without a declared range, that had not to before.
        params: how many parameters come or go, in the layers that were legal before too; None where nobody knows.
        macs: the same of the multiply-adds, at the values of the symbols.
    """

    finding: Finding
    title: str
    edits: tuple[Edit, ...]
    proof: Proof
    safe: bool = True
    conditions: tuple[str, ...] = ()
    params: int | None = None
    macs: int | None = None
