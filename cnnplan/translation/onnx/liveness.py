"""Which nodes of a graph its outputs rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.translation.onnx.reading import read_graph

if TYPE_CHECKING:
    from collections import Counter

    from cnnplan.translation.onnx.messages import Graph, Node

__all__ = ["live", "outer"]


def live(graph: Graph, uses: Counter[str]) -> list[Node]:
    """The nodes that an output rests on, in their order; `uses` is told how often each value is read."""
    wanted = {info.name for info in graph.outputs}
    uses.update(wanted)
    kept = []
    for node in reversed(graph.nodes):
        if wanted.isdisjoint(node.outputs):
            continue
        kept.append(node)
        for name in _reads(node, wanted) + outer(node):
            if name:
                wanted.add(name)
                uses[name] += 1
    return kept[::-1]


def _reads(node: Node, wanted: set[str]) -> list[str]:
    """What an output that somebody wants rests on: statistics that are only carried on concern no other output."""
    training = node.attributes.get("training_mode") if node.op == "BatchNormalization" else None
    if training is not None and training.value and not wanted.intersection(filter(None, node.outputs[1:])):
        return node.inputs[:3]
    return node.inputs


def outer(node: Node) -> list[str]:
    """What the graphs inside of a node read; all that they name, so that nothing they need is left out."""
    found: list[str] = []
    for attribute in node.attributes.values():
        if attribute.kind == "graph" and attribute.value is not None:
            inner = read_graph(attribute.value)
            found += [info.name for info in inner.outputs]
            for each in inner.nodes:
                found += [name for name in each.inputs if name]
                found += outer(each)
    return found
