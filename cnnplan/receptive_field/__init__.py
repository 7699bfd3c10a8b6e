"""What part of an input an element of a layer depends on: receptive field, jump and offset, per axis.

Element i of an axis looks at the elements from `offset + jump * i` on, `size` of them; part of that may lie in the
padding or outside. Where paths join, the field is the union of theirs, from the first element to the last. Where an
axis becomes longer, the jump is a fraction, and the size that of the greatest window. None is the whole axis: global
pooling, linear and normalization by statistics of the input look at everything, and so does what joins windows that
move at different speeds. Where only a part of an axis was kept before that, it is that part, which does not move: its
jump is 0. What strides leave over at the end of an axis is not told from the rest.

Tensors are followed in pieces: what `concat` lines up stays apart, by channels and by positions, until a layer mixes
it, and what `slice` leaves out is not looked at. Operators say themselves what they look at (`Operator.link`) and where
they put it (`Operator.lies`); this room only puts it together.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.collector import uncollected
from cnnplan.receptive_field.pieces import MOST_PIECES, WHOLE, Part, Piece, image, lined_up
from cnnplan.receptive_field.windows import Window, union
from cnnplan.sizes import ceil, evaluate, floor, ge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.graph import Graph, Node
    from cnnplan.ops.links import Link
    from cnnplan.receptive_field.pieces import Box
    from cnnplan.receptive_field.windows import Windows
    from cnnplan.sizes import Extent

__all__ = ["ReceptiveField", "ReceptiveFields", "Window"]

SPATIAL = 2
"""The first spatial axis."""


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


class ReceptiveFields:
    """The receptive fields of all layers.

    Args:
        graph: the network.
        values: numbers in place of the letters; left out, the letters stay.
    """

    @uncollected
    def __init__(self, graph: Graph, values: Mapping[str, Any] | None = None) -> None:
        self._graph = graph
        self._values = values
        self._memo: dict[Any, Any] = {}
        self._links: dict[Any, Link | None] = {}
        self._rows: dict[Any, tuple[Any, Any]] = {}
        self._unions: dict[str, dict[str, Windows]] = {}
        self.pieces: dict[str, tuple[Piece, ...]] = {
            name: (Piece(WHOLE, {name: tuple(Window(axis) for axis in range(SPATIAL, len(shape)))}),)
            for name, shape in graph.inputs.items()
        }
        for name, node in graph.nodes.items():
            self.pieces[name] = self._behind(node)

    def of(self, name: str) -> dict[str, ReceptiveField]:
        """What a layer looks at, by the inputs that it depends on."""
        return {source: self._field(self._shown(name, source)) for source in self.windows(name)}

    def _shown(self, name: str, source: str) -> Windows:
        """The windows of a layer: those of its pieces together, or where these are lined up, the greatest."""
        pieces = [(piece.box, piece.windows[source]) for piece in self.pieces[name] if source in piece.windows]
        rows = ([(box, windows[axis]) for box, windows in pieces] for axis in count())
        return tuple(lined_up(row) or window for window, row in zip(self.windows(name)[source], rows, strict=False))

    def windows(self, name: str) -> dict[str, Windows]:
        """The same as windows, those of all its pieces together."""
        if name not in self._unions:
            self._unions[name] = _together(self.pieces[name])
        return self._unions[name]

    def _behind(self, node: Node) -> tuple[Piece, ...]:
        """The pieces of a layer, joined where they lie in the same place."""
        found: dict[Box, list[Piece]] = {}
        for piece in self._seen(node):
            found.setdefault(piece.box, []).append(piece)
        if len(found) > MOST_PIECES:
            found = {WHOLE: [piece for pieces in found.values() for piece in pieces]}
        return tuple(pieces[0] if len(pieces) == 1 else Piece(box, _together(pieces)) for box, pieces in found.items())

    def _seen(self, node: Node) -> Iterator[Piece]:
        """What a layer looks at, operand by operand and piece by piece."""
        for operand, tensor in enumerate(node.inputs):
            if node.op.measures(operand):
                continue
            for piece in self.pieces[tensor]:
                box = self._image(node, operand, piece.box)
                if box is not None:
                    yield Piece(
                        box, {s: self._through(node, operand, piece.box, s, w) for s, w in piece.windows.items()}
                    )

    def _image(self, node: Node, operand: int, box: Box) -> Box | None:
        """Where a piece of an operand comes to lie; None where it is left out."""
        placed = node.op.lies(operand, *node.facts.shapes)
        parts: dict[int, Part] = {}
        if placed is not None:
            axis, start = placed
            n, start = self._number(node.facts.shapes[operand][axis]), self._number(start)
            if n != self._number(node.shape[axis]):
                parts[axis] = Part(axis, start, start + n)
        for part in box:
            link = self._link(node, operand, part.axis)
            if link is not None:
                extents = map(self._number, (node.facts.shapes[operand][part.axis], node.shape[link.axis]))
                there = image(part, link, *extents)
                if there is None:
                    return None
                parts[there.axis] = there
        return tuple(sorted(parts.values(), key=_axis))

    def _through(self, node: Node, operand: int, box: Box, source: str, windows: Windows) -> Windows:
        """The windows of a piece behind a layer."""
        return tuple(
            window if window is None or window.axis is None else self._one(node, operand, box, window, whole)
            for window, whole in zip(windows, self._graph.inputs[source][SPATIAL:], strict=True)
        )

    def _one(self, node: Node, operand: int, box: Box, window: Window, whole: Extent) -> Window | None:
        assert window.axis is not None  # noqa: S101 - the caller asked
        axis, link = window.axis, self._link(node, operand, window.axis)
        n = self._number(node.facts.shapes[operand][axis])
        if link is not None:
            behind = window.behind(link)
            shorter = node.op.picks and not ge(self._number(node.shape[link.axis]), n).verdict
            return behind._replace(cut=True) if shorter else behind
        if not window.cut:
            return None
        part = next((part for part in box if part.axis == axis), Part(axis, 0, n))
        rest = window.over(part.start, part.stop)
        return None if rest.whole(self._number(whole)) else rest

    def _link(self, node: Node, operand: int, axis: int) -> Link | None:
        """What a layer looks at along an axis; many layers are alike."""
        key = (node.facts, operand, axis)
        if key not in self._links:
            link = node.op.link(operand, axis, *node.facts.shapes)
            self._links[key] = link and type(link)(link.axis, *map(self._number, link[1:]))
        return self._links[key]

    def _field(self, windows: Windows) -> ReceptiveField:
        rows = [*map(self._row, windows)]
        return ReceptiveField(*zip(*rows, strict=True)) if rows else EMPTY

    def _row(self, window: Window | None) -> tuple[Any, Any, Any]:
        """Size, jump and start of a window; height and width are often alike."""
        if window is None:
            return None, None, None
        key = (window.first, window.last)
        if key not in self._rows:
            self._rows[key] = (floor(window.reach) + 1, ceil(window.first))
        size, offset = self._rows[key]
        return size, window.jump, offset

    def _number(self, value: Any) -> Any:
        return value if type(value) is int or self._values is None else evaluate(value, self._values, self._memo)


EMPTY = ReceptiveField((), (), ())


def _together(pieces: Iterable[Piece]) -> dict[str, Windows]:
    """The windows of several pieces, by input."""
    found: dict[str, Windows] = {}
    for piece in pieces:
        for source, windows in piece.windows.items():
            found[source] = union(found[source], windows) if source in found else windows
    return found


def _axis(part: Part) -> int:
    return part.axis
