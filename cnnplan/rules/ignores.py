"""The `ignore:` of layers: which remarks it silences, and which of its rules had nothing to silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.rules.usage import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Path, Place
    from cnnplan.rules.base import Remark, Rule
    from cnnplan.spec import Entry, Spec

__all__ = ["Ignores"]


class Ignores:
    """What the layers of a spec ask not to be told.

    An entry speaks for itself and for all inside it: the entries of a group, and the layers of a block that it calls.

    Args:
        spec: the spec.
        followed: the rules that are followed; of others nobody can say whether they would have found something.
    """

    def __init__(self, spec: Spec, followed: set[str]) -> None:
        self.followed = followed
        bodies = (spec.layers, *(block.layers for block in spec.blocks.values()))
        self._entries: dict[tuple[str, Path], Entry] = {
            (entry.place.file, entry.place.path): entry for body in bodies for entry in entries(body) if entry.ignore
        }
        self._needed: set[tuple[str, Path, str]] = set()

    def silence(self, rule: Rule, remark: Remark) -> bool:
        """Whether a layer around the place, or a call that leads there, asks not to be told."""
        if not self._entries:
            return False
        silenced = False
        for place in (remark.place, *remark.called_from):
            for entry in self._around(place):
                for word in entry.ignore:
                    if word in (rule.id, rule.name):
                        self._needed.add((entry.place.file, entry.place.path, word))
                        silenced = True
        return silenced

    def unused(self) -> Iterator[tuple[Entry, str]]:
        """The entries with a rule that had nothing to silence."""
        for (file, path), entry in self._entries.items():
            for word in entry.ignore:
                if (file, path, word) not in self._needed:
                    yield entry, word

    def _around(self, place: Place) -> Iterator[Entry]:
        for stop in range(len(place.path), 0, -1):
            entry = self._entries.get((place.file, place.path[:stop]))
            if entry is not None:
                yield entry
