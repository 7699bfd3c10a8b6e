"""Everything predicted of one entry of a spec: what it gives wherever it stands, and what all its copies cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.sizes import combine

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from cnnplan.graph import Facts
    from cnnplan.graph.entries import Shapes, Standing
    from cnnplan.plan.nodes import Figures
    from cnnplan.sizes import Extent

__all__ = ["EntryPlan"]


class EntryPlan:
    """An entry of a spec, as it stands in the network.

    Args:
        standing: its layers, by kind, and what they give.
        figures: of every kind of layer.
    """

    __slots__ = ("_figures", "_standing")

    def __init__(self, standing: Standing, figures: Mapping[Facts, Figures]) -> None:
        self._standing = standing
        self._figures = figures

    @property
    def ends(self) -> Counter[Shapes]:
        """The shapes of its outputs in letters, None where one is unknown, and how often it gives these; in order."""
        return self._standing.ends

    @property
    def copies(self) -> int:
        """How often it stands in the network."""
        return self._standing.copies

    @property
    def params(self) -> Extent:
        """The trainable weights that all its copies own."""
        owned = self._standing.kinds(owned=True).items()
        total: Extent = combine((self._figures[kind].params, count) for kind, count in owned if kind in self._figures)
        return total

    @property
    def macs(self) -> Extent:
        """Multiply-adds of all its copies."""
        kinds = self._standing.kinds().items()
        total: Extent = combine(
            (self._figures[kind].cost.macs, count) for kind, count in kinds if kind in self._figures
        )
        return total

    @property
    def flops(self) -> Extent:
        """Two for each multiply-add of all its copies, one for everything else."""
        kinds = self._standing.kinds().items()
        total: Extent = combine(
            (self._figures[kind].cost.flops, count) for kind, count in kinds if kind in self._figures
        )
        return total
