"""Texts from a spec on their way to a terminal."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """A text without the power to move the cursor: what cannot be printed is shown as its escape."""
    return "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text)
