"""Layers whose weights are not trained: by the entries that made them, or by names and patterns of the spec."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from cnnplan.findings import Place
    from cnnplan.graph.parts import Node
    from cnnplan.spec import Spec

__all__ = ["frozen", "unmatched"]


def frozen(spec: Spec, nodes: Mapping[str, Node]) -> frozenset[str]:
    """The names of the layers that are frozen; of one that has the weights of another, that one decides."""
    if not spec.frozen and not spec.frozen_at:
        return frozenset()
    told = {name for name, node in nodes.items() if _written(node, spec.frozen_at) or _called(name, spec.frozen)}
    return frozenset(name for name, node in nodes.items() if node.owner in told)


def unmatched(spec: Spec, nodes: Mapping[str, Node]) -> Iterator[tuple[int, str]]:
    """The names and patterns that mean no layer: their number, and what to say."""
    for number, pattern in enumerate(spec.frozen):
        if not any(_called(name, (pattern,)) for name in nodes):
            near = did_you_mean(pattern, {part for name in nodes for part in _groups(name)})
            yield number, f"{pattern} is no layer, block or group, and no pattern of one{near}"


def _written(node: Node, places: Collection[Place]) -> bool:
    """Whether the entry that made a layer, or one around it, says so."""
    return any(_inside(place, each) for place in (node.place, *node.called_from) for each in places)


def _inside(place: Place, outer: Place) -> bool:
    return place.file == outer.file and place.path[: len(outer.path)] == outer.path


def _called(name: str, patterns: Iterable[str]) -> bool:
    """Whether a layer, or a group that it stands in, is called so."""
    return any(fnmatchcase(group, pattern) for group in _groups(name) for pattern in patterns)


def _groups(name: str) -> Iterator[str]:
    """A layer, and the blocks and groups that it stands in."""
    while name:
        yield name
        name = name.rpartition(".")[0]
