"""What is written down of numbers while a network runs: comparisons, numbers made of others, and those that escape."""

from __future__ import annotations

import sys
import sysconfig
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from os import sep
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.made import OPPOSITE, Guard
from cnnplan.translation.torch.messages import is_message
from cnnplan.translation.torch.places import Line

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

__all__ = ["Notes", "escaped", "guarded", "kept", "noted"]

ASKERS: Final = {"int", "float", "len"}
"""What a module can be given instead, so that numbers go on as they are."""

HERE: Final = str(Path(__file__).parent)
LIBRARY: Final = sysconfig.get_path("stdlib")
PASSED: Final = (f"{sep}torch{sep}overrides.py", f"{sep}numpy{sep}", f"{sep}torch{sep}_tensor.py")
"""What lies between the line of a network and a number."""


@dataclass(slots=True)
class Notes:
    """The comparisons, and every number that was made, by value, each with the number of the call that comes next.

    Args:
        clock: says how far the trace is.
        module: says which module runs.
        askers: the names of modules that called `int`, `float` or `len` on what would have been followed.
    """

    clock: Callable[[], int] = field(default=lambda: 0)
    module: Callable[[], str] = field(default=str)
    guards: list[tuple[int, Guard]] = field(default_factory=list)
    made: list[tuple[int, Any]] = field(default_factory=list)
    askers: set[str] = field(default_factory=set)


_NOTES: Final[ContextVar[Notes | None]] = ContextVar("notes", default=None)


class noted:  # noqa: N801 - a context
    """Write down comparisons and numbers meanwhile.

    Args:
        clock: says how far the trace is.
        module: says which module runs.
    """

    def __init__(self, clock: Callable[[], int], module: Callable[[], str] = str) -> None:
        self.notes = Notes(clock, module)

    def __enter__(self) -> Notes:
        self._token = _NOTES.set(self.notes)
        return self.notes

    def __exit__(self, *_: object) -> None:
        _NOTES.reset(self._token)


def kept(value: int, made: Any) -> None:
    """Note a whole number that was made of others."""
    notes = _NOTES.get()
    if notes is not None:
        notes.made.append((value, made))


def guarded(symbol: str, left: Any, right: Any, *, result: bool) -> None:
    """Note a comparison as it came out."""
    notes = _NOTES.get()
    if notes is not None:
        found = symbol if result else OPPOSITE[symbol]
        notes.guards.append((notes.clock(), Guard(found, left, right, _place(_asking()), "", notes.module())))


def escaped(what: str, made: Any, value: Any) -> None:
    """Note that a number goes on as a plain one, `range(h)`: what follows holds where it is what it was.

    Args:
        what: asked for it.
        made: how it was made.
        value: what it was.
    """
    notes = _NOTES.get()
    if notes is not None:
        frame = _asking()
        if frame is not None and what == "str" and is_message(frame):
            return
        if frame is not None and what in ASKERS.intersection(frame.f_code.co_names):
            notes.askers.add(frame.f_globals.get("__name__", ""))
        notes.guards.append((notes.clock(), Guard("==", made, value, _place(frame), what, notes.module())))


def _asking() -> FrameType | None:
    """The line of the network that runs."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - documented
    while frame is not None and _is_passed(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


@cache
def _is_passed(file: str) -> bool:
    """Whether it is a file of ours, of Python's library, or of what PyTorch and NumPy do with any number."""
    own = file.startswith(HERE) or (file.startswith(LIBRARY) and "-packages" not in file)
    return own or any(part in file for part in PASSED)


def _place(frame: FrameType | None) -> Line | str:
    return "" if frame is None else Line(frame.f_code.co_filename, frame.f_lineno)
