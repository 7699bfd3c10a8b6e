"""Everything predicted of a block, a named group or the copies of a repeat: its sums, and the shape of its end."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from operator import add
from typing import TYPE_CHECKING, Any

from cnnplan.cost import Cost
from cnnplan.memory import NodeMemory
from cnnplan.sizes import combine, maximum

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.plan.nodes import NodePlan
    from cnnplan.plan.plans import Plan
    from cnnplan.receptive_field import ReceptiveField
    from cnnplan.sizes import Condition, Extent, Shape

__all__ = ["BlockPlan"]


class BlockPlan:
    """A block of a plan: what its layers need together, and what it gives.

    Args:
        name: its full name, "layer4".
        layers: its layers in order; none where it is off.
        end: the layer or input of the network that its output is.
        plan: the network.
    """

    __slots__ = ("end", "layers", "name", "plan")

    def __init__(self, name: str, layers: tuple[NodePlan, ...], end: str, plan: Plan) -> None:
        self.name = name
        self.layers = layers
        self.end = end
        self.plan = plan

    def __iter__(self) -> Iterator[NodePlan]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    @property
    def span(self) -> tuple[str, str] | None:
        """The names of its first and its last layer; None where there is none."""
        return (self.layers[0].name, self.layers[-1].name) if self.layers else None

    @property
    def shape(self) -> Shape:
        """The shape of its output: N, C, spatial."""
        plan = self.plan
        return plan.inputs[self.end] if self.end in plan.inputs else plan.nodes[self.end].shape

    @property
    def params(self) -> Extent:
        """The trainable weights that its layers own."""
        return self._sum("params")

    @property
    def buffers(self) -> Extent:
        """The weights of its layers that are not trained."""
        return self._sum("buffers")

    @property
    def cost(self) -> Cost:
        """The arithmetic of its layers."""
        return reduce(add, [layer.cost for layer in self.layers], Cost())

    @property
    def macs(self) -> Extent:
        """Multiply-adds, without bias."""
        return self._sum("macs")

    @property
    def flops(self) -> Extent:
        """Two for each multiply-add, one for everything else."""
        return self._sum("flops")

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What must hold for its layers to be legal, beyond what is declared."""
        return tuple(dict.fromkeys(condition for layer in self.layers for condition in layer.conditions))

    @property
    def memory(self) -> NodeMemory:
        """The bytes of its weights, of its output, and the most that is alive while one of its layers runs."""
        parts = [layer.memory for layer in self.layers]
        weights: Any = combine((part.weights, 1) for part in parts)
        output = parts[-1].activation if parts else 0
        live: Any = maximum(*(part.live for part in parts)) if parts else 0
        return NodeMemory(weights, output, live)

    @property
    def receptive_fields(self) -> Mapping[str, ReceptiveField]:
        """What an element of its output looks at, by the inputs of the network that it depends on."""
        return self.plan.receptive_fields.of(self.end)

    @property
    def receptive_field(self) -> ReceptiveField | None:
        """What it looks at on the first of these inputs; None where it depends on none."""
        return next(iter(self.receptive_fields.values()), None)

    def _sum(self, figure: str) -> Extent:
        found: Extent = combine((getattr(layer, figure), 1) for layer in self.layers)
        return found

    def _repr_html_(self) -> str:
        text: str = import_module("cnnplan.report.notebook").block(self)
        return text

    def __repr__(self) -> str:
        sums = f"layers={len(self)}, shape={self.shape}, params={self.params}, macs={self.macs}"
        return f"BlockPlan({self.name!r}, {sums})"
