"""safetensors: eight bytes of length, a header of JSON, then the numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from cnnplan.checkpoints.base import MOST_HEADER, MOST_TENSORS, Checkpoint, Stored, extents, unreadable
from cnnplan.checkpoints.numbers import array

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read"]

DTYPES: Final = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "C64": "complex64",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "BOOL": "bool",
    "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8",
    "F8_E4M3": "float8_e4m3", "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0", "F4": "float4",
}  # fmt: skip
LENGTH: Final = 8


def read(file: Path) -> Checkpoint:
    """The tensors of a safetensors file, from its header alone.

    Raises:
        UsageError: it is none, or its header contradicts its length.
    """
    size = file.stat().st_size
    try:
        with file.open("rb") as stream:
            header, start = _header(stream, size)
        found = dict(_tensor(name, entry, size - start) for name, entry in header.items() if name != "__metadata__")
        _apart(found)
    except (ValueError, RecursionError) as error:
        raise unreadable(file, error) from None

    def numbers(name: str) -> Any:
        stored, (begin, end) = found[name]
        with file.open("rb") as stream:
            stream.seek(start + begin)
            return array(stream.read(end - begin), stored)

    return Checkpoint(file, "safetensors", {name: stored for name, (stored, _) in found.items()}, size, numbers)


def _header(stream: Any, size: int) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(stream.read(LENGTH), "little")
    if size < LENGTH or length > size - LENGTH:
        raise ValueError(f"its header would have {length:,} bytes, and the file has {size:,}: it was cut, or is none")
    if length > MOST_HEADER:
        raise ValueError(f"its header has {length:,} bytes, and at most {MOST_HEADER:,} are read")
    header = json.loads(stream.read(length))
    if not isinstance(header, dict) or len(header) > MOST_TENSORS:
        raise ValueError(f"its header is no mapping of at most {MOST_TENSORS:,} tensors")
    return header, LENGTH + length


def _tensor(name: str, entry: Any, room: int) -> tuple[str, tuple[Stored, tuple[int, int]]]:
    """A tensor and where its bytes are, held against its shape and the length of the file."""
    if not isinstance(entry, dict) or entry.get("dtype") not in DTYPES:
        raise ValueError(f"{name!r:.80} has no dtype that is known")
    stored = Stored(DTYPES[entry["dtype"]], extents(entry.get("shape")))
    begin, end = extents(entry.get("data_offsets")) if len(entry.get("data_offsets", ())) == len("be") else (0, -1)
    if end - begin != stored.nbytes:
        raise ValueError(f"{name!r:.80} has {end - begin:,} bytes, and its shape {stored.shape} asks {stored.nbytes:,}")
    if end > room:
        raise ValueError(f"{name!r:.80} ends at byte {end:,} of {room:,}: the file was cut")
    return name, (stored, (begin, end))


def _apart(found: dict[str, tuple[Stored, tuple[int, int]]]) -> None:
    """Refuse tensors that overlap: this format has none."""
    last, before = 0, ""
    for begin, end, name in sorted((begin, end, name) for name, (_, (begin, end)) in found.items() if end > begin):
        if begin < last:
            raise ValueError(f"{before!r:.80} and {name!r:.80} overlap")
        last, before = end, name
