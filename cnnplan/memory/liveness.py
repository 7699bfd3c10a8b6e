"""Which tensors are alive when: the order of the layers, read forwards once and backwards once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.collector import uncollected
from cnnplan.sizes import combine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.graph import Graph, Node
    from cnnplan.sizes import Extent

__all__ = ["Liveness"]


class Liveness:
    """When the tensors of a network come and go.

    Args:
        graph: the network.
        alike: whether two tensors have numbers of the same size.

    Attributes:
        roots: for each tensor the one whose memory it is: itself, or what a view looks at.
        last: for each root the layer that reads it last; no entry where nobody does, or it is never freed.
    """

    def __init__(self, graph: Graph, alike: Callable[[str, str], bool]) -> None:
        self._graph = graph
        self._alike = alike
        self.roots: dict[str, str] = {name: name for name in graph.inputs}
        self.last: dict[str, str] = {}
        for name, node in graph.nodes.items():
            for source in node.inputs:
                self.last[self.roots[source]] = name
            self.roots[name] = self.roots[node.inputs[0]] if node.op.is_view else name
        self._kept = {self.roots[name] for name in graph.outputs if name in self.roots}
        for root in self._kept:
            self.last.pop(root, None)

    def in_place(self, node: Node) -> bool:
        """Whether a layer writes over its first input: nobody reads that later, and it is no input and no weight."""
        if not node.op.rewrites or node.inputs.count(node.inputs[0]) > 1:
            return False
        root = self.roots[node.inputs[0]]
        maker = self._graph.nodes.get(root)
        mine = maker is not None and bool(maker.inputs) and self.last.get(root) == node.name
        return mine and self._alike(root, node.name)

    @uncollected
    def sums(self, sizes: Mapping[str, Extent]) -> dict[str, Extent]:
        """What is alive while each layer runs.

        Args:
            sizes: the size of every root that takes memory.
        """
        held: Any = combine((sizes[name], 1) for name in self._graph.inputs if self._stays(name))
        found = {}
        for name, node in self._graph.nodes.items():
            made = sizes.get(name, 0)
            found[name] = held if self.in_place(node) else held + made
            ending = {root for root in map(self.roots.__getitem__, node.inputs) if self.last.get(root) == name}
            freed = combine((sizes.get(root, 0), 1) for root in ending)
            held = held + (made if self._stays(self.roots[name]) else 0) - freed
        return found

    def _stays(self, root: str) -> bool:
        """Whether it is not freed at once."""
        return root in self.last or root in self._kept
