"""Layers that were unrolled by number, under their full names: `layer1.bottleneck3.conv_bn2.conv1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.collector import uncollected
from cnnplan.graph.fragments import Call
from cnnplan.graph.parts import Node
from cnnplan.spec.origins import together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.dtypes import Storage
    from cnnplan.findings import Place
    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.parts import Fault, Tensor

__all__ = ["Naming", "argument", "standing"]


class Naming:
    """The names of the layers of a network.

    Args:
        fragment: the network as it was unrolled.
        sources: the names of its inputs.
        lent: the files of blocks that are not the user's.

    Attributes:
        nodes: the layers by name, in the order they are written; without those that have errors or rest on one.
        lent: the layers that stand in files that are not the user's.
        blocked: what is read by the layers that have errors or rest on one, "?" where that is unknown itself.
        faults: the errors, with what stands before the names of their layers, and where their blocks were called.
    """

    @uncollected
    def __init__(self, fragment: Fragment, sources: Sequence[str], lent: frozenset[str]) -> None:
        self.nodes: dict[str, Node] = {}
        self.lent: set[str] = set()
        self.blocked: dict[str, tuple[str, ...]] = {}
        self.faults: list[tuple[str, Fault, tuple[Place, ...]]] = []
        self._files = lent
        self._sources = sources
        self._names: list[str] = []
        self._owners: dict[int, int] = {}
        self._flatten(fragment, "", sources, (), "", None)
        self._own()

    def called(self, tensors: Sequence[Tensor]) -> tuple[str, ...]:
        """The names of the layers, or inputs, that give these."""
        refs = [tensor.ref for tensor in tensors if tensor.ref is not None]
        return tuple(self._names[ref] if ref >= 0 else self._sources[-1 - ref] for ref in refs)

    def _flatten(  # noqa: PLR0913, PLR0917 - what the caller knows of it
        self,
        fragment: Fragment,
        prefix: str,
        sources: Sequence[str],
        callers: tuple[Place, ...],
        outer: str,
        told: Storage | None,
    ) -> None:
        """Name the layers of a fragment; `sources` are the names of what comes in.

        `outer` is the caller's origin, `told` what it is stored in.
        """
        names, nodes, files = self._names, self.nodes, self._files
        start = len(names)
        if fragment.faults:
            self.faults += [(prefix, fault, callers) for fault in fragment.faults]
        if fragment.owners:
            self._owners.update({start + mine: start + owner for mine, owner in fragment.owners.items()})
        for item in fragment.items:
            reads = tuple(
                ["?" if ref is None else names[start + ref] if ref >= 0 else sources[-1 - ref] for ref in item.inputs]
            )
            storage = item.storage.within(told) if item.storage else told
            if isinstance(item, Call):
                origin = together(outer, item.origin)
                self._flatten(item.fragment, f"{prefix}{item.name}.", reads, (item.place, *callers), origin, storage)
                continue
            name = prefix + item.name
            names.append(name)
            if item.facts is None:
                self.blocked[name] = reads
            else:
                origin = together(outer, item.origin) if item.origin else ""
                place, above = item.place, callers
                if place.file in files:
                    self.lent.add(name)
                    place, above = standing(place, callers, files)
                nodes[name] = Node(name, reads, item.facts, place, above, origin, storage)

    def _own(self) -> None:
        """Tell the layers that have the weights of another so."""
        for mine, owner in self._owners.items():
            while owner in self._owners:
                owner = self._owners[owner]  # noqa: PLW2901 - along the chain
            node = self.nodes.get(self._names[mine])
            if node is not None:
                node.owner = self._names[owner]


def standing(place: Place, callers: tuple[Place, ...], lent: frozenset[str]) -> tuple[Place, tuple[Place, ...]]:
    """The innermost place in a file of the user's own, and where that was called."""
    above = [place, *callers]
    own = next((i for i, each in enumerate(above) if each.file not in lent), 0)
    return above[own], tuple(above[own + 1 :])


def argument(inner: Place, outer: Place) -> Place:
    """The argument of a layer that is called like the one at fault in a block of somebody else's."""
    named = outer is not inner and inner.path and isinstance(inner.path[-1], str)
    return outer.below(inner.path[-1]) if named else outer
