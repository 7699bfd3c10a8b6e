"""What a run keeps in its modules is gone when it is over, so that the next one is a first one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["forgetful"]


@contextmanager
def forgetful(module: Any) -> Iterator[None]:
    """Whatever a run keeps in its modules, for the next one to read, is forgotten."""
    kept = [(each.__dict__, _public(each.__dict__)) for each in module.modules()]
    caches = [(own, own.copy()) for _, values in kept for own in values.values() if type(own) in {dict, list}]
    try:
        yield
    finally:
        for own, values in kept:
            for key in _public(own).keys() - values.keys():
                del own[key]
            own.update(values)
        for cache, before in caches:
            cache.clear()
            (cache.extend if isinstance(cache, list) else cache.update)(before)


def _public(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if not name.startswith("_")}
