"""Pieces of a tensor that look at different things: where each lies, and where it comes to lie behind a layer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.sizes import ceil_div, floor_div, ge, maximum, minimum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.ops.links import Link
    from cnnplan.receptive_field.windows import Window, Windows

__all__ = ["MOST_PIECES", "WHOLE", "Box", "Part", "Piece", "image", "is_within", "lined_up"]

MOST_PIECES = 64
"""With more of them, a tensor is taken as a whole."""


class Part(NamedTuple):
    """The indices of an axis from `start` to before `stop`."""

    axis: int
    start: Any
    stop: Any


Box = tuple[Part, ...]
"""A part of a tensor: of each axis that is named, a part; of the others everything."""

WHOLE: Box = ()


class Piece(NamedTuple):
    """What the elements in a box look at, by input of the network; where boxes overlap, they look at both."""

    box: Box
    windows: Mapping[str, Windows]


def is_within(part: Part, extent: Any) -> bool:
    """Whether there is a part, in numbers, and an axis of that many elements has all of it."""
    if type(part.start) is not int or type(part.stop) is not int or type(extent) is not int:
        return False
    return 0 <= part.start < part.stop <= extent


def image(part: Part, link: Link, taken: Any, extent: Any) -> Part | None:
    """The indices that look at a part of an axis through a link; None where there are none.

    Args:
        part: of the axis.
        link: between it and one of the output.
        taken: how long the axis is.
        extent: how long that of the output is.
    """
    if link[1:] == (1, 0, 0, 1, 1) and taken == extent:
        return part._replace(axis=link.axis)
    start = ceil_div(part.start * link.per - link.last, link.jump) * link.block
    stop = (floor_div((part.stop - 1) * link.per - link.first, link.jump) + 1) * link.block
    start, stop = maximum(start, 0), minimum(stop, extent)
    return None if ge(start, stop).verdict else Part(link.axis, start, stop)


def lined_up(pieces: Sequence[tuple[Box, Window | None]]) -> Window | None:
    """The greatest window of pieces that lie one behind the other where it moves; None where they do not.

    Every element then has the window of its own piece: the first element that of the first.
    """
    parts = {part: window for box, window in pieces if window for part in box if part.axis == window.axis}
    if len(parts) < 2 or len(pieces) != len(parts) or len({window.jump for window in parts.values()}) > 1:  # noqa: PLR2004
        return None
    if any(not ge(later.start, former.stop).verdict for former, later in pairwise(parts)):
        return None
    first = next(iter(parts.values()))
    return first._replace(last=first.first + maximum(*(window.reach for window in parts.values())))
