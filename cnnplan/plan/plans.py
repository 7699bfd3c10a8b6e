"""A plan: a network with everything that is predicted of it, with letters, or with numbers in their place."""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from cnnplan.collector import uncollected
from cnnplan.conventions import Counting, convention
from cnnplan.cost import KINDS, Cost
from cnnplan.errors import SpecError, UsageError
from cnnplan.graph import Graph, bindings, build
from cnnplan.graph.causes import causes
from cnnplan.memory import Memory
from cnnplan.memory.backward import backward_macs
from cnnplan.plan.blocks import BlockPlan
from cnnplan.plan.entries import EntryPlan
from cnnplan.plan.left_out import LeftOut, left_out
from cnnplan.plan.neighbours import advised, refuse
from cnnplan.plan.nodes import Figures, NodePlan, figures_of
from cnnplan.plan.notebooks import Shown
from cnnplan.plan.reach import declared, reached
from cnnplan.receptive_field import ReceptiveFields
from cnnplan.sizes import Condition, Extent, Membership, Shape, combine, evaluate, every, follows
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cnnplan.findings import Finding, Place
    from cnnplan.graph import Facts
    from cnnplan.graph.causes import Cause
    from cnnplan.spec import Spec

__all__ = ["Plan", "PlanAt", "legal"]


class Plan(Shown):
    """A network with everything predicted of it.

    Args:
        graph: the network.
        figures: the figures of each kind of layer, if they are known already.
        values: the numbers in place of the letters, if that is what `figures` holds.
    """

    def __init__(
        self, graph: Graph, figures: Mapping[Facts, Figures] | None = None, values: Mapping[str, Any] | None = None
    ) -> None:
        self.graph = graph
        self.spec: Spec = graph.spec
        self.name: str = graph.spec.name
        self.values: Mapping[str, Any] = graph.values if values is None else values
        self.findings: tuple[Finding, ...] = advised(graph)
        self._figures = figures_of(graph) if figures is None else figures

    @cached_property
    @uncollected
    def nodes(self) -> dict[str, NodePlan]:
        """Everything predicted of each layer, by name."""
        return {name: NodePlan(node, self._figures[node.facts], self) for name, node in self.graph.nodes.items()}

    def __getitem__(self, name: str) -> NodePlan | BlockPlan:
        """A layer by name, or a block or named group with its sums and the shape of its end.

        Raises:
            KeyError: there is nothing of that name.
        """
        return (
            self.nodes[name] if name in self.nodes else BlockPlan(name, tuple(self.inside(name)), self.end(name), self)
        )

    def inside(self, name: str) -> list[NodePlan]:
        """The layers of a block or group, or the one layer of that name."""
        if name in self.nodes:
            return [self.nodes[name]]
        return [node for node in self if node.name.startswith(f"{name}.")]

    def end(self, name: str) -> str:
        """The name of the layer that a layer, a block or a named group ends with; of an input where it is off.

        Raises:
            KeyError: there is nothing of that name.
        """
        try:
            found = self.graph.find(name)[-1]
        except KeyError:
            known = dict.fromkeys(part for node in self.nodes for part in accumulate(node.split("."), "{}.{}".format))
            raise KeyError(f"{self.name} has no layer {name}{did_you_mean(name, known)}") from None
        if found in self.graph.omitted:
            raise KeyError(f"{name} leads to none of the outputs of {self.name}: {', '.join(self.graph.outputs)}")
        return found

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, layers={len(self)}, params={self.params})"

    def __iter__(self) -> Iterator[NodePlan]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def _sum(self, figure: Callable[[Figures], Any], *, owned: bool = False) -> Any:
        """The sum over all layers, each kind of layer evaluated once."""
        kinds = self.graph.owners if owned else self.graph.kinds
        return combine(zip(map(figure, map(self._figures.__getitem__, kinds)), kinds.values(), strict=True))

    @cached_property
    def entries(self) -> dict[Place, EntryPlan]:
        """Everything predicted of each entry of the spec and its blocks, by its place: all its copies together."""
        return {place: EntryPlan(entry, self._figures) for place, entry in self.graph.entries.items()}

    @cached_property
    def params(self) -> Extent:
        """Trainable weights, each counted once however often it is shared."""
        return self._sum(attrgetter("params"), owned=True)  # type: ignore[no-any-return]

    @cached_property
    def declared(self) -> Extent:
        """Trainable weights of all layers that are written, also of those that lead to none of the outputs."""
        return declared(self)

    @cached_property
    def reached(self) -> Extent:
        """Trainable weights that an output depends on: those that a gradient comes to."""
        return reached(self)

    @cached_property
    def frozen(self) -> Extent:
        """Those of the parameters that are frozen: `trainable: false` beside a layer, or `frozen` of the spec."""
        nodes, held = self.graph.nodes, self.graph.frozen
        owned = (nodes[name].facts for name in held if nodes[name].owner == name)
        return combine((self._figures[facts].params, 1) for facts in owned)  # type: ignore[no-any-return]

    @cached_property
    def buffers(self) -> Extent:
        """Weights that are not trained."""
        return self._sum(attrgetter("buffers"), owned=True)  # type: ignore[no-any-return]

    @cached_property
    def macs(self) -> Extent:
        """Multiply-adds of one forward pass, without biases."""
        return self._sum(attrgetter("cost.macs"))  # type: ignore[no-any-return]

    @cached_property
    def cost(self) -> Cost:
        """The tally of one forward pass."""
        return Cost(*(self._sum(attrgetter(f"cost.{kind}")) for kind in KINDS))

    @property
    def flops(self) -> Extent:
        """Two for each multiply-add of one forward pass, one for everything else."""
        return self.cost.flops

    @property
    def inputs(self) -> dict[str, Shape]:
        """The shapes of the inputs."""
        return {name: tuple(map(self.number, shape)) for name, shape in self.graph.inputs.items()}

    @property
    def outputs(self) -> dict[str, Shape]:
        """The shapes of the outputs, by the layers that give them."""
        inputs = self.inputs
        known = {name: inputs[name] if name in inputs else self.nodes[name].shape for name in self._ends}
        return dict(known)

    @property
    def _ends(self) -> Iterable[str]:
        return (name for name in self.graph.outputs if name in self.nodes or name in self.graph.inputs)

    @property
    def structure(self) -> tuple[Condition, ...]:
        """The decisions on which the structure rests: the plan answers only where they hold."""
        return self.graph.structure

    @cached_property
    def condition(self) -> Condition:
        """For which sizes the network is legal, beyond what is declared."""
        return every(open_.condition for facts in self.graph.kinds for open_ in facts.open)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """The same, one condition for each symbol or group of symbols, without those that the others imply."""
        condition = self.condition
        if condition.verdict:
            return ()
        parts = tuple(getattr(condition, "parts", (condition,)))
        members = [part for part in parts if isinstance(part, Membership)]
        return tuple(part for part in parts if isinstance(part, Membership) or not follows(part, members))

    @cached_property
    def connections(self) -> Extent:
        """The weights it would have if none were shared: not across space or time, and not between layers."""
        return self._uses("connections")

    @cached_property
    def dense(self) -> Extent:
        """The weights it would have if every output of a layer looked at all of its inputs."""
        return self._uses("dense")

    def _uses(self, name: str) -> Extent:
        kinds = self.graph.kinds.items()
        counts = ((getattr(facts.op, name)(facts.shapes, facts.shape), count) for facts, count in kinds)
        return self.number(combine(counts))  # type: ignore[no-any-return]

    def counted(self, tool: str) -> Counting:
        """What another tool counts of it, and why.

        Args:
            tool: one of cnnplan.conventions.CONVENTIONS, such as "fvcore".

        Raises:
            UsageError: there is no such convention.
        """
        return Counting(self.graph, convention(tool), self._numbers)

    @cached_property
    def memory(self) -> Memory:
        """The bytes it takes: weights, activations, the peak of a run, training."""
        return Memory(self.graph, self._numbers)

    @property
    def left_out(self) -> LeftOut:
        """What the spec declares besides that leads to none of the outputs, and is not counted."""
        found = left_out(self.graph)
        return found._replace(params=self.number(found.params), macs=self.number(found.macs))

    @property
    def backward_macs(self) -> Extent:
        """Multiply-adds of one backward pass, for the gradients of all weights."""
        return self.number(combine((macs, 1) for macs in backward_macs(self.graph).values()))  # type: ignore[no-any-return]

    @cached_property
    def receptive_fields(self) -> ReceptiveFields:
        """What every layer looks at."""
        return ReceptiveFields(self.graph, self._numbers)

    @property
    def _numbers(self) -> Mapping[str, Any] | None:
        """What stands in place of the letters; None where they stay."""
        return None

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """The layers behind the conditions, and the way out of each."""
        return causes(self.graph)

    def number(self, value: Any) -> Any:
        """What a formula is in this plan: itself."""
        return value

    def at(self, **values: Any) -> PlanAt:
        """The plan with numbers in place of the letters.

        Args:
            values: of the symbols; those left out keep the plan's values. Outside the decisions on which the
                structure rests, the network is planned anew.

        Raises:
            UsageError: a symbol is unknown, has no value, or may not have this one.
            OutsideConditions: the network is not legal at these sizes.
        """
        bound = bindings(self.spec, {**self.values, **values})
        missing = [name for name in self.spec.symbols if name not in bound]
        if missing:
            raise UsageError(f"no value for {' and '.join(missing)}: bind it, or give it a default in the spec")
        if not all(condition.holds(bound) for condition in self.structure):
            return legal(build(self.spec, bound)).at()
        refuse(self, bound)
        memo: dict[Any, Any] = {}
        figures = {kind: own.at(lambda value: evaluate(value, bound, memo)) for kind, own in self._figures.items()}
        return PlanAt(self.graph, figures, bound)


class PlanAt(Plan):
    """A plan with numbers in place of the letters: its totals are ints."""

    if TYPE_CHECKING:
        params: int  # the same totals, of which it is known here that they are numbers
        buffers: int
        macs: int
        flops: int

    @property
    def _numbers(self) -> Mapping[str, Any] | None:
        return self.values

    def number(self, value: Any) -> Any:
        """What a formula is in this plan: its number at the values."""
        return evaluate(value, self.values)


def legal(graph: Graph) -> Plan:
    """The plan of a network; raises SpecError, with all findings, where a layer is not legal."""
    if graph.findings:
        raise SpecError(advised(graph))
    return Plan(graph)
