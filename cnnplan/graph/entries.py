"""Layers by the entry that makes them: what the entry gives, wherever it stands, and of which kinds its layers are.

An entry of a block that is called often stands in the network often. What was unrolled once is looked at once and
counted as often as it is called, so that this costs as much as there are different blocks.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cnnplan.findings import Place
from cnnplan.graph.fragments import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.parts import Draft, Facts
    from cnnplan.sizes import Shape

    Shapes = tuple[Shape | None, ...]

__all__ = ["Standing", "standing"]


class Standing:
    """What one entry comes to in a network.

    Args:
        tallies: the kinds of layers in what was unrolled.

    Attributes:
        ends: the shapes of its outputs, None where one is unknown, and how often it gives these; in order.
        parts: its layers and calls, how often each stands in the network, and how often with weights of its own.
    """

    __slots__ = ("_tallies", "ends", "parts")

    def __init__(self, tallies: _Tallies) -> None:
        self._tallies = tallies
        self.ends: Counter[Shapes] = Counter()
        self.parts: list[tuple[Draft | Call, int, int]] = []

    @property
    def copies(self) -> int:
        """How often it stands in the network."""
        return self.ends.total()

    def kinds(self, *, owned: bool = False) -> Counter[Facts]:
        """How many layers of each kind it makes; or of those with weights of their own."""
        total: Counter[Facts] = Counter()
        for item, *times in self.parts:
            for kind, count in self._tallies.of(item)[owned].items():
                total[kind] += count * times[owned]
        return total


def standing(network: Fragment) -> dict[Place, Standing]:
    """Every entry that makes layers, the groups that hold some too, by its place."""
    found: dict[Place, Standing] = {}
    tallies = _Tallies()
    times: Counter[int] = Counter({id(network): 1})
    owners: Counter[int] = Counter({id(network): 1})
    for fragment in _callers_first(network):
        copies = times[id(fragment)]
        groups: dict[Place, Shapes] = {}
        joined: set[Place] = set()
        for item, owns in _owning(fragment):
            owning = owners[id(fragment)] if owns else 0
            if isinstance(item, Call):
                times[id(item.fragment)] += copies
                owners[id(item.fragment)] += owning
            shapes = _given(item)
            for place in _upwards(item.place):
                here = found.setdefault(place, Standing(tallies))
                here.parts.append((item, copies, owning))
                if place == item.place:
                    here.ends[shapes] += copies
                    joined.add(place)
                else:
                    groups[place] = shapes
        for place, shapes in groups.items():
            if place not in joined:
                found[place].ends[shapes] += copies
    return found


def _given(item: Draft | Call) -> Shapes:
    """What a layer or a block gives."""
    if isinstance(item, Call):
        return tuple([tensor.shape for tensor in item.fragment.outputs])
    return (item.facts.shape if item.facts else None,)


def _callers_first(network: Fragment) -> list[Fragment]:
    """Every fragment once, after all that call it."""
    order: list[Fragment] = []
    seen: set[int] = set()
    waiting = [(network, False)]
    while waiting:
        fragment, is_done = waiting.pop()
        if is_done:
            order.append(fragment)
        elif id(fragment) not in seen:
            seen.add(id(fragment))
            waiting.append((fragment, True))
            waiting += [(item.fragment, False) for item in fragment.items if isinstance(item, Call)]
    return order[::-1]


def _owning(fragment: Fragment) -> Iterator[tuple[Draft | Call, bool]]:
    """Its layers and calls, and whether their weights are their own."""
    number = 0
    for item in fragment.items:
        yield item, number not in fragment.owners
        number += item.fragment.size if isinstance(item, Call) else 1


def _upwards(place: Place) -> Iterator[Place]:
    """The entry, and the groups that it stands in."""
    path = place.path
    yield place
    for length in range(len(path) - 1, 1, -1):
        if isinstance(path[length - 1], int) and not isinstance(path[length], int):
            yield Place(place.file, path[:length])


class _Tallies:
    """The kinds of layers in each fragment, all and those with weights of their own, counted once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Counter[Facts], Counter[Facts]]] = {}

    def of(self, item: Draft | Call) -> tuple[Counter[Facts], Counter[Facts]]:
        """The kinds of a layer or of all layers of a call."""
        if isinstance(item, Call):
            return self._inside(item.fragment)
        kinds = Counter([item.facts] if item.facts else [])
        return kinds, kinds

    def _inside(self, fragment: Fragment) -> tuple[Counter[Facts], Counter[Facts]]:
        known = self._known.get(id(fragment))
        if known is None:
            kinds: Counter[Facts] = Counter()
            owned: Counter[Facts] = Counter()
            for item, owns in _owning(fragment):
                every, own = self.of(item)
                kinds.update(every)
                owned.update(own if owns else ())
            known = self._known[id(fragment)] = (kinds, owned)
        return known
