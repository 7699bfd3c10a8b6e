"""Layers that are little more than a weight."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.translation.onnx.sources import MOST_WRITTEN
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer


def embedding_(layer: Layer) -> str:
    """Gather of the rows of a table."""
    return layer.call("Gather", [layer.weight("weight"), layer.x], axis=0)


def parameter_(layer: Layer) -> str:
    """The tensor itself."""
    return layer.weight("weight")


def scale_(layer: Layer) -> str:
    """A product with a number for each index of an axis."""
    behind = layer.rank - 1 - layer.bound(layer.op.dim)
    return layer.call("Mul", [layer.x, _raised(layer, behind)])


def prelu_(layer: Layer) -> str:
    """PRelu."""
    return layer.call("PRelu", [layer.x, _raised(layer, layer.rank - 2)])


def _raised(layer: Layer, behind: int) -> str:
    """The weight with axes of extent 1 behind it."""
    weight = layer.weight("weight")
    return layer.call("Reshape", [weight, layer.whole(-1, *[1] * behind)]) if behind else weight


def constant_(layer: Layer) -> str:
    """Numbers that are known, or a table that is stored."""
    op = layer.op
    if op.stored:
        return layer.buffer("value")
    dtype = op.dtype or layer.file.dtype
    if op.values is not None:
        return layer.file.array(np.array(op.values, dtype))
    shape: Any = layer.shape
    is_free = not all(isinstance(n, int) for n in shape)
    if is_free and op.dtype:
        raise Unwritable("whole numbers of a size that depends on a size")
    if is_free or (not op.dtype and prod(shape) > MOST_WRITTEN):
        return layer.call("Expand", [layer.number(op.value), layer.extents(shape)])
    return layer.file.array(np.full(shape, op.value, dtype))
