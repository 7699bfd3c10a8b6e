"""A network as templates: what stands several times in it once, with arguments, as a person writes it.

The network is unrolled at the values of its symbols, cut into the blocks that it calls and the groups that have names,
and copies that are alike become one template. How that is written is the business of each language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.findings import Place
from cnnplan.translation.templates.making import Maker
from cnnplan.translation.templates.nesting import Scope
from cnnplan.translation.templates.scopes import network
from cnnplan.translation.templates.solving import solve
from cnnplan.translation.templates.template import Body, Template, merged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.graph import Graph
    from cnnplan.spec import Entry

__all__ = ["Library", "Template"]


class Library:
    """The templates of a network, those that are called before those that call them.

    Args:
        graph: the network, with numbers for all symbols but the extents of its inputs.
        values: the values of the symbols.
        activations: the verbs that may be values of arguments.
        where: the paths of layers by number, where they are to stand elsewhere than their names say.

    Attributes:
        templates: in order; the last is the network.
        by_path: whether layers stand where paths say.
    """

    def __init__(
        self,
        graph: Graph,
        values: Mapping[str, Any],
        activations: frozenset[str],
        where: Mapping[int, tuple[str, ...]] | None = None,
    ) -> None:
        self.graph = graph
        self.entries = {entry.place: entry for entry in _entries(graph.spec)}
        self.whole = network(graph, where)
        self.by_path = bool(where)
        self.templates: list[Template] = []
        self._of: dict[int, Template] = {}
        self._kinds: dict[tuple[str, ...], list[Scope]] = {}
        for scope in self.whole.scopes():
            self._kinds.setdefault(scope.kind, []).append(scope)
        self._done: set[tuple[str, ...]] = set()
        self._maker = Maker(self._entry, values, self._called, activations)
        self._make(self.whole.kind)

    def _entry(self, item: Any) -> Entry | None:
        """The entry of an item: for a group the one that has its name."""
        place = item.place
        if isinstance(item, Scope) and not item.block:
            head = item.name.split(".")[0]
            for end in range(len(place.path), 0, -1):
                entry = self.entries.get(Place(place.file, place.path[:end]))
                if entry is not None and entry.name == head:
                    return entry
            return None
        return self.entries.get(place)

    def _make(self, kind: tuple[str, ...]) -> None:
        """The templates of a kind of scope, those that it calls first."""
        if kind in self._done:
            return
        self._done.add(kind)
        scopes = self._kinds[kind]
        for scope in scopes:
            for item in scope.items:
                if isinstance(item, Scope):
                    self._make(item.kind)
        block = self.graph.spec.blocks.get(scopes[0].block)
        bodies = [Body(scope, *self._maker.of(scope)) for scope in scopes]
        for template in merged(bodies, block):
            solve(template)
            self.templates.append(template)
            for scope in template.scopes:
                self._of[id(scope)] = template

    def _called(self, scope: Scope) -> tuple[Template, Mapping[str, Any]]:
        template = self._of[id(scope)]
        return template, template.arguments(scope)


def _entries(spec: Any) -> Iterator[Entry]:
    """Every entry of a spec."""

    def inside(entries: Any) -> Iterator[Entry]:
        for entry in entries:
            yield entry
            yield from inside(entry.body)
            for path in entry.paths:
                yield from inside(path.layers)

    yield from inside(spec.layers)
    for block in spec.blocks.values():
        yield from inside(block.layers)
