"""Everything that is predicted of one layer."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnplan.cost import KINDS, Cost
from cnnplan.sizes import Condition, Extent, Shape, prod, total

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.dtypes import Storage
    from cnnplan.findings import Place
    from cnnplan.graph import Facts, Graph, Node
    from cnnplan.memory import NodeMemory
    from cnnplan.ops import Operator, Weight
    from cnnplan.plan.plans import Plan
    from cnnplan.receptive_field import ReceptiveField

    Weighed = dict[tuple[Any, ...], tuple[Mapping[str, Weight], Extent, Extent]]

__all__ = ["Figures", "NodePlan", "figures_of"]


class Figures:
    """What a layer needs and costs; one object for all layers that are alike."""

    __slots__ = ("buffers", "cost", "params", "shape", "weights")

    def __init__(
        self, shape: Shape, weights: Mapping[str, Weight], params: Extent, buffers: Extent, cost: Cost
    ) -> None:
        self.shape = shape
        self.weights = weights
        self.params = params
        self.buffers = buffers
        self.cost = cost

    @classmethod
    def of(cls, facts: Facts, weighed: Weighed | None = None) -> Figures:
        """The figures that follow from an operator and the shapes of its inputs.

        Args:
            facts: the operator and the shapes.
            weighed: the weights of layers so far, by their operator and what else these follow from.
        """
        if weighed is None or not facts.op.weighs_channels:
            weights, params, buffers = _weights(facts)
        else:
            x = facts.shapes[0]
            key = (id(facts.op), x[1], len(x), len(facts.shapes))
            found = weighed.get(key)
            if found is None:
                found = weighed[key] = _weights(facts)
            weights, params, buffers = found
        return cls(facts.shape, weights, params, buffers, facts.op.cost(facts.shapes, facts.shape))

    def at(self, number: Callable[[Any], Any]) -> Figures:
        """The same with numbers in place of letters."""
        weights = {
            name: weight._replace(shape=tuple(map(number, weight.shape))) for name, weight in self.weights.items()
        }
        cost = Cost(*(number(getattr(self.cost, kind)) for kind in KINDS))
        return Figures(tuple(map(number, self.shape)), weights, number(self.params), number(self.buffers), cost)


def _weights(facts: Facts) -> tuple[Mapping[str, Weight], Extent, Extent]:
    """The weights of a layer, and how many numbers there are in those that are trained, and in those that are not."""
    weights = facts.op.weights(*facts.shapes)
    if not weights:
        return weights, 0, 0
    trained: list[Extent] = []
    others: list[Extent] = []
    for weight in weights.values():
        (trained if weight.trainable else others).append(prod(weight.shape))
    return weights, total(trained), total(others)


def figures_of(graph: Graph) -> Mapping[Facts, Figures]:
    """The figures of each kind of layer, computed unless they were for a plan before."""
    known: dict[Facts, Figures] = graph.kept.figures
    weighed: Weighed = {}
    for facts in graph.kinds:
        if facts not in known:
            known[facts] = Figures.of(facts, weighed)
    return dict(zip(graph.kinds, map(known.__getitem__, graph.kinds), strict=True))


class NodePlan:
    """Everything predicted of one layer.

    `params` and `buffers` count weights where they are owned: a layer that shares the weights of another has none.
    """

    __slots__ = ("figures", "node", "plan")

    def __init__(self, node: Node, figures: Figures, plan: Plan) -> None:
        self.node = node
        self.figures = figures
        self.plan = plan

    @property
    def name(self) -> str:
        """The full name of the layer."""
        return self.node.name

    @property
    def origin(self) -> str:
        """What it is called where it comes from, a file of another world; "" where nobody says."""
        return self.node.origin

    @property
    def op(self) -> Operator:
        """Its operator."""
        return self.node.op

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of what it reads, in order."""
        return self.node.inputs

    @property
    def place(self) -> Place:
        """The entry that made it."""
        return self.node.place

    @property
    def shape(self) -> Shape:
        """The shape of its output: N, C, spatial."""
        return self.figures.shape

    @property
    def weights(self) -> Mapping[str, Weight]:
        """Its weights by PyTorch's names, its own or shared."""
        return self.figures.weights

    @property
    def shared(self) -> str | None:
        """The layer whose weights it has, None where they are its own."""
        return None if self.node.owner == self.node.name else self.node.owner

    @property
    def params(self) -> Extent:
        """The number of trainable weights that it owns."""
        return self.figures.params if self.node.owner == self.node.name else 0

    @property
    def buffers(self) -> Extent:
        """The number of weights that are not trained, such as running means."""
        return self.figures.buffers if self.node.owner == self.node.name else 0

    @property
    def cost(self) -> Cost:
        """The arithmetic it does."""
        return self.figures.cost

    @property
    def macs(self) -> Extent:
        """Multiply-adds, without bias."""
        return self.figures.cost.macs

    @property
    def flops(self) -> Extent:
        """Two for each multiply-add, one for everything else."""
        return self.figures.cost.flops

    @property
    def connections(self) -> Extent:
        """The weights it would have if none were shared within a sample: one for each use of a weight."""
        facts = self.node.facts
        return self.plan.number(facts.op.connections(facts.shapes, self.node.shape))  # type: ignore[no-any-return]

    @property
    def dense(self) -> Extent:
        """The weights it would have if every output looked at every input."""
        facts = self.node.facts
        return self.plan.number(facts.op.dense(facts.shapes, self.node.shape))  # type: ignore[no-any-return]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What must hold for this layer to be legal, beyond what is declared."""
        return tuple(open_.condition for open_ in self.node.facts.open)

    @property
    def memory(self) -> NodeMemory:
        """The bytes of its weights, of its output, and of all that is alive while it runs."""
        return self.plan.memory.nodes[self.name]

    @property
    def storage(self) -> Storage | None:
        """The types that it is told to store weights and activations in; None where it is told none."""
        return self.plan.graph.stored.get(self.name)

    @property
    def receptive_fields(self) -> Mapping[str, ReceptiveField]:
        """What it looks at, by the inputs of the network that it depends on."""
        return self.plan.receptive_fields.of(self.name)

    @property
    def receptive_field(self) -> ReceptiveField | None:
        """What it looks at on the first of these inputs; None where it depends on none."""
        return next(iter(self.receptive_fields.values()), None)

    def _repr_html_(self) -> str:
        text: str = import_module("cnnplan.report.notebook").layer(self)
        return text

    def __repr__(self) -> str:
        return f"NodePlan({self.name!r}, {self.op.verb}, shape={self.shape}, params={self.params}, macs={self.macs})"
