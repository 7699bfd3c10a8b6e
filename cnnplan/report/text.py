"""Texts from a spec on their way to a terminal."""

from __future__ import annotations

__all__ = ["printable", "shortened"]

LONGEST, CUT = 1_000, 240
"""The characters of a formula that are written out, and of one that is longer."""


def printable(text: str) -> str:
    """A text without the power to move the cursor: what cannot be printed is shown as its escape."""
    return "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text)


def shortened(formula: str, longest: int = LONGEST, more: str = "see --format json", *, cut: int = CUT) -> str:
    """A formula that is read: one longer than that is cut, and says so, and where there is more of it."""
    if len(formula) <= longest:
        return formula
    return f"{formula[:cut]}... ({len(formula):,} characters, {more})"
