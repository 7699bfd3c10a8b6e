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

from contextlib import suppress
from functools import cached_property
from itertools import count
from operator import is_
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.collector import uncollected
from cnnplan.errors import TooDeep
from cnnplan.receptive_field.links import Links
from cnnplan.receptive_field.pieces import MOST_PIECES, WHOLE, Part, Piece, image, is_within, lined_up
from cnnplan.receptive_field.windows import Window, in_numbers, union
from cnnplan.sizes import ceil, floor, ge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.graph import Graph, Node
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
        self._links = Links(values)
        self._rows: dict[Any, tuple[Window, Any, Any]] = {}
        self._unions: dict[str, Mapping[str, Windows]] = {}
        self.pieces: dict[str, tuple[Piece, ...]] = {
            name: (Piece(WHOLE, {name: tuple(Window(axis) for axis in range(SPATIAL, len(shape)))}),)
            for name, shape in graph.inputs.items()
        }
        for name, node in graph.nodes.items():
            self.pieces[name] = self._behind(node)

    def of(self, name: str) -> dict[str, ReceptiveField]:
        """What a layer looks at, by the inputs that it depends on."""
        found = self._fields.get(name)
        return self._told(name) if found is None else found

    @cached_property
    def _fields(self) -> dict[str, dict[str, ReceptiveField]]:
        """The same of all layers that have formulas which are not too deep; who asks for one asks for many."""
        return self._tell()

    @uncollected
    def _tell(self) -> dict[str, dict[str, ReceptiveField]]:
        found = {}
        for name in self.pieces:
            with suppress(TooDeep):
                found[name] = self._told(name)
        return found

    def _told(self, name: str) -> dict[str, ReceptiveField]:
        return {source: self._field(self._shown(name, source)) for source in self.windows(name)}

    def _shown(self, name: str, source: str) -> Windows:
        """The windows of a layer: those of its pieces together, or where these are lined up, the greatest."""
        if len(self.pieces[name]) == 1:
            return self.pieces[name][0].windows[source]
        pieces = [(piece.box, piece.windows[source]) for piece in self.pieces[name] if source in piece.windows]
        rows = ([(box, windows[axis]) for box, windows in pieces] for axis in count())
        return tuple(lined_up(row) or window for window, row in zip(self.windows(name)[source], rows, strict=False))

    def windows(self, name: str) -> Mapping[str, Windows]:
        """The same as windows, those of all its pieces together."""
        pieces = self.pieces[name]
        if len(pieces) == 1:
            return pieces[0].windows
        if name not in self._unions:
            self._unions[name] = _together(pieces)
        return self._unions[name]

    def _behind(self, node: Node) -> tuple[Piece, ...]:
        """The pieces of a layer, joined where they lie in the same place."""
        seen = [*self._seen(node)]
        if len(seen) == 1:
            return tuple(seen)
        found: dict[Box, list[Piece]] = {}
        for piece in seen:
            found.setdefault(piece.box, []).append(piece)
        if len(found) == len(seen):
            self._go_on(node, seen)
        if len(found) > MOST_PIECES:
            return (Piece(WHOLE, self._unions.get(node.name) or _together(seen)),)
        if len(found) == len(seen):
            return tuple(seen)
        return tuple(pieces[0] if len(pieces) == 1 else Piece(box, _together(pieces)) for box, pieces in found.items())

    def _go_on(self, node: Node, seen: list[Piece]) -> None:
        """Put to what the first operand looks at what the others do, where its pieces are the first as they were."""
        first = self.pieces[node.inputs[0]] if node.inputs else ()
        if 1 < len(first) <= len(seen) and all(map(is_, first, seen)):
            before = Piece(WHOLE, self.windows(node.inputs[0]))
            self._unions[node.name] = _together([before, *seen[len(first) :]])

    def _seen(self, node: Node) -> Iterator[Piece]:
        """What a layer looks at, operand by operand and piece by piece."""
        for operand, tensor in enumerate(node.inputs):
            if node.op.measures(operand):
                continue
            pieces = self.pieces[tensor]
            if len(pieces) > 1:
                if self._leaves(node, operand, pieces):
                    yield from pieces
                    continue
                if self._mixes(node, operand, pieces):
                    pieces = (Piece(WHOLE, self.windows(tensor)),)
            for piece in pieces:
                box = self._image(node, operand, piece.box)
                if box is not None:
                    yield Piece(
                        box, {s: self._through(node, operand, piece.box, s, w) for s, w in piece.windows.items()}
                    )

    def _leaves(self, node: Node, operand: int, pieces: tuple[Piece, ...]) -> bool:
        """Whether the pieces of an operand lie where they were, and look at what they did."""
        given = [*map(self._links.number, node.shape)]
        if len(node.facts.shapes[operand]) != len(given) or not self._links.passes(node, operand):
            return False
        parts = [part for piece in pieces for part in piece.box]
        if not all(is_within(part, given[part.axis]) for part in parts):
            return False
        placed = node.op.lies(operand, *node.facts.shapes)
        return placed is None or (
            self._links.number(placed[1]) == 0
            and len(parts) == len(pieces)
            and all(piece.box and piece.box[0].axis == placed[0] for piece in pieces)
        )

    def _mixes(self, node: Node, operand: int, pieces: tuple[Piece, ...]) -> bool:
        """Whether a layer looks at all pieces of an operand alike, so that what they look at can be put together first.

        Only of windows in numbers, which then are the same whichever comes first.
        """
        if node.op.lies(operand, *node.facts.shapes) is not None:
            return False
        if any(self._links.of(node, operand, axis) for axis in {part.axis for piece in pieces for part in piece.box}):
            return False
        together = self.windows(node.inputs[operand])
        rows = [window for windows in together.values() for window in windows]
        if not all(window is not None and window.axis is not None and in_numbers(window[1:]) for window in rows):
            return False
        links = [self._links.of(node, operand, window.axis) for window in rows if window and window.axis is not None]
        return all(link is not None and link.jump != 0 and in_numbers(link) for link in links)

    def _image(self, node: Node, operand: int, box: Box) -> Box | None:
        """Where a piece of an operand comes to lie; None where it is left out."""
        placed = node.op.lies(operand, *node.facts.shapes)
        parts: dict[int, Part] = {}
        if placed is not None:
            axis, start = placed
            n, start = self._links.number(node.facts.shapes[operand][axis]), self._links.number(start)
            if n != self._links.number(node.shape[axis]):
                parts[axis] = Part(axis, start, start + n)
        for part in box:
            link = self._links.of(node, operand, part.axis)
            if link is not None:
                extents = map(self._links.number, (node.facts.shapes[operand][part.axis], node.shape[link.axis]))
                there = image(part, link, *extents)
                if there is None:
                    return None
                parts[there.axis] = there
        return tuple(sorted(parts.values(), key=_axis))

    def _through(self, node: Node, operand: int, box: Box, source: str, windows: Windows) -> Windows:
        """The windows of a piece behind a layer."""
        if self._links.passes(node, operand):
            return windows
        pairs = zip(windows, self._graph.inputs[source][SPATIAL:], strict=True)
        return tuple(
            [
                window if window is None or window.axis is None else self._one(node, operand, box, window, whole)
                for window, whole in pairs
            ]
        )

    def _one(self, node: Node, operand: int, box: Box, window: Window, whole: Extent) -> Window | None:
        assert window.axis is not None  # noqa: S101 - the caller asked
        axis, link = window.axis, self._links.of(node, operand, window.axis)
        n = self._links.number(node.facts.shapes[operand][axis])
        if link is not None:
            behind = self._links.behind(window, link)
            shorter = node.op.picks and not ge(self._links.number(node.shape[link.axis]), n).verdict
            return behind._replace(cut=True) if shorter else behind
        if not window.cut:
            return None
        part = next((part for part in box if part.axis == axis), Part(axis, 0, n))
        rest = window.over(part.start, part.stop)
        return None if rest.whole(self._links.number(whole)) else rest

    def _field(self, windows: Windows) -> ReceptiveField:
        rows: list[tuple[Any, Any, Any]] = []
        for before, window in zip((None, *windows), windows, strict=False):
            is_alike = bool(rows) and before is not None and window is not None and before[1:4] == window[1:4]
            rows.append(rows[-1] if is_alike else self._row(window))
        return ReceptiveField(*zip(*rows, strict=True)) if rows else EMPTY

    def _row(self, window: Window | None) -> tuple[Any, Any, Any]:
        """Size, jump and start of a window; height and width are often alike."""
        if window is None:
            return None, None, None
        key = (id(window.first), id(window.last))
        if key not in self._rows:
            self._rows[key] = (window, floor(window.reach) + 1, ceil(window.first))
        _, size, offset = self._rows[key]
        return size, window.jump, offset


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
