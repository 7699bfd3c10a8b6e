"""Python's garbage collector, which looks at all there is again and again while a large network is built of parts.

Nothing that is built here is garbage, and little of it is in circles: what is let go is freed at once, with or without
the collector. Looking for circles while 19,000 layers come to be is a third of the time, and grows with their number.
"""

from __future__ import annotations

import atexit
import gc
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["seldom", "uncollected"]

SELDOM = 200_000
"""Things that come to be before the collector looks at them: more than a short command makes."""

P = ParamSpec("P")
R = TypeVar("R")


def uncollected(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, during which the collector waits, as it does where the caller has turned it off."""

    @wraps(function)
    def waiting(*args: P.args, **kwargs: P.kwargs) -> R:
        if not gc.isenabled():
            return function(*args, **kwargs)
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            gc.enable()

    return waiting


def seldom() -> None:
    """Let the collector look at what a program has made only once in a while, and not at all when it ends.

    For a program that is soon over: what it leaves behind goes with its process.
    """
    gc.set_threshold(SELDOM, 30, 30)
    atexit.register(gc.freeze)
