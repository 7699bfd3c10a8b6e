"""A tensor as layers read it, and a call that no operator stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplan.translation.torch.calls import Seen
    from cnnplan.translation.torch.emitting import Emitter

__all__ = ["Refused", "Value"]


class Refused(Exception):  # noqa: N818 - the cause; the emitter adds where
    """A call that no operator stands for.

    Args:
        message: what it asks for.
        hint: the way out.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Value:
    """A tensor as layers read it.

    Args:
        seen: as the call saw it.
        emitter: gives the name of the layer that makes it.
    """

    __slots__ = ("_name", "emitter", "seen")

    def __init__(self, seen: Seen, emitter: Emitter, name: str = "") -> None:
        self.seen = seen
        self.emitter = emitter
        self._name = name

    @property
    def shape(self) -> tuple[Any, ...]:
        """Its extents, numbers or formulas."""
        return self.seen.shape

    @property
    def rank(self) -> int:
        """How many axes it has."""
        return len(self.seen.shape)

    @property
    def name(self) -> str:
        """The layer to read; one that is not there yet, such as a parameter, is made."""
        return self._name or self.emitter.name(self.seen)

    @property
    def param(self) -> str:
        """What the parameter or buffer is called that it is, "" where it is none."""
        return self.seen.ref.name if self.seen.ref.kind in {"param", "buffer"} and not self._name else ""
