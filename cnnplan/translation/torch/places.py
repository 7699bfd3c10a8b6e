"""Where in a program an error came about: the line of whoever wrote the network, not that of a library."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path
from typing import Final

__all__ = ["place"]

HERE: Final = Path(__file__).parents[3]
LIBRARIES: Final = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})


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
