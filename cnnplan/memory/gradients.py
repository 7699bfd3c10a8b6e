"""Where gradients flow: to inputs that are numbers, and to weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnplan.graph import Graph

__all__ = ["with_gradient"]


def with_gradient(graph: Graph) -> set[str]:
    """The inputs and layers whose outputs have a gradient: they rest on an input of numbers, or on a trained weight."""
    found = {name for name, declared in graph.spec.inputs.items() if declared.dtype.startswith(("float", "bfloat"))}
    for name, node in graph.nodes.items():
        trained = any(weight.trainable for weight in node.op.weights(*node.facts.shapes).values())
        if trained or any(source in found for source in node.inputs):
            found.add(name)
    return found
