"""Everything that is predicted of a network: shapes, weights and cost of every layer, totals, and the conditions.

A plan is made with letters and answers inside its conditions; `at` puts numbers in. Layers that are alike share one
set of figures, so that a network costs as much to plan as it has different layers.
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from cnnplan.collector import uncollected
from cnnplan.conventions import Counting, convention
from cnnplan.cost import KINDS, Cost
from cnnplan.errors import OutsideConditions, SpecError, UsageError
from cnnplan.graph import Graph, bindings, build
from cnnplan.graph.causes import causes
from cnnplan.memory import Memory
from cnnplan.memory.backward import backward_macs
from cnnplan.plan.blocks import BlockPlan
from cnnplan.plan.entries import EntryPlan
from cnnplan.plan.left_out import LeftOut, left_out
from cnnplan.plan.neighbours import advised, neighbours, said
from cnnplan.plan.nodes import Figures, NodePlan
from cnnplan.plan.notebooks import Shown
from cnnplan.plan.reach import declared, reached
from cnnplan.receptive_field import ReceptiveFields
from cnnplan.sizes import Condition, Extent, Membership, Shape, combine, evaluate, every, follows
from cnnplan.spec.words import did_you_mean
from cnnplan.translation import load_spec
from cnnplan.translation.options import extents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from cnnplan.findings import Finding, Place
    from cnnplan.graph import Facts
    from cnnplan.graph.causes import Cause
    from cnnplan.spec import Spec

__all__ = ["BlockPlan", "EntryPlan", "NodePlan", "Plan", "load", "plan_spec"]


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
        self._figures = _figures(graph) if figures is None else figures

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
        return combine((figure(self._figures[facts]), count) for facts, count in kinds.items())

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
            return _legal(build(self.spec, bound)).at()
        self._hold(bound)
        memo: dict[Any, Any] = {}
        figures = {kind: own.at(lambda value: evaluate(value, bound, memo)) for kind, own in self._figures.items()}
        return PlanAt(self.graph, figures, bound)

    def _hold(self, values: Mapping[str, Any]) -> None:
        """Refuse sizes at which a layer is not legal."""
        if self.condition.verdict or self.condition.holds(values):
            return
        for name, node in self.graph.nodes.items():
            for condition, requirement, _ in node.facts.open:
                if not condition.holds(values):
                    at = ", ".join(f"{symbol} = {values[symbol]}" for symbol in sorted(condition.symbols))
                    cause = requirement.message.format(**requirement.values)
                    near = said(neighbours(self.spec, values, [*self.conditions, *self.structure]))
                    more = f"; legal next to it: {near}" if near else ""
                    raise OutsideConditions(f"{name}: {cause} at {at}: needs {condition}{more}")


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


def _figures(graph: Graph) -> Mapping[Facts, Figures]:
    """The figures of each kind of layer, computed unless they were for a plan before."""
    known: dict[Facts, Figures] = graph.kept.figures
    found: dict[Facts, Figures] = {}
    for facts in graph.kinds:
        figures = known.get(facts)
        if figures is None:
            figures = known[facts] = Figures.of(facts)
        found[facts] = figures
    return found


def _legal(graph: Graph) -> Plan:
    if graph.findings:
        raise SpecError(advised(graph))
    return Plan(graph)


def plan_spec(
    spec: Spec,
    values: Mapping[str, Any] | None = None,
    *,
    symbolic: bool | frozenset[str] = True,
    partial: bool = False,
    previous: Plan | None = None,
) -> Plan:
    """Plan a validated spec.

    Args:
        spec: the document.
        values: bindings of its symbols, where numbers are shown and structure is decided.
        symbolic: False to plan with the numbers themselves instead of letters; or the symbols that stay letters.
        partial: True to plan what is legal, with the errors as `findings`, instead of raising.
        previous: a plan of this spec, or of the spec before an edit: what both have in common is not planned again.
            They then share what they are made of, and are for one thread.

    Raises:
        SpecError: a layer is not legal.
        UsageError: a binding is of no symbol, or outside its declared domain; the file holds blocks only.
    """
    if spec.is_library:
        raise UsageError(f"{spec.file} holds blocks for specs to include, and no network")
    graph = build(spec, values, symbolic=symbolic, previous=None if previous is None else previous.graph)
    return Plan(graph) if partial else _legal(graph)


def load(source: str | Path | Spec | Any, /, **values: Any) -> Plan:
    """Plan the network that a file or a text describes, or a module of PyTorch.

    Args:
        source: the path of a YAML file, or its text; the path of a file of another world, model.onnx; a Spec; an
            nn.Module, or a function that gives one. Of what is no spec, `dims` tells the extents of the input:
            `load(module, dims="N,3,H,W")`, or a mapping by input. `previous` is a plan of the same network before an
            edit: `load(text, previous=plan)` plans anew what has changed, and nothing else. `until` is a layer or
            block, or several: `load("specs/resnet.yaml", until="layer4")` is what leads to it, a backbone.
        values: bindings of its symbols, where numbers are shown and structure is decided; formulas keep the letters.

    Raises:
        SpecError: the spec is at fault; `findings` holds every error.
        UsageError: the file cannot be read, or a binding is wrong.
    """
    dims, previous = values.get("dims"), values.get("previous")
    options: dict[str, Any] = {}
    if isinstance(dims, str | tuple | list | dict):
        options["dims"] = extents(values.pop("dims"))
    if isinstance(previous, Plan):
        del values["previous"]
    else:
        previous = None
    until = values.get("until")
    if isinstance(until, str | tuple | list):
        options["until"] = (until,) if isinstance(until, str) else tuple(until)
        del values["until"]
    return plan_spec(load_spec(source, **options), values, previous=previous)
