"""Whether a run fits into memory, asked before anything is allocated."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cnnplan.errors import UsageError

__all__ = ["afford", "free"]

SHARE = 2
"""One part in so many of what is free may be taken."""


def afford(need: int, limit: int | None = None) -> None:
    """Refuse what needs too much memory.

    Args:
        need: bytes of weights and tensors; scratch memory of kernels comes on top.
        limit: the most that is allowed; left out, half of what is free.

    Raises:
        UsageError: it is more than the limit.
    """
    if not need:
        return
    most = free() // SHARE if limit is None else limit
    if need > most:
        why = "half of what is free" if limit is None else "the limit"
        raise UsageError(f"the run needs {_text(need)}, more than the {_text(most)} that are {why}: use smaller sizes")


def free() -> int:
    """The bytes of memory that programs may still take."""
    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _text(number: int) -> str:
    """`1.5 GiB`."""
    value = float(number)
    for unit in ("bytes", "KiB", "MiB"):
        if value < 1024:  # noqa: PLR2004 - a unit
            return f"{value:.4g} {unit}"
        value /= 1024
    return f"{value:.4g} GiB"
