"""What layers look at along the axes of an operand, and windows moved by it, each found once: many layers are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.receptive_field.windows import stepping
from cnnplan.sizes import evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.graph import Node
    from cnnplan.ops.links import Link
    from cnnplan.receptive_field.windows import Window

__all__ = ["Links"]

IN_PLACE = (1, 0, 0, 1, 1)
"""What a link is, but for its axis, where every index looks at its own."""


class Links:
    """The links of the layers of a network.

    Args:
        values: numbers in place of the letters; None, where the letters stay.
    """

    def __init__(self, values: Mapping[str, Any] | None) -> None:
        self._values = values
        self._memo: dict[Any, Any] = {}
        self._links: dict[Any, Link | None] = {}
        self._passing: dict[Any, bool] = {}
        self._steps: dict[Any, Link] = {}
        self._moved: dict[Any, tuple[Window, Window]] = {}

    def number(self, value: Any) -> Any:
        """A size at the values, or as it is."""
        return value if type(value) is int or self._values is None else evaluate(value, self._values, self._memo)

    def of(self, node: Node, operand: int, axis: int) -> Link | None:
        """What a layer looks at along an axis."""
        key = (node.facts, operand, axis)
        if key not in self._links:
            link = node.op.link(operand, axis, *node.facts.shapes)
            self._links[key] = link and type(link)(link.axis, *map(self.number, link[1:]))
        return self._links[key]

    def passes(self, node: Node, operand: int) -> bool:
        """Whether every element of a layer looks at the one in its place."""
        key = (node.facts, operand)
        found = self._passing.get(key)
        if found is None:
            axes = reversed(range(len(node.facts.shapes[operand])))  # windows lie along the last ones
            found = not node.op.picks and all(self.of(node, operand, axis) == (axis, *IN_PLACE) for axis in axes)
            self._passing[key] = found
        return found

    def behind(self, window: Window, link: Link) -> Window:
        """The window of what looks at this one through a link; of height and width it is often made of the same."""
        if link[1:] == IN_PLACE:
            return window if link.axis == window.axis else window._replace(axis=link.axis)
        key = (*map(id, window[1:5]), *link[1:])
        if key not in self._moved:
            self._moved[key] = (window, window.behind(self._stepping(window.jump, link)))
        _, found = self._moved[key]
        if found.axis == link.axis and found.cut is window.cut:
            return found
        return found._replace(axis=link.axis, cut=window.cut)

    def _stepping(self, jump: Any, link: Link) -> Link:
        """A link in elements of the input of the network, of an axis whose windows are `jump` apart."""
        key = (jump, link[1:])
        if key not in self._steps:
            self._steps[key] = stepping(link, jump)
        return self._steps[key]
