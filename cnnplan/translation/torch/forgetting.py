"""What a run keeps in its modules is gone when it is over, so that the next one is a first one."""

from __future__ import annotations

from typing import Any

__all__ = ["Kept"]


class Kept:
    """What the modules of a network hold before it runs.

    Args:
        module: the network.
    """

    def __init__(self, module: Any) -> None:
        owned = [each.__dict__ for each in module.modules()]
        self._values = [(own, own.copy()) for own in owned]
        self._caches = [(each, each.copy()) for own in owned for each in own.values() if type(each) in {dict, list}]

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
            (cache.extend if type(cache) is list else cache.update)(before)
