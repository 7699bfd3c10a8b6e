"""A third run, at sizes that neither of the other two had, held against what was made of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.translation.torch.calls import Call, Picked, Recording, Seen
from cnnplan.translation.torch.extents import plain
from cnnplan.translation.torch.made import evaluated
from cnnplan.translation.torch.merging import Formula, Merged, holds

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Disagreement", "disagreement", "parting"]


class Disagreement(NamedTuple):
    """What comes out otherwise.

    Args:
        where: the module.
        what: how.
    """

    where: str
    what: str


def parting(merged: Merged, run: Recording) -> bool:
    """Whether a run is of another network by right: something that was decided by a size comes out otherwise in it."""
    same = 0
    for one, two in zip(merged.calls, run.calls, strict=False):
        if (one.name, one.path) != (two.name, two.path):
            break
        same += 1
    return not all(holds(guard, run) for at, guard in merged.guards if at <= same)


def disagreement(
    merged: Merged, run: Recording, shape: Callable[[int, int], tuple[int, ...] | None]
) -> Disagreement | None:
    """Where a run is not what the formulas say, the first place; None where it is.

    Args:
        merged: what was made of two runs.
        run: another one.
        shape: what the layers say that the shape of an output of a call is, by their numbers; None where none stands
            for it.
    """
    for number, (one, two) in enumerate(zip(merged.calls, run.calls, strict=False)):
        if (one.name, one.path) != (two.name, two.path):
            return Disagreement(one.path, f"{two.name} is called instead of {one.name}")
        if not _agree((one.args, dict(one.kwargs)), (two.args, dict(two.kwargs)), run):
            return Disagreement(one.path, f"{one.name} has other arguments")
        if found := _shapes(number, two, shape):
            return Disagreement(one.path, found)
    if len(merged.calls) != len(run.calls):
        return Disagreement("", f"{len(run.calls):,} functions are called instead of {len(merged.calls):,}")
    return None


def _shapes(number: int, call: Call, shape: Callable[[int, int], tuple[int, ...] | None]) -> str:
    for place, seen in enumerate(call.outputs):
        told = shape(number, place)
        if told is not None and told != seen.shape:
            return f"{call.name} gives {seen.shape}, and the layer that stands for it {told}"
    return ""


def _agree(one: Any, two: Any, run: Recording) -> bool:
    """Whether arguments are what the formulas say."""
    if isinstance(one, Formula):
        return isinstance(two, int | float) and bool(evaluated(one.made, run.extent) == plain(two))
    if isinstance(one, Seen):
        return isinstance(two, Seen) and one.ref == two.ref and len(one.shape) == len(two.shape)
    if isinstance(one, Picked | tuple):
        return type(one) is type(two) and len(one) == len(two) and all(map(_agree, one, two, [run] * len(one)))
    if isinstance(one, dict):
        return isinstance(two, dict) and one.keys() == two.keys() and all(_agree(one[k], two[k], run) for k in one)
    return not isinstance(one, int | float | str) or one == plain(two)
