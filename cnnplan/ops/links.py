"""What an index of an output looks at: the link between an axis of an output and an axis of an input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.sizes import exact_div, gcd

if TYPE_CHECKING:
    from cnnplan.sizes import Extent

__all__ = ["Link", "grouped", "shared_out"]


class Link(NamedTuple):
    """Index i looks at (jump * i + first) / per to (jump * i + last) / per of an axis of the input.

    What lies between these two, both included, and is a whole number is an element; it may lie in the padding. `per` is
    above 1 where an axis becomes longer: doubled by the nearest element, i looks at (i - 1) / 2 to i / 2, which is one
    element. A window with holes counts from its first tap to its last.

    Args:
        axis: the axis of the output.
        jump: by how much the window moves from one index to the next.
        first: where it begins, of index 0.
        last: its last element, of index 0.
        per: what all three are divided by.
        block: how many neighbouring indices look at the same: i stands for floor(i / block).
    """

    axis: int
    jump: Any = 1
    first: Any = 0
    last: Any = 0
    per: Any = 1
    block: Any = 1

    @property
    def even(self) -> Link:
        """The same, or a little more, without blocks."""
        if self.block == 1:
            return self
        jump, per = self.jump, self.per * self.block
        return Link(self.axis, jump, self.first * self.block - jump * (self.block - 1), self.last * self.block, per)


def shared_out(axis: int, n: Extent, m: Extent) -> Link:
    """Windows floor(i * n / m) to before ceil((i + 1) * n / m), m of them on n elements."""
    common = gcd(n, m)
    return Link(axis, n, common - m, n - common, m)


def grouped(dim: int, groups: Extent, taken: Extent, given: Extent) -> Link | None:
    """Channels `dim` of a layer that looks at those of the same group; the axis in front of them stays as it is."""
    if dim == 0:
        return Link(dim)
    if groups == 1:
        return None
    size = exact_div(taken, groups)
    return Link(dim, size, 0, size - 1, block=exact_div(given, groups))
