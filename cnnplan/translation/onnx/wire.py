"""The wire format of protocol buffers, as much of it as ONNX needs: fields out of bytes, and bytes out of fields.

A message is a row of fields, each a tag (the number of the field and how its value is stored) and a value. Nothing is
copied as it is read: a field of bytes is told by where it begins and ends, so that weights stay in the file.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import CnnplanError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["BYTES", "FIXED32", "FIXED64", "VARINT", "Damaged", "fields", "floats", "integers", "message", "signed"]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""How the value of a field is stored."""

LONGEST: Final = 10
"""The most bytes of a varint."""

_SIZES: Final = {FIXED64: 8, FIXED32: 4}


class Damaged(CnnplanError):  # noqa: N818 - named after what is wrong
    """The bytes are no message; says where, and what stands there."""


def fields(data: Any, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """The fields of a message: number, how it is stored, and its value; of one that is bytes, where it begins and ends.

    Args:
        data: bytes, or a map of a file.
        at: where the message begins.
        end: where it ends.

    Raises:
        Damaged: a field goes on behind the end, or is stored in a way that there is not.
    """
    while at < end:
        start = at
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = _varint(data, start, end)
        kind = tag & 7
        if kind == BYTES:
            if at < end and data[at] < 0x80:
                size = data[at]
                at += 1
            else:
                size, at = _varint(data, at, end)
            value, at = at, at + size
            if at > end:
                raise Damaged(f"byte {start:,}: a field of {size:,} bytes stands here, and {end - value:,} are left")
            yield tag >> 3, kind, value, at
        elif kind == VARINT:
            if at < end and data[at] < 0x80:
                value = data[at]
                at += 1
            else:
                value, at = _varint(data, at, end)
            yield tag >> 3, kind, value, 0
        elif kind in _SIZES:
            size = _SIZES[kind]
            if size > end - at:
                raise Damaged(f"byte {start:,}: a number of {size} bytes stands here, and {end - at:,} are left")
            yield tag >> 3, kind, at, at + size
            at += size
        else:
            raise Damaged(f"byte {start:,}: no field is stored like this one ({kind})")


def _varint(data: Any, at: int, end: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    if at >= end:
        raise Damaged(f"byte {at:,}: the end comes in the middle of a field")
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    value = shift = 0
    for here in range(at, min(end, at + LONGEST)):
        byte = data[here]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, here + 1
        shift += 7
    raise Damaged(f"byte {at:,}: a number does not end")


def signed(value: int) -> int:
    """A varint as the int64 that it stands for."""
    return value - 2**64 if value >= 2**63 else value


def integers(data: Any, kind: int, value: int, end: int) -> list[int]:
    """The int64s of a field of a repeated number: one, or many that are packed."""
    if kind != BYTES:
        return [signed(value)]
    found = []
    while value < end:
        number, value = _varint(data, value, end)
        found.append(signed(number))
    return found


def floats(data: Any, value: int, end: int) -> list[float]:
    """The float32s of a field of a repeated number: one, or many that are packed."""
    count = (end - value) // 4
    return [*struct.unpack(f"<{count}f", data[value : value + 4 * count])]


def message(parts: Iterable[tuple[int, int | float | str | bytes]]) -> bytes:
    """The bytes of a message: of each field its number and its value, an int, a float32, a text or bytes."""
    return b"".join(_field(number, value) for number, value in parts)


def _field(number: int, value: float | str | bytes) -> bytes:
    if isinstance(value, float):
        return _number(number << 3 | FIXED32) + struct.pack("<f", value)
    if isinstance(value, int):
        return _number(number << 3 | VARINT) + _number(value)
    data = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | BYTES) + _number(len(data)) + data


def _number(value: int) -> bytes:
    """A varint; a negative number is its two's complement in 64 bits."""
    value &= 0xFFFFFFFFFFFFFFFF
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
