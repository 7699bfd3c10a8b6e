"""Windows: which elements of an axis of an input of the network an index of a layer looks at."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.sizes import ceil, floor, ge, maximum, quotient

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.ops.links import Link

__all__ = ["Window", "Windows", "in_numbers", "stepping", "union"]


class Window(NamedTuple):
    """Index i of an axis of a tensor looks at the whole numbers from first + jump * i to last + jump * i.

    Where an axis became longer on the way, that holds for all indices together: each for itself may look at less, in a
    pattern that repeats after at most `phases`.

    Args:
        axis: of the tensor; None where every element looks at the same, and the window does not move.
        jump: by how much it moves from one index to the next.
        first, last: of index 0.
        phases: after how many indices the pattern repeats.
        cut: whether something was left out on the way that there was to look at.
    """

    axis: int | None
    jump: Any = 1
    first: Any = 0
    last: Any = 0
    phases: Any = 1
    cut: bool = False

    @property
    def reach(self) -> Any:
        """From the first element to the last."""
        return self.last - self.first

    def behind(self, link: Link) -> Window:
        """The window of what looks at this one through a link in elements of the input."""
        first, last = self.first + link.first, self.last + link.last
        return Window(link.axis, link.jump, first, last, self.phases * link.per, self.cut)

    def over(self, start: Any, stop: Any) -> Window:
        """All that the indices from `start` to before `stop` look at together."""
        first, last = self.first + self.jump * start, self.last + self.jump * (stop - 1)
        return Window(None, 0, ceil(first), floor(last), 1, self.cut)

    def whole(self, extent: Any) -> bool:
        """Whether it is known to have every element of an axis of that many."""
        return ge(0, self.first).verdict is ge(self.last, extent - 1).verdict is True

    def joined(self, other: Window | None) -> Window | None:
        """The union with another; None where they move at different speeds."""
        if other is None or self.axis != other.axis or self.jump != other.jump:
            return None
        first, last = _lesser(self.first, other.first), _greater(self.last, other.last)
        phases = self.phases if self.phases == other.phases else maximum(self.phases, other.phases)
        return Window(self.axis, self.jump, first, last, phases, self.cut or other.cut)


Windows = tuple[Window | None, ...]


def stepping(link: Link, jump: Any) -> Link:
    """A link in elements of the input of the network, of an axis whose windows are `jump` apart."""
    even = link.even
    step = quotient(jump, even.per)
    return type(link)(even.axis, step * even.jump, step * even.first, step * even.last, even.per)


def in_numbers(values: Iterable[Any]) -> bool:
    """Whether there is no letter."""
    return all(isinstance(value, int | Fraction) for value in values)


def union(one: Windows, other: Windows) -> Windows:
    """The windows of what looks at both, axis by axis."""
    known: list[tuple[Any, Window | None]] = []
    return tuple([a if a == b else a and _joined(a, b, known) for a, b in zip(one, other, strict=True)])


def _joined(one: Window, other: Window | None, known: list[tuple[Any, Window | None]]) -> Window | None:
    """The union of two windows; height and width are often alike, of the same objects, and then put together once."""
    if other is None or one.axis != other.axis:
        return None
    pair = (one[1:], other[1:])
    for before, found in known:
        if before == pair:
            return found and found._replace(axis=one.axis)
    joined = one.joined(other)
    known.append((pair, joined))
    return joined


def _greater(one: Any, other: Any) -> Any:
    """The greater of two that have most of their terms in common: only in what sets them apart is a maximum taken.

    So a sum of many of them does not hold each of its beginnings again.
    """
    more = other - one
    most = maximum(more, 0)
    return other if most is more else one + most


def _lesser(one: Any, other: Any) -> Any:
    """The less of two, likewise."""
    less = one - other
    most = maximum(less, 0)
    return other if most is less else one - most
