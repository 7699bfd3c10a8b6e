"""What the names of a promise mean: amounts of the network and of its layers, symbols, conditions.

params buffers macs flops          of the whole network; frozen and trained are parts of params
declared reached                   params with those of layers that lead to no output, and without them
memory peak activations            in bytes: weights and the peak of a run; the peak; the outputs of all layers
weight_bytes                       the weights in the types that they are stored in
layer4.params, stem.macs           of a layer, block or group
stem.receptive_field               per axis, at the end of a layer
fvcore, thop, torchinfo            the total as another tool counts: all in cnnplan.conventions.CONVENTIONS
shape("layer4")                    its output
legal                              for which sizes the network is legal; `conditions` as a list of texts
H, variant.depths                  symbols; those that stand under `at` are numbers, others letters
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.conventions import CONVENTIONS
from cnnplan.plan.records import Named, named
from cnnplan.sizes import Condition, Count, substitute
from cnnplan.spec import EvaluationError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.plan import NodePlan, Plan
    from cnnplan.sizes import Shape

__all__ = ["AMOUNTS", "Terms"]

AMOUNTS: dict[str, Callable[[Plan], Any]] = {
    "params": lambda plan: plan.params,
    "frozen": lambda plan: plan.frozen,
    "trained": lambda plan: plan.params - plan.frozen,
    "declared": lambda plan: plan.declared,
    "reached": lambda plan: plan.reached,
    "buffers": lambda plan: plan.buffers,
    "macs": lambda plan: plan.macs,
    "flops": lambda plan: plan.flops,
    "memory": lambda plan: plan.memory.inference,
    "peak": lambda plan: plan.memory.peak,
    "activations": lambda plan: plan.memory.activations,
    "weight_bytes": lambda plan: plan.memory.weights,
}
"""What is counted of a network."""

LATE: Final = frozenset({"weight_bytes", "declared", "reached"})
"""What came when networks may have had a layer of that name, which goes first."""


class Terms:
    """The environment of a promise.

    Args:
        plan: the network.
        pinned: the numbers in the place of symbols.

    Attributes:
        path: the decisions on the way through `a if c else b` that is followed, with those that were made on it; None
            where they are made at the values.
    """

    def __init__(self, plan: Plan, pinned: Mapping[str, Any]) -> None:
        self.plan = plan
        self.pinned = pinned
        self.path: list[tuple[Condition, bool]] | None = None
        self._step = 0
        self.values = {**plan.values, **pinned}
        self._memo: dict[Any, Any] = {}

    def lookup(self, name: str) -> Any:
        """A symbol, an amount, what is legal, or a layer."""
        spec = self.plan.spec
        if name in spec.symbols:
            return self._symbol(name)
        if name in AMOUNTS and not (name in LATE and name in named(self.plan)):
            return self.at(AMOUNTS[name](self.plan))
        if name in CONVENTIONS:
            return self.at(self.plan.counted(name).total)
        if name == "legal":
            verdict = self.plan.condition.verdict
            return self.plan.condition if verdict is None else verdict
        if name == "conditions":
            return tuple(map(str, self.plan.conditions))
        if name in named(self.plan):
            return Named(name, self.plan, self.at)
        if name in self.plan.inputs:
            raise EvaluationError(f"{name} is an input: its shape is shape('{name}'), its channels shape('{name}')[1]")
        raise UnknownName(name, (*spec.symbols, *AMOUNTS, "legal", "conditions", *named(self.plan)))

    def shape(self, name: str) -> tuple[Any, ...]:
        """The output of a layer, block or group."""
        try:
            shape = self.plan.inputs[name] if name in self.plan.inputs else self._ending(name)
        except (KeyError, IndexError):
            raise UnknownName(name, self.plan.nodes) from None
        return tuple(map(self.at, shape))

    def _ending(self, name: str) -> Shape:
        """The output of what a name ends with: an input, where all of it is off."""
        if name in self.plan.nodes:
            return self.plan.nodes[name].shape
        end = self.plan.graph.find(name)[-1]
        return self.plan.inputs[end] if end in self.plan.inputs else self.plan.nodes[end].shape

    def ending(self, name: str) -> NodePlan | None:
        """The layer that a name ends with; None for an input."""
        end = name if name in self.plan.nodes or name in self.plan.inputs else self.plan.graph.find(name)[-1]
        return self.plan.nodes.get(end)

    def along(self, path: list[tuple[Condition, bool]]) -> Terms:
        """The same, which decides as on a path, and after its end that things hold."""
        other = Terms(self.plan, self.pinned)
        other.path = list(path)
        return other

    def decide(self, condition: Condition) -> bool:
        """Decide where a promise cannot go on without: along the path, or at the values."""
        if self.path is not None:
            if self._step == len(self.path):
                self.path.append((condition, True))
            self._step += 1
            return self.path[self._step - 1][1]
        missing = sorted(condition.symbols - self.values.keys())
        if missing:
            raise EvaluationError(f"{' and '.join(missing)} needs a value")
        return condition.holds(self.values)

    def at(self, value: Any) -> Any:
        """A count with the numbers in it."""
        return substitute(value, self.pinned, self._memo) if isinstance(value, Count) else value

    def number(self, value: Any) -> Any:
        """A value with numbers for all letters, None where one has none."""
        if isinstance(value, Count):
            return value.at(self.values) if value.symbols <= self.values.keys() else None
        return value

    def _symbol(self, name: str) -> Any:
        if name in self.pinned:
            return self.pinned[name]
        symbol = self.plan.spec.symbols[name]
        if symbol.numeric:
            return self.plan.graph.context.symbol(name, symbol.domain())
        if name not in self.plan.values:
            raise EvaluationError(f"{name} needs a value")
        return self.plan.values[name]
