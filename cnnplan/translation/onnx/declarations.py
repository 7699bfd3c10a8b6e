"""The bytes of a message of an ONNX file in; the tensor in it, or what it says of one, out."""

from __future__ import annotations

from typing import Any, Final

from cnnplan.translation.onnx.messages import Info, Span, Tensor
from cnnplan.translation.onnx.wire import BYTES, Damaged, fields, integers, signed

__all__ = ["read_entry", "read_info", "read_tensor", "text_of"]

LARGEST: Final = 2**40
"""The largest extent."""

MOST_AXES: Final = 32


def text_of(data: Any, at: int, end: int) -> str:
    """A text."""
    return str(data[at:end], "utf-8", "replace")


_PACKED: Final = frozenset({4, 5, 7, 10, 11})
"""The fields in which a tensor's elements may stand one by one."""


def read_tensor(data: Any, at: int, end: int) -> Tensor:
    """A tensor: its name, type and extents, and where its elements are.

    Raises:
        Damaged: its extents are none.
    """
    tensor = Tensor()
    dims: list[int] = []
    packed: list[tuple[int, int, Span | int]] = []
    external: list[Span] = []
    for number, kind, value, stop in fields(data, at, end):
        if number == 1:
            dims += integers(data, kind, value, stop) if kind else (signed(value),)
        elif number == 2 and not kind:
            tensor.dtype = value
        elif number == 8 and kind == BYTES:
            tensor.name = text_of(data, value, stop)
        elif number == 9 and kind == BYTES:
            tensor.raw = Span(data, value, stop)
        elif number == 13 and kind == BYTES:
            external.append(Span(data, value, stop))
        elif number == 14 and not kind:
            tensor.is_external = value == 1
        elif number in _PACKED:
            packed.append((number, kind, Span(data, value, stop) if kind else value))
    if len(dims) > MOST_AXES or (dims and not 0 <= min(dims) <= max(dims) <= LARGEST):
        raise Damaged(f"the tensor {tensor.name} has the extents {dims[:MOST_AXES]}")
    tensor.dims, tensor.packed, tensor.external = tuple(dims), packed, external
    return tensor


def read_entry(span: Span) -> tuple[str, str]:
    """A key and its text."""
    texts = {1: "", 2: ""}
    for number, kind, value, stop in fields(span.data, span.start, span.end):
        if kind == BYTES:
            texts[number] = text_of(span.data, value, stop)
    return texts[1], texts[2]


def read_info(data: Any, at: int, end: int) -> Info:
    """What a file says of a tensor."""
    info = Info()
    for number, kind, value, stop in fields(data, at, end):
        if number == 1 and kind == BYTES:
            info.name = text_of(data, value, stop)
        elif number == 2 and kind == BYTES:
            _type(info, data, value, stop)
    return info


_TYPES: Final = {4: "sequence", 5: "map", 8: "sparse tensor", 9: "optional"}


def _type(info: Info, data: Any, at: int, end: int) -> None:
    for number, kind, value, stop in fields(data, at, end):
        if number in _TYPES:
            info.what = _TYPES[number]
        elif number == 1 and kind == BYTES:
            for inner, how, start, close in fields(data, value, stop):
                if inner == 1 and not how:
                    info.dtype = start
                elif inner == 2 and how == BYTES:
                    info.dims = _dims(data, start, close)


def _dims(data: Any, at: int, end: int) -> tuple[int | str, ...]:
    """The extents; one that nothing is said of is an empty text."""
    dims: list[int | str] = []
    for number, kind, value, stop in fields(data, at, end):
        if number != 1 or kind != BYTES:
            continue
        extent: int | str = ""
        for inner, how, start, close in fields(data, value, stop):
            if inner == 1 and not how:
                extent = signed(start)
            elif inner == 2 and how == BYTES:
                extent = text_of(data, start, close)
        dims.append(extent)
    if len(dims) > MOST_AXES:
        raise Damaged(f"a tensor of {len(dims)} axes is declared")
    return tuple(dims)
