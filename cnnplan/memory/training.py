"""A network in; the bytes that a step of its training takes out, in total and by layer, as formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.dtypes import BITS
from cnnplan.errors import UsageError
from cnnplan.memory.saving import Saving
from cnnplan.memory.units import Units, size
from cnnplan.sizes import Count, combine, prod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnnplan.graph import Graph, Node
    from cnnplan.sizes import Extent

__all__ = ["OPTIMIZERS", "Step", "Training"]

OPTIMIZERS = {"sgd": 0, "momentum": 1, "adam": 2}
"""Numbers that an optimizer keeps for each trained weight."""

HALF, SINGLE = "float16", "float32"
"""The types of activations and gradients, and of weights, in mixed precision."""


class Training(NamedTuple):
    """An estimate of the memory of a training step, in bytes.

    Args:
        weights: in the network's type; with mixed precision 4-byte weights and their 2-byte copies.
        gradients: of the trained weights.
        optimizer: what the optimizer keeps.
        saved: what is saved for the backward pass.
    """

    weights: Extent
    gradients: Extent
    optimizer: Extent
    saved: Extent

    @property
    def total(self) -> Extent:
        """All of it."""
        total: Extent = combine((part, 1) for part in self)
        return total


class Step:
    """One step of training, with an optimizer.

    Args:
        graph: the network.
        units: what its numbers are stored in.
        number: what a formula is shown as.
        optimizer: sgd, momentum or adam.
        mixed: whether activations, gradients and a copy of the weights have 2 bytes.

    Raises:
        UsageError: there is no such optimizer.
    """

    def __init__(
        self, graph: Graph, units: Units, number: Callable[[Any], Any], optimizer: str, *, mixed: bool
    ) -> None:
        if optimizer not in OPTIMIZERS:
            raise UsageError(f"no optimizer {optimizer!r}: choose one of {', '.join(OPTIMIZERS)}")
        self._graph = graph
        self._units = units
        self._number = number
        self._dtype = SINGLE if mixed else units.dtype
        self._kept = OPTIMIZERS[optimizer]
        self._mixed = mixed
        self._saved = HALF if mixed else ""
        self._owned = [node for node in graph.nodes.values() if node.owner == node.name]

    def total(self) -> Training:
        """What all layers take together."""
        saved = Saving(self._graph, self._units, self._number).total(self._saved)
        return self._training(self._owned, saved)

    def by_layer(self) -> dict[str, Training]:
        """The layers that take something, in order: what each owns, and what it is the first to save."""
        saved = Saving(self._graph, self._units, self._number).pieces(self._saved)
        owned = {node.name for node in self._owned}
        found: dict[str, Training] = {}
        for name, node in self._graph.nodes.items():
            kept: Extent = combine((piece, 1) for piece in saved.get(name, ()))
            step = self._training([node] if name in owned else [], kept)
            if any(isinstance(part, Count) or part for part in step):
                found[name] = step
        return found

    def _training(self, owners: Iterable[Node], saved: Extent) -> Training:
        """What the layers take that own their weights, beside what is saved."""
        held: Extent = combine((self._weights(node), 1) for node in owners)
        whole, halves = self._gradients(owners)
        gradients, copies = (halves, halves) if self._mixed else (whole, 0)
        return Training(*map(self._number, (held + copies, gradients, self._kept * whole, saved)))

    def _weights(self, node: Node) -> Extent:
        return self._units.weights(node, self._dtype, training=node.name not in self._graph.frozen)

    def _gradients(self, owners: Iterable[Node]) -> tuple[Extent, Extent]:
        """The trained weights: in the types that they are trained in, and in 2 bytes."""
        whole: list[tuple[Extent, int]] = []
        halves: list[tuple[Extent, int]] = []
        for node in owners:
            if node.name in self._graph.frozen:
                continue
            for weight in node.op.weights(*node.facts.shapes).values():
                if weight.trainable:
                    elements = prod(weight.shape)
                    told = self._units.weight(node, weight, self._dtype, training=True)
                    whole.append((size(elements, BITS[told]), 1))
                    halves.append((size(elements, BITS[HALF]), 1))
        return combine(whole), combine(halves)
