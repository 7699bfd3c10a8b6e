"""What a layer costs: a tally of the kinds of arithmetic it does.

`macs` counts a multiply and the add that follows it, in a contraction; it never contains a bias. `transcendentals`
are exp, log, tanh, sqrt, erf and their like. Counts are ints or symbolic Counts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnplan.sizes import Extent

__all__ = ["KINDS", "Cost"]


@dataclass(slots=True, unsafe_hash=True)
class Cost:
    """How often each kind of arithmetic happens. Not frozen, which would take longer than the arithmetic."""

    macs: Extent = 0
    adds: Extent = 0
    multiplies: Extent = 0
    divides: Extent = 0
    compares: Extent = 0
    transcendentals: Extent = 0

    @property
    def flops(self) -> Extent:
        """Two for each multiply-add, one for everything else."""
        rest = self.adds + self.multiplies + self.divides + self.compares + self.transcendentals
        return 2 * self.macs + rest

    def __add__(self, other: Cost) -> Cost:
        return Cost(*(getattr(self, kind) + getattr(other, kind) for kind in KINDS))

    def __mul__(self, times: Extent) -> Cost:
        return Cost(*(getattr(self, kind) * times for kind in KINDS))

    __rmul__ = __mul__


KINDS: tuple[str, ...] = tuple(field.name for field in fields(Cost))
"""The kinds of arithmetic, in the order of the fields."""
