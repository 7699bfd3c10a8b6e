"""Layers as a tree: what stands in one block, named group or copy is shown under one heading, with its sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnplan.report.figures import Numbers, Row, add

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Line", "label", "lines"]

Scope = tuple[str, ...]


class Line(NamedTuple):
    """One line of the tree.

    Args:
        depth: how many headings it stands under.
        label: the last part of its name; a layer that is not called by its verb has the verb behind it.
        row: the layer, or the last layer under a heading, whose output is the output of the whole.
        numbers: the counts of the layer, or the sums of the layers under a heading.
        heading: whether there are lines below that belong to this one.
        layers: how many layers it stands for.
    """

    depth: int
    label: str
    row: Row
    numbers: Numbers
    heading: bool
    layers: int = 1


def lines(rows: Sequence[Row], depth: int | None = None) -> Iterator[Line]:
    """The lines of the tree, headings before what belongs to them.

    Args:
        rows: the layers.
        depth: how many levels are shown; what lies deeper is one line with its sums.
    """
    members = _members(rows)
    before: Scope = ()
    for row in rows:
        *path, leaf = row.name.split(".")
        scope = tuple(path)
        for level in range(_shared(before, scope), min(len(scope), depth or len(scope))):
            below = members[scope[: level + 1]]
            heading = depth is None or level + 1 < depth
            yield Line(level, scope[level], below[-1], _sums(below), heading, len(below))
        if depth is None or len(scope) < depth:
            yield Line(len(scope), label(leaf, row.op), row, row.numbers, heading=False)
        before = scope


def _members(rows: Sequence[Row]) -> dict[Scope, list[Row]]:
    """The layers below each scope."""
    members: dict[Scope, list[Row]] = {}
    for row in rows:
        path = tuple(row.name.split("."))
        for depth in range(1, len(path)):
            members.setdefault(path[:depth], []).append(row)
    return members


def _shared(one: Scope, other: Scope) -> int:
    """How many scopes two paths share from the top."""
    for depth, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return depth
    return min(len(one), len(other))


def _sums(rows: Sequence[Row]) -> Numbers:
    return Numbers(*(add(column) for column in zip(*(row.numbers for row in rows), strict=True)))


def label(leaf: str, op: str) -> str:
    """What a layer is called beside its block: its own name, with its verb where the name does not say it."""
    return leaf if leaf.rstrip("0123456789") == op else f"{leaf} ({op})"
