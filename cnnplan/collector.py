"""Python's garbage collector, which looks at all there is again and again while a large network is built of parts.

Nothing that is built here is garbage, and little of it is in circles: what is let go is freed at once, with or without
the collector. Looking for circles while 19,000 layers come to be is a third of the time, and grows with their number.
"""

from __future__ import annotations

import gc
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["uncollected"]

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
