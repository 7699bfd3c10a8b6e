"""`max` and `min` of sizes in a run that is written down.

They compare, which would be taken for a decision that holds at some sizes only: `max(pad, 0)` decides nothing.
"""

from __future__ import annotations

import builtins
from contextlib import contextmanager
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch.extents import Extent, Ratio, chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["choosing"]


@contextmanager
def choosing() -> Iterator[None]:
    """Let `max` and `min` of several numbers remember them meanwhile; of anything else they are what they were."""
    usual = builtins.max, builtins.min
    builtins.max, builtins.min = (_following(each.__name__, each) for each in usual)
    try:
        yield
    finally:
        builtins.max, builtins.min = usual


def _following(name: str, usual: Callable[..., Any]) -> Any:
    def extreme(*args: Any, **kwargs: Any) -> Any:
        numbers = len(args) > 1 and not kwargs and all(isinstance(each, int | float) for each in args)
        if numbers and any(isinstance(each, Extent | Ratio) for each in args):
            return reduce(partial(chosen, name, usual), args)
        return usual(*args, **kwargs)

    return extreme
