"""Arrays and the memory behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["live", "owned", "root"]


def root(array: Array) -> Array:
    """The array whose memory it is: itself, or what it is a view of."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def owned(array: Array, others: Iterable[Array]) -> Array:
    """The array in memory of its own, exactly as large as it is, and in order."""
    memory = root(array)
    mine = memory.nbytes == array.nbytes and array.flags.c_contiguous and memory.flags.owndata
    return array if mine and all(memory is not root(other) for other in others) else np.array(array, order="C")


def live(arrays: Iterable[Array], apart: Collection[int] = ()) -> int:
    """The bytes of memory behind arrays, each piece once, without those pieces whose identity is in `apart`."""
    return sum({id(memory): memory.nbytes for memory in map(root, arrays) if id(memory) not in apart}.values())
