"""What a run keeps in its modules is gone when it is over, so that the next one is a first one."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any, Final

__all__ = ["Kept"]

SEQUENCES: Final = frozenset({list, deque})
MAPPINGS: Final = frozenset({dict, OrderedDict, defaultdict, Counter})
"""Hooks are in an OrderedDict: where a module adds some in a first run, what says that it did is forgotten as well."""

COLLECTIONS: Final = SEQUENCES | MAPPINGS | {set}
"""What is filled and emptied alike; of other kinds, which may do more as they are filled, nothing is known."""


class Kept:
    """What the modules of a network hold before it runs, hooks among it.

    Args:
        module: the network.
    """

    def __init__(self, module: Any) -> None:
        owned = [each.__dict__ for each in module.modules()]
        self._values = [(own, own.copy()) for own in owned]
        found: dict[int, Any] = {}
        for own in owned:
            for value in own.values():
                _collections(value, found)
        self._caches = [(each, each.copy()) for each in found.values()]

    def restore(self) -> None:
        """Let them hold that again, and nothing else."""
        for own, before in self._values:
            if len(own) != len(before):
                for key in own.keys() - before.keys():
                    del own[key]
            own.update(before)
        for cache, before in self._caches:
            if not cache and not before:
                continue
            cache.clear()
            (cache.extend if type(cache) in SEQUENCES else cache.update)(before)


def _collections(value: Any, found: dict[int, Any]) -> None:
    """Find what can be added to, and what there is of it inside: each key of a cache may have a list of its own."""
    if type(value) not in COLLECTIONS or id(value) in found:
        return
    found[id(value)] = value
    for each in value.values() if type(value) in MAPPINGS else value:
        _collections(each, found)
