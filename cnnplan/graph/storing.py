"""What layers store weights and activations in, where that is not what the whole network does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.dtypes import Storage
from cnnplan.graph.patterns import is_meant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.graph.parts import Node
    from cnnplan.spec import Spec

__all__ = ["stored"]


def stored(spec: Spec, nodes: Mapping[str, Node]) -> dict[str, Storage]:
    """The types of the layers that are told any.

    `dtypes` of the spec goes before what entries say, the last of its patterns before the others. A layer that has the
    weights of another holds them in the type of that one.
    """
    told = {name: each for name, node in nodes.items() if (each := _told(spec, node)) is not None}
    for name, node in nodes.items():
        if node.owner != name and (name in told or node.owner in told):
            activations = told[name].activations if name in told else ""
            told[name] = Storage(told.get(node.owner, Storage()).weights, activations)
    return told


def _told(spec: Spec, node: Node) -> Storage | None:
    """What a layer is told itself; None where it is told nothing."""
    found = node.storage
    for pattern, storage in spec.dtypes:
        if is_meant(node.name, pattern):
            found = storage.within(found)
    return found
