"""Where in a program an error came about: the line of whoever wrote the network, not that of a library."""

from __future__ import annotations

import linecache
import sysconfig
import traceback
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["Line", "place"]

HERE: Final = Path(__file__).parents[3]
LIBRARIES: Final = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})

MOST: Final = 80
"""Of a line that is longer, the beginning is shown."""


class Line(NamedTuple):
    """A line of a program: `net.py:12`."""

    file: str
    number: int

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.number}"

    @property
    def code(self) -> str:
        """What stands there, as far as the file is at hand."""
        text = linecache.getline(self.file, self.number).strip()
        return text if len(text) <= MOST else f"{text[:MOST]}..."


def place(error: BaseException) -> str:
    """The file and line that an error came from, "" where nothing but libraries is known.

    Args:
        error: what was raised.
    """
    frames = [each for each in traceback.extract_tb(error.__traceback__) if not _foreign(each.filename)]
    cause = error.__cause__ or error.__context__
    if not frames:
        return place(cause) if cause is not None else ""
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}"


def _foreign(file: str) -> bool:
    """Whether a file is one of cnnplan, of Python or of a package that is installed."""
    return file.startswith((f"{HERE / 'cnnplan'}/", "<", *LIBRARIES)) or "site-packages" in file
