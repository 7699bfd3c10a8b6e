"""What a terminal can show: whether there is color, and how wide it is."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["colored", "fitting", "width"]

WIDTH = 80
"""The columns of what is no terminal."""


def colored(stream: TextIO) -> bool:
    """Whether text for a stream has color: on a terminal, unless NO_COLOR or TERM=dumb; anywhere with FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def fitting(text: str, stream: TextIO) -> str:
    """A text for a stream: on a terminal it goes on below before a word that does not fit."""
    if not stream.isatty() or all(len(line) <= width() for line in text.split("\n")):
        return text
    from cnnplan.report.fitting import fitted  # noqa: PLC0415 - most texts fit

    return fitted(text, width())


def width() -> int:
    """How many columns there are."""
    return shutil.get_terminal_size((WIDTH, 24)).columns
