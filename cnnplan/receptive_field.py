"""What part of an input an element of a layer depends on: receptive field, jump and offset, per axis.

Element i of an axis looks at the elements from `offset + jump * i` on, `size` of them; part of that may lie in the
padding or outside. Where paths join, the field is the union of theirs, from the first element to the last. Where an
axis becomes longer, the jump is a fraction, and the size that of the greatest window. None is the whole axis: global
pooling, linear and normalization by statistics of the input look at everything, and so does what joins windows that
move at different speeds. Operators say themselves what they look at (`Operator.link`); this room only puts it together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.collector import uncollected
from cnnplan.sizes import ceil, evaluate, floor, maximum, minimum, quotient

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnplan.graph import Graph, Node
    from cnnplan.ops.links import Link
    from cnnplan.sizes import Extent

__all__ = ["ReceptiveField", "ReceptiveFields", "Window"]

SPATIAL = 2
"""The first spatial axis."""


class Window(NamedTuple):
    """Index i of an axis of a tensor looks at the whole numbers from first + jump * i to `reach` behind that.

    Where an axis became longer on the way, that holds for all indices together: each for itself may look at less, in a
    pattern that repeats after at most `phases`.
    """

    axis: int
    jump: Any = 1
    first: Any = 0
    reach: Any = 0
    phases: Any = 1

    @property
    def last(self) -> Any:
        """The end of the window of index 0."""
        return self.first + self.reach

    def behind(self, link: Link) -> Window:
        """The window of what looks at this one through a link."""
        if link[1:] == (1, 0, 0, 1):
            return Window(link.axis, *self[1:])
        step = quotient(self.jump, link.per)
        first, reach = self.first + step * link.first, self.reach + step * (link.last - link.first)
        return Window(link.axis, step * link.jump, first, reach, self.phases * link.per)

    def joined(self, other: Window | None) -> Window | None:
        """The union with another; None where they move at different speeds."""
        if other is None or self.axis != other.axis or self.jump != other.jump:
            return None
        first = minimum(self.first, other.first)
        reach = maximum(self.last, other.last) - first
        return Window(self.axis, self.jump, first, reach, maximum(self.phases, other.phases))


class ReceptiveField(NamedTuple):
    """What an element of a layer looks at, an entry per spatial axis of the input; None is the whole axis.

    Args:
        size: how many elements.
        jump: by how much the window moves from one element to the next.
        offset: where the window of the first element begins; below 0 in the padding.
    """

    size: tuple[Extent | None, ...]
    jump: tuple[Extent | None, ...]
    offset: tuple[Extent | None, ...]


Windows = tuple[Window | None, ...]


class ReceptiveFields:
    """The receptive fields of all layers.

    Args:
        graph: the network.
        values: numbers in place of the letters; left out, the letters stay.
    """

    @uncollected
    def __init__(self, graph: Graph, values: Mapping[str, Any] | None = None) -> None:
        self._values = values
        self._memo: dict[Any, Any] = {}
        self._links: dict[Any, Link | None] = {}
        self.windows: dict[str, dict[str, Windows]] = {
            name: {name: tuple(Window(axis) for axis in range(SPATIAL, len(shape)))}
            for name, shape in graph.inputs.items()
        }
        for name, node in graph.nodes.items():
            self.windows[name] = self._behind(node)

    def of(self, name: str) -> dict[str, ReceptiveField]:
        """What a layer looks at, by the inputs that it depends on."""
        return {source: self._field(windows) for source, windows in self.windows[name].items()}

    def _behind(self, node: Node) -> dict[str, Windows]:
        """The windows of a layer, by input of the network: for each operand, then joined."""
        found: dict[str, Windows] = {}
        for operand, tensor in enumerate(node.inputs):
            for source, windows in self.windows[tensor].items():
                mine = tuple(self._through(node, operand, window) for window in windows)
                found[source] = _joined(found[source], mine) if source in found else mine
        return found

    def _through(self, node: Node, operand: int, window: Window | None) -> Window | None:
        if window is None:
            return None
        key = (node.facts, operand, window.axis)
        if key not in self._links:
            self._links[key] = node.op.link(operand, window.axis, *node.facts.shapes)
        link = self._links[key]
        return None if link is None else window.behind(link)

    def _field(self, windows: Windows) -> ReceptiveField:
        rows: Iterable[tuple[Any, Any, Any]] = [
            (None, None, None) if w is None else (floor(w.reach) + 1, w.jump, ceil(w.first)) for w in windows
        ]
        return (
            ReceptiveField(*(tuple(map(self._number, column)) for column in zip(*rows, strict=True))) if rows else EMPTY
        )

    def _number(self, value: Any) -> Any:
        return value if value is None or self._values is None else evaluate(value, self._values, self._memo)


EMPTY = ReceptiveField((), (), ())


def _joined(one: Windows, other: Windows) -> Windows:
    return tuple(a if a == b else a and a.joined(b) for a, b in zip(one, other, strict=True))
