"""The network as its users see it: every layer under its full name, in the order they are written."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnnplan.findings import Finding, Place, Severity
from cnnplan.graph.claims import told
from cnnplan.graph.entries import standing as standing_entries
from cnnplan.graph.freezing import frozen
from cnnplan.graph.naming import Naming, standing
from cnnplan.graph.parts import Fault
from cnnplan.graph.patterns import unmatched
from cnnplan.graph.storing import stored
from cnnplan.lazy import nx

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.dtypes import Storage
    from cnnplan.graph.entries import Standing
    from cnnplan.graph.environment import Symbols
    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.parts import Facts, Node, Tensor
    from cnnplan.sizes import Condition, Shape
    from cnnplan.spec import Spec

__all__ = ["Graph"]


class Graph:
    """The layers of a network, and what flows between them.

    Args:
        spec: what it was built from.
        symbols: the values of the symbols, and the decisions taken at them.
        inputs: the inputs by name.
        fragment: the layers as they were unrolled.

    Attributes:
        kept: what it has in common with other graphs of the spec, and of the spec after an edit.
        context: where its sizes were made.
        values: the values of the symbols at which its structure was decided.
        inputs: the shapes of the inputs by name.
        structure: the decisions that the structure rests on; it answers only where they hold.
        findings: the errors; layers that have one, and those that rest on them, are not among the nodes.
    """

    def __init__(self, spec: Spec, symbols: Symbols, inputs: dict[str, Tensor], fragment: Fragment) -> None:
        self.spec = spec
        self.kept = symbols.kept
        self.context = self.kept.context
        self.values: Mapping[str, Any] = symbols.values
        self.structure: tuple[Condition, ...] = tuple(symbols.structure.values())
        self.inputs: dict[str, Shape] = {n: t.shape for n, t in inputs.items() if t.shape is not None}
        self._fragment = fragment
        self._sources = [*inputs]

    @cached_property
    def _naming(self) -> Naming:
        """The layers by name, which who asks for totals alone can do without."""
        return Naming(self._fragment, self._sources, self.spec.lent)

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """The layers by name; where outputs are declared, those that lead to one.

        Of layers with the same weights, the first that is left has them.
        """
        omitted = self.omitted if self.spec.outputs else {}
        if not omitted:
            return self._naming.nodes
        nodes = {name: node for name, node in self._naming.nodes.items() if name not in omitted}
        heirs: dict[str, str] = {}
        for name, node in nodes.items():
            if node.owner in omitted:
                node.owner = heirs.setdefault(node.owner, name)
        return nodes

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of the layers that are the network's outputs."""
        return self._naming.called(self._fragment.outputs)

    @cached_property
    def omitted(self) -> dict[str, Node]:
        """The layers that lead to none of the outputs that are declared."""
        whole = self._naming.nodes
        if not self.spec.outputs or any(tensor.ref is None for tensor in self._fragment.outputs):
            return {}
        reached: set[str] = set()
        pending = [*self.outputs]
        while pending:
            name = pending.pop()
            if name in whole and name not in reached:
                reached.add(name)
                pending += whole[name].inputs
        return {name: node for name, node in whole.items() if name not in reached}

    @cached_property
    def kinds(self) -> Counter[Facts]:
        """How many layers there are of each kind: the same operator on the same shapes."""
        if not self.spec.outputs or not self.omitted:
            return self._fragment.summary.kinds
        return Counter([node.facts for node in self.nodes.values()])

    @cached_property
    def owners(self) -> Counter[Facts]:
        """How many layers of each kind have weights of their own."""
        if not self._fragment.summary.is_sharing:
            return self.kinds
        return Counter([node.facts for name, node in self.nodes.items() if node.owner == name])

    @property
    def blocked(self) -> dict[str, tuple[str, ...]]:
        """What is read by the layers that have errors or rest on one, by their names; "?" where it is one of them."""
        return self._naming.blocked

    @cached_property
    def entries(self) -> dict[Place, Standing]:
        """What each entry of the spec and its blocks comes to in the network, by its place."""
        return standing_entries(self._fragment)

    @cached_property
    def frozen(self) -> frozenset[str]:
        """The names of the layers whose weights are not trained."""
        return frozen(self.spec, self.nodes)

    @cached_property
    def stored(self) -> dict[str, Storage]:
        """What layers store weights and activations in, by name, where they are told."""
        return stored(self.spec, self.nodes)

    @property
    def lent(self) -> set[str]:
        """The layers that stand in blocks which are not the user's."""
        return self._naming.lent

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The errors in the order of the text, each once, though the block that holds it may be called often."""
        found: dict[Any, Finding] = {(fault.rule, fault.place, fault.message): fault for fault in self.spec.faults}
        for prefix, fault, callers in told(self._naming.faults) if self._fragment.summary.is_faulty else ():
            place, above = standing(fault.place, callers, self.spec.lent)
            key = (fault.rule, place, fault.message)
            found.setdefault(key, self._finding(replace(fault, place=place), prefix + fault.layer, above))
        if not found:
            found.update((fault.place, self._finding(fault, "", ())) for fault in self._unmatched())
        return tuple(sorted(found.values(), key=_order) if self.spec.faults else found.values())

    def _unmatched(self) -> Iterator[Fault]:
        """The names and patterns of the spec that mean no layer."""
        spec, hint = self.spec, "names are those of the report: layer1, layer1.*.conv1"
        patterns = [name for name, _ in spec.dtypes]
        for number, message in unmatched(spec.frozen, self.nodes) if spec.frozen else ():
            yield Fault("CNN015", message, Place(spec.file, ("frozen", number)), "", hint)
        for number, message in unmatched(patterns, self.nodes) if patterns else ():
            place = Place(spec.file, ("dtypes", patterns[number])).at_key()
            yield Fault("CNN015", message, place, "", hint)

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
        return (name,) if name in self.nodes else self._naming.called(self._fragment.ends(name))


def _order(finding: Finding) -> tuple[Any, ...]:
    where = finding.location
    return (where.file, where.line, where.column, finding.place.order) if where else ("", 0, 0, ())
