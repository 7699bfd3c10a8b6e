"""Layers whose weights are not trained: by the entries that made them, or by names and patterns of the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.graph.patterns import is_meant

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cnnplan.findings import Place
    from cnnplan.graph.parts import Node
    from cnnplan.spec import Spec

__all__ = ["frozen"]


def frozen(spec: Spec, nodes: Mapping[str, Node]) -> frozenset[str]:
    """The names of the layers that are frozen; of one that has the weights of another, that one decides."""
    if not spec.frozen and not spec.frozen_at:
        return frozenset()
    told = {
        name
        for name, node in nodes.items()
        if _written(node, spec.frozen_at) or any(is_meant(name, pattern) for pattern in spec.frozen)
    }
    return frozenset(name for name, node in nodes.items() if node.owner in told)


def _written(node: Node, places: Collection[Place]) -> bool:
    """Whether the entry that made a layer, or one around it, says so."""
    return any(_inside(place, each) for place in (node.place, *node.called_from) for each in places)


def _inside(place: Place, outer: Place) -> bool:
    return place.file == outer.file and place.path[: len(outer.path)] == outer.path
