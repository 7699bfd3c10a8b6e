"""Bytes as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.lazy import np

if TYPE_CHECKING:
    from cnnplan.checkpoints.base import Stored

__all__ = ["array", "flat"]


def flat(data: bytes, dtype: str) -> Any:
    """The elements in a row, in the byte order of files.

    Raises:
        UsageError: numpy has no such type.
    """
    if dtype == "bfloat16":  # the upper half of a float32
        return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
    try:
        return np.frombuffer(data, np.dtype(dtype).newbyteorder("<"))
    except TypeError:
        raise UsageError(f"weights of type {dtype} cannot be computed with: convert the file to float32") from None


def array(data: bytes, stored: Stored) -> Any:
    """An array of its shape.

    Raises:
        UsageError: there are not that many bytes, or numpy has no such type.
    """
    if len(data) != stored.nbytes:
        raise UsageError(f"{len(data):,} bytes where {stored.shape} asks for {stored.nbytes:,}: the file was cut")
    return flat(data, stored.dtype).reshape(stored.shape)
