"""Elements that are moved: nodes that together roll an axis, or write a part of a tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.translation.onnx.messages import Attribute, Node

if TYPE_CHECKING:
    from cnnplan.translation.onnx.finder import Finder

__all__ = ["assignment", "roll"]


def roll(finder: Finder, node: Node) -> tuple[Node, list[Node], Node] | None:
    """Elements that move along an axis: the end of it, then its beginning; `end` is where it ends, if that is told."""
    if len(node.inputs) != 2 or "axis" not in node.attributes:  # noqa: PLR2004
        return None
    behind, before = (finder.only(name) for name in node.inputs)
    if behind is None or before is None or not behind.op == before.op == "Slice":
        return None
    if behind.inputs[0] != before.inputs[0]:
        return None
    parts = [_part(finder, part) for part in (behind, before)]
    axis = node.attributes["axis"].value
    if None in parts or any(part[0] != axis for part in parts if part):
        return None
    (_, start, end), (_, first, last) = parts  # type: ignore[misc]
    if start != last or first != 0 or start == 0 or (end < FAR and not 0 < start < end):
        return None
    told = {"shift": -start, "axis": axis, **({"end": end} if end < FAR else {})}
    attributes = {name: Attribute(number, "int") for name, number in told.items()}
    made = Node("roll", "cnnplan", node.name or node.outputs[0], [behind.inputs[0]], node.outputs, attributes)
    return made, [node, behind, before], node


FAR = 2**31 - 1
"""From there on a number means the end of an axis."""


def _part(finder: Finder, node: Node) -> tuple[int, int, int] | None:
    """The axis of a slice, where it starts and where it ends."""
    if node.domain or len(node.inputs) < 4:  # noqa: PLR2004 - with axes
        return None
    found = [finder.elements(name) for name in node.inputs[1:]]
    if any(len(each) != 1 for each in found) or (len(found) == 4 and found[3] != (1,)):  # noqa: PLR2004
        return None
    return int(found[2][0]), int(found[0][0]), int(found[1][0])


def assignment(finder: Finder, node: Node) -> Node | None:
    """A ScatterND whose indices are a grid of ranges, one for each of the first axes.

    Exporters write one for a part of a tensor that is assigned: of each range a tensor that varies along its own axis,
    repeated along the others, and all of them beside each other.
    """
    reduction = node.attributes.get("reduction")
    if reduction is not None and reduction.value != "none":
        return None
    grid = finder.made(node.inputs[1])
    if grid is None or grid.op != "Concat":
        return None
    ranges = [_range(finder, name, len(grid.inputs) - 1 - axis) for axis, name in enumerate(grid.inputs)]
    known = [name for name in ranges if name]
    if len(known) < len(ranges):
        return None
    return Node("assign", "cnnplan", node.name or node.outputs[0], [*node.inputs, *known], node.outputs)


def _range(finder: Finder, name: str, behind: int) -> str:
    """The range of an axis of a grid, which so many axes are behind; "" where the grid is not made like that."""
    for op in ("Unsqueeze", "Expand"):
        node = finder.made(name)
        if node is None or node.op != op or (op == "Unsqueeze" and finder.elements(node.inputs[1]) != (-1,)):
            return ""
        name = node.inputs[0]
    if not behind:
        return name
    node = finder.made(name)
    if node is None or node.op != "Reshape" or finder.elements(node.inputs[1]) != (-1, *[1] * behind):
        return ""
    return node.inputs[0]
