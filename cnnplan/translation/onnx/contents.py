"""The elements of tensors that stand in a file: few of them as Python's numbers, many as arrays that look into it."""

from __future__ import annotations

import struct
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import UsageError
from cnnplan.lazy import np
from cnnplan.translation.onnx.numbers import Numbers
from cnnplan.translation.onnx.wire import BYTES, Damaged, integers

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.translation.onnx.messages import Span, Tensor

__all__ = [
    "BFLOAT16",
    "BOOL",
    "DTYPES",
    "FLOAT",
    "FLOATS",
    "INT64",
    "INTEGERS",
    "array",
    "decimal",
    "numbers",
    "packed",
]

FLOAT, UINT8, INT8, UINT16, INT16, INT32, INT64, STRING, BOOL, FLOAT16, DOUBLE, UINT32, UINT64 = range(1, 14)
BFLOAT16, UINT4, INT4 = 16, 21, 22
"""The numbers of ONNX's types of elements."""

FLOATS: Final = frozenset({FLOAT, FLOAT16, DOUBLE, BFLOAT16})
INTEGERS: Final = frozenset({UINT8, INT8, UINT16, INT16, INT32, INT64, UINT32, UINT64})

DTYPES: Final = {
    FLOAT: "float32", UINT8: "uint8", INT8: "int8", UINT16: "uint16", INT16: "int16", INT32: "int32", INT64: "int64",
    BOOL: "bool", FLOAT16: "float16", DOUBLE: "float64", UINT32: "uint32", UINT64: "uint64", BFLOAT16: "bfloat16",
    STRING: "string", 17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz",
    UINT4: "uint4", INT4: "int4", 23: "float4e2m1",
}  # fmt: skip
"""What the types are called."""

HALVES: Final = frozenset({UINT4, INT4})
"""Types of which two stand in a byte."""

_CODES: Final = {
    FLOAT: "f", UINT8: "B", INT8: "b", UINT16: "H", INT16: "h", INT32: "i", INT64: "q", BOOL: "?", FLOAT16: "e",
    DOUBLE: "d", UINT32: "I", UINT64: "Q",
}  # fmt: skip
"""What `struct` calls them."""


def decimal(value: float, dtype: int = FLOAT) -> int | Fraction | float:
    """The number that somebody wrote, 1e-5 or 0.7, of the nearest one that the type has; infinities stay."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - not a number
        return value
    if dtype == DOUBLE:
        text = repr(value)
    else:
        stored = struct.pack("<f", value)
        texts = (f"{value:.{digits}g}" for digits in range(1, 10))
        text = next((text for text in texts if struct.pack("<f", float(text)) == stored), repr(value))
    exact = Fraction(text)
    return exact.numerator if exact.denominator == 1 else exact


def numbers(tensor: Tensor) -> Numbers | None:
    """The elements of a tensor that stands in the file itself; None where it is of another kind, or elsewhere.

    Raises:
        Damaged: it has more or fewer elements than its extents say.
    """
    if tensor.is_external or tensor.dtype not in _CODES:
        return None
    if tensor.raw is None and not tensor.packed and tensor.size:
        return None
    flat = _raw(tensor, tensor.raw) if tensor.raw is not None else _packed(tensor)
    if len(flat) != tensor.size:
        raise Damaged(f"the tensor {tensor.name} has {len(flat)} elements, and its extents make {tensor.size}")
    if tensor.dtype in FLOATS:
        flat = [decimal(value, tensor.dtype) for value in flat]
    elif tensor.dtype == BOOL:
        flat = [bool(value) for value in flat]
    return Numbers(tensor.dims, tuple(flat))


def packed(name: str, known: Numbers) -> Tensor:
    """Numbers as a tensor of float32."""
    from cnnplan.translation.onnx.messages import Span, Tensor  # noqa: PLC0415 - few files join tensors

    data = struct.pack(f"<{len(known.flat)}f", *map(float, known.flat))
    return Tensor(name, FLOAT, known.shape, Span(data, 0, len(data)))


def _raw(tensor: Tensor, raw: Span) -> list[Any]:
    code = _CODES[tensor.dtype]
    size = struct.calcsize(f"<{code}")
    if len(raw) != size * tensor.size:
        raise Damaged(
            f"the tensor {tensor.name} has {len(raw):,} bytes, and its extents ask for {size * tensor.size:,}"
        )
    return [*struct.unpack(f"<{tensor.size}{code}", raw.read())]


def _packed(tensor: Tensor) -> list[Any]:
    flat: list[Any] = []
    for number, kind, where in tensor.packed:
        if number in (4, 10):
            code, size = {4: ("f", 4), 10: ("d", 8)}[number]
            data = where.read() if not isinstance(where, int) else b""
            flat += struct.unpack(f"<{len(data) // size}{code}", data[: len(data) // size * size])
        elif isinstance(where, int):
            flat += integers(b"", kind, where, 0)
        else:
            flat += integers(where.data, BYTES, where.start, where.end)
    if tensor.dtype == FLOAT16:
        return [struct.unpack("<e", struct.pack("<H", bits & 0xFFFF))[0] for bits in flat]
    return flat


def array(tensor: Tensor, folder: Path) -> Any:
    """The contents of a tensor as an array, which looks into the file where it can.

    Args:
        tensor: which.
        folder: that of the model, below which external data must lie.

    Raises:
        UsageError: its contents are not there, or lie outside the folder.
    """
    if tensor.dtype in HALVES:
        return _halves(tensor, folder)
    kind = np.dtype("<u2") if tensor.dtype == BFLOAT16 else _dtype(tensor)
    if tensor.is_external:
        found = _external(tensor, folder, kind)
    elif tensor.raw is not None:
        if len(tensor.raw) != kind.itemsize * tensor.size:
            raise UsageError(f"the tensor {tensor.name} has {len(tensor.raw):,} bytes, which do not fit its extents")
        found = np.frombuffer(tensor.raw.data, kind, tensor.size, tensor.raw.start)
    else:
        found = np.array(_packed(tensor), dtype=kind)
    if tensor.dtype == BFLOAT16:
        found = (found.astype(np.uint32) << 16).view(np.float32)
    if found.size != tensor.size:
        raise UsageError(f"the tensor {tensor.name} has {found.size:,} elements, and its extents make {tensor.size:,}")
    return found.reshape(tensor.dims)


def _halves(tensor: Tensor, folder: Path) -> Any:
    """Whole numbers of four bits, the low half of each byte first."""
    packed = array(replace(tensor, dtype=UINT8, dims=(-(-tensor.size // 2),)), folder).astype(np.uint8)
    both = np.stack([packed & 15, packed >> 4], -1).reshape(-1)[: tensor.size].reshape(tensor.dims)
    return both if tensor.dtype == UINT4 else (both ^ 8).astype(np.int8) - 8


def _dtype(tensor: Tensor) -> Any:
    if tensor.dtype not in _CODES:
        raise UsageError(f"the tensor {tensor.name} has elements of the type {DTYPES.get(tensor.dtype, tensor.dtype)}")
    return np.dtype("?" if tensor.dtype == BOOL else f"<{_CODES[tensor.dtype]}").newbyteorder("<")


def _external(tensor: Tensor, folder: Path, kind: Any) -> Any:
    """A map of the file of weights that lies beside the model."""
    from cnnplan.translation.onnx.declarations import read_entry  # noqa: PLC0415 - who looks at no weights has none of it

    told = dict(map(read_entry, tensor.external))
    name = told.get("location", "")
    path = (folder / name).resolve()
    if not name or not path.is_relative_to(folder.resolve()):
        raise UsageError(f"the weights of {tensor.name} lie outside the folder of the model: {name}")
    if not path.is_file():
        raise UsageError(f"the weights of {tensor.name} are not there: {path}")
    try:
        offset = int(told.get("offset", "0"))
    except ValueError:
        raise UsageError(f"the weights of {tensor.name} stand at no number of bytes") from None
    if offset < 0 or offset + kind.itemsize * tensor.size > path.stat().st_size:
        raise UsageError(f"the weights of {tensor.name} go on behind the end of {path}")
    if not tensor.size:
        return np.empty(0, kind)
    return np.memmap(path, kind, "r", offset, (tensor.size,))
