"""What an index of an output looks at: the link between an axis of an output and an axis of an input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.sizes import gcd

if TYPE_CHECKING:
    from cnnplan.sizes import Extent

__all__ = ["Link", "shared_out"]


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
    """

    axis: int
    jump: Any = 1
    first: Any = 0
    last: Any = 0
    per: Any = 1


def shared_out(axis: int, n: Extent, m: Extent) -> Link:
    """Windows floor(i * n / m) to before ceil((i + 1) * n / m), m of them on n elements."""
    common = gcd(n, m)
    return Link(axis, n, common - m, n - common, m)
