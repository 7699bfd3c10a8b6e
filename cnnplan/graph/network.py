"""The network as its users see it: every layer under its full name, in the order they are written."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnnplan.findings import Finding, Severity
from cnnplan.graph.claims import told
from cnnplan.graph.parts import Call, Fragment, Node, Tensor
from cnnplan.lazy import nx
from cnnplan.spec.origins import together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.findings import Place
    from cnnplan.graph.environment import Symbols
    from cnnplan.graph.parts import Fault
    from cnnplan.sizes import Condition, Context, Shape
    from cnnplan.spec import Spec

__all__ = ["Graph"]


class Graph:
    """The layers of a network, and what flows between them.

    Args:
        spec: what it was built from.
        context: where its sizes were made.
        symbols: the values of the symbols, and the decisions taken at them.
        inputs: the inputs by name.
        fragment: the layers as they were unrolled.

    Attributes:
        values: the values of the symbols at which its structure was decided.
        nodes: the layers by name.
        kinds: how many layers there are of each kind: the same operator on the same shapes.
        owners: the same of the layers that have weights of their own.
        inputs: the shapes of the inputs by name.
        outputs: the names of the layers that are the network's outputs.
        structure: the decisions that the structure rests on; it answers only where they hold.
        lent: the layers that stand in blocks which are not the user's.
        findings: the errors; layers that have one, and those that rest on them, are not among the nodes.
    """

    def __init__(
        self, spec: Spec, context: Context, symbols: Symbols, inputs: dict[str, Tensor], fragment: Fragment
    ) -> None:
        self.spec = spec
        self.context = context
        self.values: Mapping[str, Any] = symbols.values
        self.structure: tuple[Condition, ...] = tuple(symbols.structure.values())
        self.inputs: dict[str, Shape] = {n: t.shape for n, t in inputs.items() if t.shape is not None}
        self.nodes: dict[str, Node] = {}
        self._fragment = fragment
        self.lent: set[str] = set()
        self._sources = [*inputs]
        self._names: list[str] = []
        self._faults: list[tuple[str, Fault, tuple[Place, ...]]] = []
        self._owners: dict[int, int] = {}
        self._flatten(fragment, "", self._sources, (), "")
        self.kinds = self.owners = Counter([node.facts for node in self.nodes.values()])
        if self._owners:
            self._own()
        self.outputs: tuple[str, ...] = self._called(fragment.outputs)

    def _flatten(
        self, fragment: Fragment, prefix: str, sources: Sequence[str], callers: tuple[Place, ...], outer: str
    ) -> None:
        """Name the layers of a fragment; `sources` are the names of what comes in, `outer` is the caller's origin."""
        names, nodes = self._names, self.nodes
        start = len(names)
        if fragment.faults:
            self._faults += [(prefix, fault, callers) for fault in fragment.faults]
        if fragment.owners:
            self._owners.update({start + mine: start + owner for mine, owner in fragment.owners.items()})
        for item in fragment.items:
            reads = tuple(
                ["?" if ref is None else names[start + ref] if ref >= 0 else sources[-1 - ref] for ref in item.inputs]
            )
            if isinstance(item, Call):
                origin = together(outer, item.origin)
                self._flatten(item.fragment, f"{prefix}{item.name}.", reads, (item.place, *callers), origin)
                continue
            name = prefix + item.name
            names.append(name)
            if item.facts is not None:
                origin = together(outer, item.origin) if item.origin else ""
                place, above = item.place, callers
                if place.file in self.spec.lent:
                    self.lent.add(name)
                    place, above = self._standing(place, callers)
                nodes[name] = Node(name, reads, item.facts, place, above, origin)

    def _standing(self, place: Place, callers: tuple[Place, ...]) -> tuple[Place, tuple[Place, ...]]:
        """The innermost place in a file of the user's own, and where that was called."""
        above = [place, *callers]
        own = next((i for i, each in enumerate(above) if each.file not in self.spec.lent), 0)
        return above[own], tuple(above[own + 1 :])

    def _own(self) -> None:
        """Tell the layers that have the weights of another so."""
        for mine, owner in self._owners.items():
            while owner in self._owners:
                owner = self._owners[owner]  # noqa: PLW2901 - along the chain
            node = self.nodes.get(self._names[mine])
            if node is not None:
                node.owner = self._names[owner]
        self.owners = Counter([node.facts for name, node in self.nodes.items() if node.owner == name])

    def _called(self, tensors: tuple[Tensor, ...]) -> tuple[str, ...]:
        refs = [tensor.ref for tensor in tensors if tensor.ref is not None]
        return tuple(self._names[ref] if ref >= 0 else self._sources[-1 - ref] for ref in refs)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The errors in the order of the text, each once, though the block that holds it may be called often."""
        found: dict[Any, Finding] = {(fault.rule, fault.place, fault.message): fault for fault in self.spec.faults}
        for prefix, fault, callers in told(self._faults):
            place, above = self._standing(fault.place, callers)
            key = (fault.rule, place, fault.message)
            found.setdefault(key, self._finding(replace(fault, place=place), prefix + fault.layer, above))
        return tuple(sorted(found.values(), key=_order) if self.spec.faults else found.values())

    def _finding(self, fault: Fault, layer: str, callers: tuple[Place, ...]) -> Finding:
        locate = self.spec.locate
        where, called_from = locate(fault.place), tuple(map(locate, callers))
        return Finding(
            fault.rule, Severity.ERROR, fault.message, fault.place, where, layer or None, fault.hint, called_from
        )

    @cached_property
    def digraph(self) -> nx.DiGraph[str]:
        """A networkx.DiGraph of the inputs and layers, for networkx's own algorithms.

        A layer has the attributes `node` and `shape`. A DiGraph forgets the order of operands and that one may stand
        twice; `Node.inputs` is the truth.
        """
        graph: nx.DiGraph[str] = nx.DiGraph(name=self.spec.name)
        for name, shape in self.inputs.items():
            graph.add_node(name, shape=shape)
        for name, node in self.nodes.items():
            graph.add_node(name, node=node, shape=node.shape)
            graph.add_edges_from((source, name) for source in node.inputs)
        return graph

    def find(self, name: str) -> tuple[str, ...]:
        """The names of the layers that a layer, a block or a named group ends with.

        Raises:
            KeyError: there is nothing of that name.
        """
        return (name,) if name in self.nodes else self._called(self._fragment.ends(name))


def _order(finding: Finding) -> tuple[Any, ...]:
    where = finding.location
    return (where.file, where.line, where.column, finding.place.order) if where else ("", 0, 0, ())
