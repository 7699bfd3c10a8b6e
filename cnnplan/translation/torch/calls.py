"""What a run is written down as: calls of functions, the tensors that they see, and where these come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Call", "Picked", "Recording", "Ref", "Seen", "Untraceable", "tensors"]


class Untraceable(Exception):  # noqa: N818 - the cause; the door makes a finding of it
    """A run that cannot be written down.

    Args:
        message: why.
        where: the module in which it happened.
        hint: the way out.
    """

    def __init__(self, message: str, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint


class Ref(NamedTuple):
    """Where a tensor comes from: an input, a parameter or buffer by name; a call by number, and which of its outputs.

    What a call gives that reads no input and no parameter is `made`: a constant.
    """

    kind: str
    name: str = ""
    number: int = -1
    place: int = 0


class Seen(NamedTuple):
    """A tensor as a call sees it."""

    ref: Ref
    shape: tuple[int, ...]
    dtype: str


class Picked(NamedTuple):
    """A slice, which cannot be hashed."""

    start: Any
    stop: Any
    step: Any


@dataclass(slots=True)
class Call:
    """One call of a function, or of a module that is known as a whole.

    Args:
        name: of the function.
        args, kwargs: what it was given, tensors as Seen.
        path: the module in which it was called.
        outputs: what it gave.
        alone: whether the module has no other modules inside.
        module: the module itself, where it is known as a whole.
    """

    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    path: str
    outputs: tuple[Seen, ...] = ()
    alone: bool = False
    module: Any = None


@dataclass(slots=True)
class Recording:
    """A run.

    Args:
        calls: in order.
        outputs: of the network.
        guards: comparisons of extents, each with the number of the call that came next.
        made: every number that was made of extents, with how.
        inputs: the extents of what went in, by name.
        kept: every tensor that was seen, so that they are told apart by identity.
    """

    calls: list[Call] = field(default_factory=list)
    outputs: tuple[Seen, ...] = ()
    guards: list[tuple[int, Any]] = field(default_factory=list)
    made: list[tuple[int, Any]] = field(default_factory=list)
    inputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    kept: list[Any] = field(default_factory=list)

    def extent(self, axis: Any) -> int:
        """What the extent of an axis is in this run."""
        ref = axis.source
        if ref.kind == "input":
            return int(self.inputs[ref.name][axis.dim])
        if ref.kind in {"call", "made"}:
            return int(self.calls[ref.number].outputs[ref.place].shape[axis.dim])
        return int(axis.value)


def tensors(value: Any) -> list[Seen]:
    """The tensors among arguments."""
    if isinstance(value, Seen):
        return [value]
    if isinstance(value, dict):
        return [seen for each in value.values() for seen in tensors(each)]
    if type(value) in {tuple, list, Picked}:
        return [seen for each in value for seen in tensors(each)]
    return []
