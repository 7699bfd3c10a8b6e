"""Runs that do not call the same functions, side by side: which calls are the same, which are made besides."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.calls import Call, Picked, Ref, Seen, tensors
from cnnplan.translation.torch.made import Axis, moved
from cnnplan.translation.torch.merging import Formula, Merged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["aligned", "renumbered", "rewritten"]

NUMBERED: Final = {"call", "made"}
Row = tuple[int | None, ...]


def aligned(families: Sequence[Sequence[Call]]) -> list[Row]:
    """All calls in order, those of one row are the same.

    Args:
        families: the calls of each run.

    Returns:
        Of each call, its number in each run, None where it is not made.
    """
    keys: list[Any] = []
    rows: list[Row] = []
    for at, calls in enumerate(families):
        own = [*map(_key, calls)]
        merged: list[tuple[Any, Row]] = []
        for _, i, j, k, stop in SequenceMatcher(None, keys, own, autojunk=False).get_opcodes():
            both = keys[i:j] == own[k:stop]
            merged += [(keys[n], (*rows[n], k + n - i if both else None)) for n in range(i, j)]
            merged += [] if both else [(own[n], (*[None] * at, n)) for n in range(k, stop)]
        keys, rows = [key for key, _ in merged], [row for _, row in merged]
    return rows


def _key(call: Call) -> Any:
    """What is alike of calls that are the same."""
    weights = [seen.ref.name for seen in tensors((call.args, dict(call.kwargs))) if seen.ref.name]
    return (call.name, call.path, *weights, *((seen.ref.kind, len(seen.shape)) for seen in call.outputs))


def renumbered(family: Merged, numbers: Mapping[int, int]) -> Merged:
    """The same with other numbers of calls.

    Args:
        family: the calls.
        numbers: of each call, its new number; of the end, that of the end.
    """

    def ref(old: Ref) -> Ref:
        return old._replace(number=numbers[old.number]) if old.kind in NUMBERED else old

    def axis(old: Axis) -> Axis:
        return Axis(ref(old.source), old.dim, old.value)

    calls = [rewritten(call, ref, axis) for call in family.calls]
    outputs = tuple(_value(seen, ref, axis) for seen in family.outputs)
    guards = [(numbers[at], _guard(guard, axis)) for at, guard in family.guards]
    both = frozenset(_guard(guard, axis) for guard in family.both)
    return Merged(calls, outputs, guards, both=both)


def _guard(guard: Any, axis: Callable[[Axis], Axis]) -> Any:
    return replace(guard, left=moved(guard.left, axis), right=moved(guard.right, axis))


def rewritten(call: Call, ref: Callable[[Ref], Ref], axis: Callable[[Axis], Axis]) -> Call:
    """A call with other tensors and axes."""
    args, kwargs, outputs = (_value(each, ref, axis) for each in (call.args, dict(call.kwargs), call.outputs))
    return replace(call, args=args, kwargs=kwargs, outputs=outputs)


def _value(value: Any, ref: Callable[[Ref], Ref], axis: Callable[[Axis], Axis]) -> Any:
    if isinstance(value, Seen):
        return Seen(ref(value.ref), _value(value.shape, ref, axis), value.dtype)
    if isinstance(value, Formula):
        return Formula(moved(value.made, axis), value.value)
    if isinstance(value, Picked):
        return Picked(*(_value(each, ref, axis) for each in value))
    if type(value) is tuple:
        return tuple(_value(each, ref, axis) for each in value)
    if isinstance(value, dict):
        return {key: _value(each, ref, axis) for key, each in value.items()}
    return value
