"""Which entries of a faulty spec are broken, so that all others can still be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.findings import Finding, Place
    from cnnplan.spec.model import Entry, Spec

__all__ = ["broken_entries"]


def broken_entries(spec: Spec, faults: Iterable[Finding]) -> frozenset[Place] | None:
    """The places of the innermost entries that hold a fault; None where a fault lies outside of all entries.

    A broken promise of `expect` breaks no entry.
    """
    places = {entry.place for entry in _entries(spec)}
    broken = set()
    for fault in faults:
        if fault.place.file == spec.file and fault.place.path[:1] == ("expect",):
            continue
        holder = next((place for place in _upwards(fault.place) if place in places), None)
        if holder is None:
            return None
        broken.add(holder)
    return frozenset(broken)


def _upwards(place: Place) -> Iterator[Place]:
    """The place itself, then what holds it."""
    for length in range(len(place.path), 0, -1):
        yield type(place)(place.file, place.path[:length])


def _entries(spec: Spec) -> Iterator[Entry]:
    """Every entry of the spec and its blocks, at every depth."""
    waiting = [*spec.layers, *(entry for block in spec.blocks.values() for entry in block.layers)]
    while waiting:
        entry = waiting.pop()
        waiting += [*entry.body, *(inner for path in entry.paths for inner in path.layers)]
        yield entry
