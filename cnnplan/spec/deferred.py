"""Entries of which it is known that they are legal before they are read: they are read when somebody looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnplan.spec.model import Entry

__all__ = ["Deferred"]


class Deferred(Sequence["Entry"]):
    """A tuple of entries that is not there yet.

    Args:
        read: gives it.
        count: how many there are.
    """

    def __init__(self, read: Callable[[], tuple[Entry, ...]], count: int) -> None:
        self._read = read
        self._count = count

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        return self._read()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Entry: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Entry, ...]: ...

    def __getitem__(self, index: int | slice) -> Entry | tuple[Entry, ...]:
        return self._entries[index]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple | Deferred) and self._entries == tuple(other)

    def __hash__(self) -> int:
        return hash(self._entries)

    def __repr__(self) -> str:
        return repr(self._entries)

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._entries,)
