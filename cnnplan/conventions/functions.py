"""What replaced functions of PyTorch see inside a layer that is made of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Layer, Term

__all__ = ["local_response_norm"]


def local_response_norm(layer: Layer) -> Iterable[Term]:
    """Squares, their mean over padded channels, a factor and a summand; not the power nor the quotient."""
    n, channels, *sizes = layer.x
    padded = n * (channels + layer.op.size - 1) * prod(sizes)
    yield "other normalizations", 3 * layer.inputs + padded
