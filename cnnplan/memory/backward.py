"""The multiply-adds of a backward pass: a contraction is done again for each of its operands that needs a gradient.

A weight that is trained needs one, and a tensor that depends on one; the inputs of the network need none, and nothing
that leads to none of its outputs does. For an operand of a contraction its gradient takes as many multiply-adds as the
contraction, in groups as well: each weight meets the same elements. A recurrent layer needs no gradient of the state
that it begins with, unless that depends on weights, as one behind a reset gate does. Attention is counted as if what
comes in needed a gradient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.ops.recurrent import Gru
from cnnplan.ops.sequences import Recurrent
from cnnplan.sizes import combine, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    leading = _leading(graph)
    for name, node in graph.nodes.items():
        reads = [needs[source] for source in node.inputs]
        trained = any(weight.trainable for weight in node.op.weights(*node.facts.shapes).values())
        needs[name] = trained or any(reads)
        times = _times(node, reads, trained=trained) if name in leading else 0
        macs = node.op.cost(node.facts.shapes, node.shape).macs
        found[name] = combine([(macs, times), *((part, -1) for part in _spared(node, reads))]) if times else 0
    return found


def _leading(graph: Graph) -> set[str]:
    """The layers that an output depends on."""
    found = set(graph.outputs)
    for name, node in reversed(graph.nodes.items()):
        if name in found:
            found.update(node.inputs)
    return found


def _times(node: Node, reads: list[bool], *, trained: bool) -> int:
    """How often the contraction is done again."""
    if node.op.verb in OPERANDS:
        weight = "weight" in node.op.weights(*node.facts.shapes)
        return sum(reads) + (1 if weight else 0)
    return BOTH if trained or any(reads) else 0


def _spared(node: Node, reads: list[bool]) -> Iterator[Extent]:
    """What of a recurrent layer is done once again only: the weights' part of what comes in, and of the first state."""
    if not isinstance(node.op, Recurrent):
        return
    x, *_ = node.facts.shapes
    given, *begun = reads
    for name, weight in node.op.weights(*node.facts.shapes).items():
        if name.startswith("weight_ih_l0") and not given:
            yield prod((x[0], x[1], *weight.shape))
        if name.startswith("weight_hh") and not any(begun[:1]):
            rows, columns = weight.shape
            yield prod((x[0], _rows_of_the_state(node.op, rows), columns))


def _rows_of_the_state(op: Recurrent, rows: Extent) -> Extent:
    """The rows of a recurrent weight that meet the state itself; a gate of weights may hide it from the others."""
    hidden = op.hidden_size if isinstance(op, Gru) and op.reset == "before" else 0
    return rows - hidden
