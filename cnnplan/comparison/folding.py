"""Batch norms of one network that the other has in the weights of the layer before.

An exporter multiplies the weights of a convolution by the scale of the batch norm behind it, and adds its shift to the
bias. Nothing else changes, so it is told as that, not as a layer less and another layer that is not what it was.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.comparison.layers import Layer
    from cnnplan.comparison.pairs import Pair

__all__ = ["folded"]

INTO: Final = frozenset({"conv", "conv_transpose", "linear"})
"""Layers that a batch norm can be folded into."""


def folded(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs, a batch norm that the other side folded beside the layer that it went into."""
    into: dict[int, Layer] = {}
    gone: set[int] = set()
    for side, other in (("before", "after"), ("after", "before")):
        layers: dict[str, tuple[int, Layer]] = {
            layer.name: (place, layer) for place, pair in enumerate(pairs) if (layer := getattr(pair, side)) is not None
        }
        readers = Counter(name for _, layer in layers.values() for name in layer.reads)
        for place, norm in layers.values():
            above = layers.get(norm.reads[0]) if norm.op == "batch_norm" else None
            if above is None or getattr(pairs[place], other) is not None or readers[norm.reads[0]] > 1:
                continue
            if _holds(pairs[above[0]], side, other):
                into[above[0]] = norm
                gone.add(place)
    return [replace(pair, norm=into.get(place)) for place, pair in enumerate(pairs) if place not in gone]


def _holds(pair: Pair, side: str, other: str) -> bool:
    """Whether the other side has this layer too, from a file, with a bias to hold the shift.

    A design that was edited has folded nothing: there a norm was taken out, and the weights are still to be trained.
    """
    own, folds = getattr(pair, side), getattr(pair, other)
    if folds is None or not folds.origin:
        return False
    return own.op == folds.op and own.op in INTO and ("bias", "true") in folds.arguments
