"""Multi-head attention, of which some tools see the projections only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.conventions.base import ADDS
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Layer, Term
    from cnnplan.sizes import Extent, Shape

__all__ = ["three", "unseen", "unseen_doubled"]

ATTENTION = "products of attention, not counted"


def three(layer: Layer) -> tuple[Shape, Shape, Shape]:
    """Queries, keys and values; one input is all three."""
    query, key, value = layer.shapes * 3 if len(layer.shapes) == 1 else layer.shapes
    return query, key, value


def unseen(layer: Layer) -> Iterable[Term]:
    """The products of queries, keys and values, which a fused kernel hides."""
    query, key, value = three(layer)
    projections: Extent = (2 * prod(query) + prod(key) + prod(value)) * query[2]
    yield ATTENTION, projections - layer.macs


def unseen_doubled(layer: Layer) -> Iterable[Term]:
    """The projections, a multiply and an add each."""
    for name, amount in unseen(layer):
        yield name, amount
        yield ADDS, layer.macs + amount
