"""The same elements in another arrangement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer

IMAGE = 4
"""The axes of a batch of images."""


def flatten_(layer: Layer) -> str:
    """Flatten from the second axis on, elsewhere Reshape."""
    last = layer.op.end_dim % layer.rank
    if layer.bound(layer.op.start_dim) == 1 and last == layer.rank - 1:
        return layer.call("Flatten", axis=1)
    return layer.reshaped(layer.x, layer.shape)


def reshape_(layer: Layer) -> str:
    """Reshape to sizes that are read off what is there."""
    return layer.reshaped(layer.x, layer.shape)


def permute_(layer: Layer) -> str:
    """Transpose."""
    return layer.call("Transpose", perm=[layer.bound(dim) for dim in layer.op.dims])


def transpose_(layer: Layer) -> str:
    """Transpose of two axes."""
    order = [*range(layer.rank)]
    one, other = layer.bound(layer.op.dim0), layer.bound(layer.op.dim1)
    order[one], order[other] = order[other], order[one]
    return layer.call("Transpose", perm=order)


def expand_(layer: Layer) -> str:
    """Expand."""
    return layer.call("Expand", [layer.x, layer.extents(layer.shape)])


def unsqueeze_(layer: Layer) -> str:
    """Unsqueeze."""
    return layer.call("Unsqueeze", [layer.x, layer.whole(layer.op.dim % (layer.rank + 1))])


def squeeze_(layer: Layer) -> str:
    """Squeeze."""
    dims: Any = layer.op.dim if isinstance(layer.op.dim, tuple) else (layer.op.dim,)
    return layer.call("Squeeze", [layer.x, layer.whole(*map(layer.bound, dims))])


def stack_(layer: Layer) -> str:
    """Unsqueeze of each, and Concat."""
    dim = layer.op.dim % (layer.rank + 1)
    parts = [layer.call("Unsqueeze", [name, layer.whole(dim)]) for name in layer.inputs]
    return layer.call("Concat", parts, axis=dim)


def concat_(layer: Layer) -> str:
    """Concat."""
    return layer.call("Concat", axis=layer.bound(layer.op.dim))


def pixel_shuffle_(layer: Layer) -> str:
    """DepthToSpace, the channels of a place together."""
    factor = layer.known("upscale_factor", layer.op.upscale_factor)
    if layer.rank == IMAGE:
        return layer.call("DepthToSpace", blocksize=factor, mode="CRD")
    n, _, *sizes = layer.shapes[0]
    axes = len(sizes)
    y = layer.reshaped(layer.x, (n, layer.shape[1], *[factor] * axes, *sizes))
    order = [0, 1, *(axis for place in range(axes) for axis in (2 + axes + place, 2 + place))]
    return layer.reshaped(layer.call("Transpose", [y], perm=order), layer.shape)


def pixel_unshuffle_(layer: Layer) -> str:
    """Places become channels."""
    factor = layer.known("downscale_factor", layer.op.downscale_factor)
    n, channels, *_ = layer.shapes[0]
    sizes = layer.shape[2:]
    axes = len(sizes)
    y = layer.reshaped(layer.x, (n, channels, *(part for size in sizes for part in (size, factor))))
    order = [0, 1, *range(3, 3 + 2 * axes, 2), *range(2, 2 + 2 * axes, 2)]
    return layer.reshaped(layer.call("Transpose", [y], perm=order), layer.shape)


def channel_shuffle_(layer: Layer) -> str:
    """Groups and their channels change places."""
    n, channels, *sizes = layer.shapes[0]
    groups = layer.known("groups", layer.op.groups)
    y = layer.reshaped(layer.x, (n, groups, channels // groups, *sizes))
    y = layer.call("Transpose", [y], perm=[0, 2, 1, *range(3, 3 + len(sizes))])
    return layer.reshaped(y, layer.shape)
