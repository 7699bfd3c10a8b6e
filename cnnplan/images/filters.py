"""The classic filters that people made by hand before networks learned them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.errors import UsageError
from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["FILTERS", "bank", "chosen"]

FILTERS: dict[str, tuple[tuple[int, ...], ...]] = {
    "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "edge": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "blur": ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
    "gauss": ((1, 4, 6, 4, 1), (4, 16, 24, 16, 4), (6, 24, 36, 24, 6), (4, 16, 24, 16, 4), (1, 4, 6, 4, 1)),
    "sobel_x": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "sobel_y": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "laplace": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    "emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
}
"""Each as its rows; those whose sum is above 1 are averages and are divided by it."""


def chosen(names: Sequence[str]) -> list[NDArray[np.float64]]:
    """The filters of these names.

    Raises:
        UsageError: there is none of that name.
    """
    unknown = [name for name in names if name not in FILTERS]
    if unknown:
        raise UsageError(f"no filter {unknown[0]!r}: choose among {', '.join(FILTERS)}")
    return [_scaled(np.array(FILTERS[name], dtype=float)) for name in names]


def bank(filters: Sequence[NDArray[np.float64]], shape: Sequence[int], dtype: str) -> NDArray[np.float64]:
    """The weight of a convolution that applies these filters, one to an output channel, over and over.

    Each looks at the average of the channels it is given. A filter smaller than the kernel stands in its middle.

    Args:
        filters: square matrices.
        shape: of the weight: output channels, input channels, height and width of the kernel.
        dtype: of the weight.

    Raises:
        UsageError: the kernel is smaller than a filter.
    """
    outputs, inputs, *kernel = shape
    weight = np.zeros(shape, dtype=dtype)
    for channel in range(outputs):
        matrix = filters[channel % len(filters)]
        rooms = [extent - side for extent, side in zip(kernel, matrix.shape, strict=True)]
        if min(rooms) < 0:
            side = matrix.shape[0]
            raise UsageError(f"a filter of {side} x {side} does not fit a kernel of {kernel[0]} x {kernel[1]}")
        top, left = (room // 2 for room in rooms)
        weight[channel, :, top : top + matrix.shape[0], left : left + matrix.shape[1]] = matrix / inputs
    return weight


def _scaled(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    total = matrix.sum()
    return matrix / total if total > 1 else matrix
