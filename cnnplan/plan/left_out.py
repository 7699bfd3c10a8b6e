"""What a spec declares and its outputs do not reach: layers that are not counted, beside those that are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnplan.plan.nodes import Figures
from cnnplan.sizes import combine

if TYPE_CHECKING:
    from cnnplan.graph import Graph
    from cnnplan.sizes import Extent

__all__ = ["LeftOut", "left_out"]


class LeftOut(NamedTuple):
    """The layers that lead to no output, or not to where the network is looked at up to.

    Args:
        layers: how many they are.
        params: the trainable weights that they alone use.
        macs: the multiply-adds that they would take.
    """

    layers: int
    params: Extent
    macs: Extent


def left_out(graph: Graph) -> LeftOut:
    """What is not counted of a network; weights that a layer which is counted uses too are counted there."""
    known = graph.kept.figures
    nodes = graph.omitted
    figures = {name: known.get(node.facts) or Figures.of(node.facts) for name, node in nodes.items()}
    owned = (name for name, node in nodes.items() if node.owner == name and name not in graph.heirs)
    return LeftOut(
        len(nodes),
        combine((figures[name].params, 1) for name in owned),
        combine((each.cost.macs, 1) for each in figures.values()),
    )
