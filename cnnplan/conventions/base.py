"""What a convention is made of: for each operator, the terms that lead from our MACs to the number of a tool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from cnnplan.sizes import prod

if TYPE_CHECKING:
    from cnnplan.cost import Cost
    from cnnplan.ops import Operator
    from cnnplan.sizes import Extent, Shape

__all__ = [
    "ADDS",
    "AGAIN",
    "BIASES",
    "NOTHING",
    "POOLS",
    "UNCOUNTED",
    "Convention",
    "Layer",
    "Rule",
    "Term",
    "again",
    "doubled",
    "of_input",
    "of_output",
]

ADDS = "the add of each multiply-add"
BIASES = "biases"
AGAIN = "counted twice"
UNCOUNTED = "not counted"
"""Terms that several tools have."""

POOLS = ("max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool", "global_avg_pool", "global_max_pool")
"""The poolings that tools know."""

Term = tuple[str, Any]
"""What a number is made of, and how much of it."""


class Layer(NamedTuple):
    """What a rule sees of a layer."""

    op: Any
    shapes: tuple[Shape, ...]
    shape: Shape
    cost: Cost

    @property
    def x(self) -> Shape:
        """The shape of the first input."""
        return self.shapes[0]

    @property
    def inputs(self) -> Extent:
        """The elements of the first input."""
        return cast("Extent", prod(self.x))

    @property
    def outputs(self) -> Extent:
        """The elements of the output."""
        return cast("Extent", prod(self.shape))

    @property
    def macs(self) -> Extent:
        """Our own number."""
        return self.cost.macs

    @property
    def operator(self) -> Operator:
        """The operator, typed."""
        return self.op  # type: ignore[no-any-return]


Rule = Callable[[Layer], Iterable[Term]]
"""The terms of a layer besides its MACs."""


@dataclass(frozen=True, slots=True)
class Convention:
    """How a tool counts.

    Args:
        name: of the tool.
        version: of which the numbers are reproduced.
        unit: what the tool calls its number.
        source: where its rules are written.
        note: what else is to know, one sentence.
        rules: by the verb of the operator; of an operator that is not here, no arithmetic is counted.
    """

    name: str
    version: str
    unit: str
    source: str
    note: str
    rules: Mapping[str, Rule]

    def terms(self, layer: Layer) -> Iterable[Term]:
        """What is to be added to the MACs of a layer."""
        rule = self.rules.get(layer.operator.verb)
        if rule is not None:
            return rule(layer)
        return [(UNCOUNTED, -1 * layer.macs)] if layer.macs != 0 else []


def NOTHING(layer: Layer) -> Iterable[Term]:  # noqa: N802 - a rule by its name in a table
    """The MACs as they are."""
    del layer
    return ()


def doubled(layer: Layer) -> Iterable[Term]:
    """A multiply and an add, both counted."""
    yield ADDS, layer.macs


def of_input(name: str, times: int = 1) -> Rule:
    """So many for each element of the input."""
    return lambda layer: [(name, times * layer.inputs)]


def of_output(name: str, times: int = 1) -> Rule:
    """So many for each element of the output."""
    return lambda layer: [(name, times * layer.outputs)]


def again(rule: Rule) -> Rule:
    """The same, and once more."""

    def twice(layer: Layer) -> Iterable[Term]:
        terms = list(rule(layer))
        return [*terms, *((AGAIN, amount) for _, amount in terms)]

    return twice
