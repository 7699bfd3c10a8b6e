"""Slices that together are all of an axis as one split: what a framework's `unbind` is written as in a file."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from cnnplan.translation.items import Item, Read

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["unbound"]


def unbound(made: list[Item]) -> list[Item]:
    """The items with a split in the place of slices of one element each, all of which are squeezed.

    That the last of them has one element, too, is what its squeeze requires: it tells that the axis ends there.
    """
    groups: dict[tuple[Read, int], list[int]] = defaultdict(list)
    for number, item in enumerate(made):
        if item.verb == "slice" and not item.wiring and item.args.keys() <= {"dim", "start", "end"}:
            groups[item.reads[0], item.args["dim"]].append(number)
    readers = _readers(made)
    split: dict[int, tuple[int, int]] = {}
    for (_, dim), group in groups.items():
        if len(group) > 1 and _is_partition(made, group, dim, readers):
            split.update({number: (group[0], place) for place, number in enumerate(group)})
    return _replaced(made, split, {first: len(group) for group in groups.values() for first in group[:1]})


def _readers(made: Sequence[Item]) -> dict[int, list[Item]]:
    """Of each item those that read it."""
    found: dict[int, list[Item]] = defaultdict(list)
    for item in made:
        for read in item.reads:
            found[read.item].append(item)
    return found


def _is_partition(made: Sequence[Item], group: Sequence[int], dim: int, readers: dict[int, list[Item]]) -> bool:
    """Whether slices take one element after the other, each for a squeeze alone."""
    last = len(group) - 1
    for place, number in enumerate(group):
        args, then = made[number].args, readers[number]
        alone = len(then) == 1 and then[0].verb == "squeeze" and then[0].args.get("dim") == dim
        if not alone or args["start"] != place or args.get("end") != (None if place == last else place + 1):
            return False
    return True


def _replaced(made: Sequence[Item], split: dict[int, tuple[int, int]], counts: dict[int, int]) -> list[Item]:
    """The items with a split in the place of the first slice of each group, and without the others."""
    kept = [number for number in range(len(made)) if split.get(number, (number, 0))[0] == number]
    where = {number: place for place, number in enumerate(kept)}

    def moved(read: Read) -> Read:
        if read.item in split:
            first, place = split[read.item]
            return Read(where[first], str(place))
        return Read(where.get(read.item, read.item), read.part)

    found = []
    for number in kept:
        item = replace(made[number], reads=tuple(map(moved, made[number].reads)))
        if number in split:
            item = replace(item, verb="split", args={"sections": counts[number], "dim": item.args["dim"]})
        found.append(item)
    return found
