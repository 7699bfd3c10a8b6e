"""The entries of the text that a faulty layer rests on: what may be changed, the nearest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from cnnplan.ops import OPERATORS
from cnnplan.spec.words import WIRING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding, Path, Place
    from cnnplan.graph import Graph, Node
    from cnnplan.ops import Operator
    from cnnplan.repairs.layout import Layout
    from cnnplan.repairs.manuscript import Manuscript

__all__ = ["Site", "enclosing", "inputs", "sites"]

FAR = 48
"""How many layers back is looked."""


class Site(NamedTuple):
    """An entry as it is written.

    Args:
        file: where it stands.
        path: the entry.
        verb: the path of its verb; that of the entry where it is a bare one.
        called: what the verb is.
        node: the layer that it makes, the nearest to the fault; None of the call of a block, and of a layer at fault.
        layout: the text.
    """

    file: str
    path: Path
    verb: Path
    called: str
    node: Node | None
    layout: Layout

    def text(self, argument: str) -> str:
        """An argument as it is written, "" where it is not."""
        written = self.layout.value((*self.verb, argument))
        quotes = written[:1] in ("'", '"') and written[-1:] == written[:1]
        return written[1:-1] if quotes else written

    @property
    def op(self) -> Operator | None:
        """The operator that it makes; of a layer at fault the one of its arguments, where all are written as values."""
        if self.node:
            return self.node.op
        model = OPERATORS.get(self.called)
        try:
            return model(**self._values) if model else None
        except (yaml.YAMLError, ValueError, TypeError):
            return None

    @property
    def _values(self) -> dict[str, Any]:
        """The arguments as YAML reads them."""
        if self.verb == self.path:
            return {}
        written = self.layout.value(self.verb)
        indent = " " * self.layout.column(self.layout.pieces[self.verb].start)
        return yaml.safe_load(f"{indent}{written}") or {}

    @property
    def arguments(self) -> list[str]:
        """The arguments that are written."""
        return [str(path[-1]) for path in self.layout.children(self.verb)] if self.verb != self.path else []


def inputs(graph: Graph, layer: str) -> tuple[str, ...]:
    """The layers that a layer reads, a faulty one too."""
    node = graph.nodes.get(layer)
    return node.inputs if node else graph.blocked.get(layer, ())


def enclosing(layer: str, file_path: Path) -> str:
    """What stands before the names of the layers of the block that a layer is in: "layer1.bottleneck1."."""
    return f"{layer.rpartition('.')[0]}." if "." in layer and file_path[:1] == ("blocks",) else ""


def sites(manuscript: Manuscript, finding: Finding) -> list[Site]:
    """The entries that made what a faulty layer reads, and the calls of their blocks; the nearest first."""
    graph = manuscript.graph
    if graph is None or not finding.layer:
        return []
    found: dict[tuple[str, Path], Site] = {}
    start = graph.nodes.get(finding.layer)
    places = [(finding.place, start)] if start or finding.place.path else []
    for place, node in [*places, *_before(graph, finding.layer)]:
        above = node.called_from if node else _callers(manuscript, finding)
        for depth, each in enumerate((place, *above)):
            site = _site(manuscript, each, None if depth else node)
            if site is not None:
                found.setdefault((site.file, site.path), site)
    return list(found.values())


def _callers(manuscript: Manuscript, finding: Finding) -> tuple[Place, ...]:
    """Where the blocks were called that hold the fault: as of any layer beside it."""
    graph = manuscript.graph
    beside = (finding.layer or "").rpartition(".")[0]
    for name, node in graph.nodes.items() if graph and beside else ():
        if name.rpartition(".")[0] == beside:
            return node.called_from
    return ()


def _before(graph: Graph, layer: str) -> Iterator[tuple[Place, Node]]:
    """The layers before one, breadth first."""
    waiting, seen = list(inputs(graph, layer)), set[str]()
    while waiting and len(seen) < FAR:
        name = waiting.pop(0)
        node = graph.nodes.get(name)
        if node is None or name in seen:
            continue
        seen.add(name)
        waiting += node.inputs
        yield node.place, node


def _site(manuscript: Manuscript, place: Place, node: Node | None) -> Site | None:
    """The entry that a place is in."""
    layout = manuscript.layout(place.file)
    path = place.path
    while path and not (isinstance(path[-1], int) and path in layout.pieces):
        path = path[:-1]
    if not path:
        return None
    piece = layout.pieces[path]
    if piece.kind == "scalar":
        return Site(place.file, path, path, layout.value(path), node, layout)
    verb = next((each for each in layout.children(path) if each[-1] not in WIRING), None)
    return Site(place.file, path, verb, str(verb[-1]), node, layout) if verb else None
