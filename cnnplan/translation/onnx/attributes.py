"""The bytes of an attribute of an ONNX node in; its name and value out, of equal bytes the same value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from cnnplan.translation.onnx.declarations import read_tensor, text_of
from cnnplan.translation.onnx.messages import Attribute, Span
from cnnplan.translation.onnx.wire import BYTES, FIXED32, fields, floats, integers

__all__ = ["LONGEST_ALIKE", "Alike", "anew", "is_plain", "read_attribute"]

LONGEST_ALIKE: Final = 512
"""The most bytes that are looked for among what was read already."""


@dataclass(slots=True)
class Alike:
    """What was read already, by its bytes: attributes, and what stands behind the names of nodes."""

    nodes: dict[bytes, tuple[str, str, dict[str, Attribute]]] = field(default_factory=dict)
    attributes: dict[bytes, tuple[str, Attribute]] = field(default_factory=dict)
    sets: dict[tuple[int, ...], dict[str, Attribute]] = field(default_factory=dict)


_KINDS: Final = {1: "float", 2: "int", 3: "text", 4: "tensor", 5: "graph", 6: "floats", 7: "ints", 8: "texts"}
_FIELDS: Final = {2: "float", 3: "int", 4: "text", 5: "tensor", 6: "graph", 7: "floats", 8: "ints", 9: "texts"}
"""The kinds of attributes, by the number of the kind and by the field of the value."""


def is_plain(attribute: Attribute) -> bool:
    """Whether it holds no tensor, each of which is one of its own though another has the same elements."""
    return attribute.kind != "tensor"


def anew(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    """The same attributes, of which no tensor is the same."""
    return {
        name: each if is_plain(each) else Attribute(each.value.another(), each.kind, each.refers)
        for name, each in attributes.items()
    }


def read_attribute(data: Any, at: int, end: int, alike: Alike) -> tuple[str, Attribute]:
    """The name of an attribute, and its value."""
    bytes_ = data[at:end] if end - at <= LONGEST_ALIKE else b""
    known = alike.attributes.get(bytes_)
    if known is None:
        known = _new_attribute(data, at, end)
        if bytes_ and is_plain(known[1]):
            alike.attributes[bytes_] = known
    return known


def _new_attribute(data: Any, at: int, end: int) -> tuple[str, Attribute]:
    name = refers = ""
    found: dict[str, Any] = {}
    told = ""
    for number, kind, value, stop in fields(data, at, end):
        if number == 1 and kind == BYTES:
            name = text_of(data, value, stop)
        elif number == 20 and not kind:
            told = _KINDS.get(value, "other")
        elif number == 21 and kind == BYTES:
            refers = text_of(data, value, stop)
        elif number in _FIELDS:
            _value(found, _FIELDS[number], data, (kind, value, stop))
        elif number in (10, 11, 14, 15, 22, 23):
            found["other"] = None
    kind_ = told or next(iter(found), "other")
    return name, Attribute(found.get(kind_, _EMPTY.get(kind_)), kind_, refers)


_EMPTY: Final[dict[str, Any]] = {"floats": [], "ints": [], "texts": [], "int": 0, "float": 0.0, "text": ""}


def _value(found: dict[str, Any], what: str, data: Any, where: tuple[int, int, int]) -> None:
    kind, value, stop = where
    if what in ("int", "ints"):
        numbers = integers(data, kind, value, stop)
        if what == "int":
            found[what] = numbers[-1] if numbers else 0
        else:
            found.setdefault(what, []).extend(numbers)
    elif what in ("float", "floats"):
        decimals = floats(data, value, stop) if kind in (FIXED32, BYTES) else []
        if what == "float":
            found[what] = decimals[-1] if decimals else 0.0
        else:
            found.setdefault(what, []).extend(decimals)
    elif kind == BYTES:
        if what == "texts":
            found.setdefault(what, []).append(text_of(data, value, stop))
        else:
            read = {"text": text_of, "tensor": read_tensor, "graph": Span}[what]
            found[what] = read(data, value, stop)
