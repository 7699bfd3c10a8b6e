"""A property that is found once and kept, without a lock: one analysis is for one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from functools import cached_property

    cached = cached_property
else:

    class cached:  # noqa: N801 - written like property
        """The same as functools.cached_property from Python 3.12 on; before that, its lock costs more than its work."""

        def __init__(self, found: Callable[[Any], Any]) -> None:
            self.found = found
            self.__doc__ = found.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self.name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            value = instance.__dict__[self.name] = self.found(instance)
            return value


__all__ = ["cached"]
