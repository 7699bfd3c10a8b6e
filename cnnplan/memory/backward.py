"""The multiply-adds of a backward pass: a contraction is done again for each of its operands that needs a gradient.

A weight that is trained needs one, and a tensor that depends on one; the inputs of the network need none. For an
operand of a contraction its gradient takes as many multiply-adds as the contraction, in groups as well: each weight
meets the same elements. Attention and recurrent layers are counted as if what comes in needed a gradient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.sizes import combine

if TYPE_CHECKING:
    from cnnplan.graph import Graph, Node
    from cnnplan.sizes import Extent

__all__ = ["backward_macs"]

OPERANDS: Final = frozenset({"conv", "conv_transpose", "linear", "matmul", "einsum", "locally_connected"})
"""Operators that are one contraction of their inputs, or of an input and a weight."""

BOTH: Final = 2


def backward_macs(graph: Graph) -> dict[str, Extent]:
    """The multiply-adds of the backward pass, by layer.

    Args:
        graph: the network.
    """
    needs: dict[str, bool] = dict.fromkeys(graph.inputs, False)
    found: dict[str, Extent] = {}
    for name, node in graph.nodes.items():
        reads = [needs[source] for source in node.inputs]
        trained = any(weight.trainable for weight in node.op.weights(*node.facts.shapes).values())
        needs[name] = trained or any(reads)
        times = _times(node, reads, trained=trained)
        found[name] = combine([(node.op.cost(node.facts.shapes, node.shape).macs, times)]) if times else 0
    return found


def _times(node: Node, reads: list[bool], *, trained: bool) -> int:
    """How often the contraction is done again."""
    if node.op.verb in OPERANDS:
        weight = "weight" in node.op.weights(*node.facts.shapes)
        return sum(reads) + (1 if weight else 0)
    return BOTH if trained or any(reads) else 0
