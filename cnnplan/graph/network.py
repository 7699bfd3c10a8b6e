"""The network as its users see it: every layer under its full name, in the order they are written."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.findings import Finding, Place, Severity
from cnnplan.graph.census import census
from cnnplan.graph.claims import told
from cnnplan.graph.entries import standing as standing_entries
from cnnplan.graph.freezing import frozen
from cnnplan.graph.naming import Naming, argument, standing
from cnnplan.graph.parts import Fault
from cnnplan.graph.patterns import unmatched
from cnnplan.graph.storing import stored
from cnnplan.lazy import nx
from cnnplan.spec.words import did_you_mean

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
        omitted = self.omitted
        if not omitted:
            return self._naming.nodes
        heirs = self.heirs
        nodes = {name: node for name, node in self._naming.nodes.items() if name not in omitted}
        for node in nodes.values():
            node.owner = heirs.get(node.owner, node.owner)
        return nodes

    @cached_property
    def heirs(self) -> dict[str, str]:
        """The layers that have the weights of layers which lead to no output, by these."""
        omitted, heirs = self.omitted, dict[str, str]()
        for name, node in self._naming.nodes.items() if omitted else ():
            if name not in omitted and node.owner in omitted:
                heirs.setdefault(node.owner, name)
        return heirs

    @cached_property
    def spare(self) -> Counter[Facts]:
        """How many layers of each kind have weights that lead to none of the outputs that are declared."""
        heirs = self.heirs
        owners = (name for name, node in self.omitted.items() if node.owner == name and name not in heirs)
        return Counter([self.omitted[name].facts for name in owners])

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of the layers that are the network's outputs, or that it is looked at up to."""
        return self._ends or self._naming.called(self._fragment.outputs)

    @cached_property
    def _ends(self) -> tuple[str, ...]:
        """The layers that it is looked at up to; () where that is all of it, or an error is in the way.

        Raises:
            UsageError: it has no layer of that name.
        """
        found: list[str] = []
        for name in self.spec.until:
            try:
                ends = self.find(name)
            except KeyError:
                ends = ()
            if ends:
                found += ends
            elif self.spec.faults or self._fragment.is_faulty:
                return ()
            else:
                raise UsageError(f"{self.spec.file} has no layer {name}{self._near(name)}")
        return tuple(dict.fromkeys(found))

    def _near(self, name: str) -> str:
        """What may have been meant by the name of a layer that is not there."""
        known = dict.fromkeys(
            part for node in self._naming.nodes for part in accumulate(node.split("."), "{}.{}".format)
        )
        begins = ", ".join(each for each in [*known][:40] if "." not in each)
        return did_you_mean(name, known) or f"; it begins with {begins}"

    @cached_property
    def omitted(self) -> dict[str, Node]:
        """The layers that lead to none of the outputs that are declared, or that it is looked at up to."""
        if not (self.spec.outputs or self.spec.until):
            return {}
        whole = self._naming.nodes
        if not self._ends and any(tensor.ref is None for tensor in self._fragment.outputs):
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
        if not self.omitted:
            return Counter(census(self._fragment))
        return Counter([node.facts for node in self.nodes.values()])

    @cached_property
    def owners(self) -> Counter[Facts]:
        """How many layers of each kind have weights of their own."""
        if not self._fragment.is_sharing:
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
        """The errors in the order of the text, each once, though the block that holds it may be called often.

        Where it is looked at up to a layer, those behind have none.
        """
        found: dict[Any, Finding] = {(fault.rule, fault.place, fault.message): fault for fault in self.spec.faults}
        faults = self._naming.faults if self._fragment.is_faulty else []
        if self._ends:  # layers that have no shape are not among the nodes, and nothing that is reached rests on one
            faults = [found for found in faults if found[0] + found[1].layer in self.nodes]
        for prefix, fault, callers in told(faults):
            place, above = standing(fault.place, callers, self.spec.lent)
            key = (fault.rule, place, fault.message)
            told_of = argument(fault.place, place)
            found.setdefault(key, self._finding(replace(fault, place=told_of), prefix + fault.layer, above))
        if not found:
            found.update((fault.place, self._finding(fault, "", ())) for fault in self._unmatched())
        return tuple(sorted(found.values(), key=_order) if self.spec.faults else found.values())

    def _unmatched(self) -> Iterator[Fault]:
        """The names and patterns of the spec that mean no layer."""
        spec, hint = self.spec, "names are those of the report: layer1, layer1.*.conv1"
        patterns = [name for name, _ in spec.dtypes]
        if not spec.frozen and not patterns:
            return  # without the names, which nobody may ask for
        nodes = self._naming.nodes if spec.until else self.nodes
        for number, message in unmatched(spec.frozen, nodes) if spec.frozen else ():
            yield Fault("CNN015", message, Place(spec.file, ("frozen", number)), "", hint)
        for number, message in unmatched(patterns, nodes) if patterns else ():
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
        return (name,) if name in self._naming.nodes else self._naming.called(self._fragment.ends(name))


def _order(finding: Finding) -> tuple[Any, ...]:
    where = finding.location
    return (where.file, where.line, where.column, finding.place.order) if where else ("", 0, 0, ())
