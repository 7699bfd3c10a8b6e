"""What was written, held against runs that it was not made of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cnnplan.translation.torch.calls import Untraceable
from cnnplan.translation.torch.walking import Parted, Walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.translation.torch.emitting import Emitter
    from cnnplan.translation.torch.merging import Merged
    from cnnplan.translation.torch.runs import Runs
    from cnnplan.translation.torch.sampling import Sample

__all__ = ["hold", "hold_at"]


def hold(runs: Runs, sample: Sample, merged: Merged, emitter: Emitter) -> None:
    """Hold what was written against the runs it was made of, and against one at sizes that were not looked at yet.

    A size at which the network does not run, or at which something that is kept as a condition comes out otherwise,
    tells nothing: others are tried.

    Raises:
        Untraceable: they differ.
    """
    for values in (sample.first, *sample.fresh):
        if hold_at(runs, sample, merged, emitter, values) and values is not sample.first:
            return


def hold_at(runs: Runs, sample: Sample, merged: Merged, emitter: Emitter, values: Mapping[str, int]) -> bool:
    """Hold what was written against a run; whether it tells something.

    Raises:
        Untraceable: they differ.
    """
    named = {emitter.called[name]: value for name, value in values.items()}
    try:
        run = runs.at(sample, values)
    except Exception:  # noqa: BLE001 - whatever a forward raises
        return False
    walk = Walk(merged, run, partial(_claimed, emitter, named))
    try:
        walk.to_end()
    except Parted as parted:
        if all(walk.holds(guard) for at, guard in merged.guards if at <= parted.number):
            at = ", ".join(f"{name} = {value}" for name, value in values.items()) or "these sizes"
            message = f"at {at} it is not what was read: {parted.what}"
            raise Untraceable(message, parted.where) from parted
        return False
    return True


def _claimed(emitter: Emitter, values: Mapping[str, int], number: int, place: int) -> tuple[int, ...] | None:
    """The shape that the layers give an output of a call, where the letters are these numbers."""
    return emitter.shapes.at(emitter.layers.get((number, place), ""), values)
