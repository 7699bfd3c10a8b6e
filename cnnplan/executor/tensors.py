"""Arrays and the memory behind them."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["kept", "live", "named", "owned", "root", "single", "unbuffered"]

ROOM = 2**25 - 2**16
"""Bytes of the largest array whose memory glibc keeps for the next one."""


BUFFER = 1024
"""Elements that NumPy may copy together to have longer loops; by itself it takes 8192."""


@cache
def kept() -> None:
    """Have the memory of arrays that are freed kept for those to come.

    Else it is given back to the system and asked for again, page by page, which takes a fifth of the time of a small
    network. glibc learns what to keep from the largest array that was ever freed; nothing is written into this one.
    """
    np.empty(ROOM, dtype=np.uint8)


@contextmanager
def unbuffered() -> Iterator[None]:
    """Have lines of some thousand elements met where they lie by the number of their channel, and not by a copy of it.

    NumPy (2.4) repeats the number in a buffer where that holds two lines, which takes more than twice as long.
    """
    before = np.setbufsize(BUFFER)
    try:
        yield
    finally:
        np.setbufsize(before)


class Single(np.ndarray):
    """An array without axes, of which NumPy makes such arrays again; of its own kind it makes numbers."""


def single(array: Array) -> Array:
    """The array, as a Single where it has no axes: kernels write into what they compute."""
    return array if array.ndim else array.view(Single)


@cache
def named(dtype: np.dtype[Any]) -> str:
    """`float32`, which NumPy puts together anew each time."""
    return str(dtype)


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
