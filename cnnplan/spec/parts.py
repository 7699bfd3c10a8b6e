"""What the keys of a document take: the types of its fields, as `documents` puts them together.

A type says how a value is read, in which words it is refused, and what an editor is told of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from cnnplan.dtypes import STORED
from cnnplan.models import Reader, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "DTYPES",
    "PART",
    "Arguments",
    "Bindings",
    "Blocks",
    "Choices",
    "DType",
    "Entries",
    "Expectations",
    "Extents",
    "Flag",
    "Input",
    "Inputs",
    "Join",
    "Name",
    "NameList",
    "Names",
    "Part",
    "Paths",
    "Repeat",
    "Share",
    "Stored",
    "StoredByName",
    "StoredType",
    "Symbols",
    "Text",
    "Truth",
    "Type",
    "Value",
    "Version",
]

PART: Final = "part"
"""Where a JSON Schema has this key, its value names a part of the language."""

DTYPES: Final = (
    *("float32", "float16", "bfloat16", "float64"),
    *("int8", "int16", "int32", "int64", "uint8", "bool"),
)


ALL_STORED: Final = tuple(dict.fromkeys((*DTYPES, *STORED)))
"""What a whole network may be stored in."""


class Part(Reader):
    """A part of the language: one thing is said about every value that it does not accept.

    Args:
        schema: what an editor is told; the name of a part that `schema` describes.
        accepts: whether it takes a value.
        cause: what is said where it does not.
        then: its normal form.
    """

    __slots__ = ("accepts", "cause", "schema", "then")

    def __init__(
        self,
        schema: str | dict[str, Any],
        cause: str = "",
        accepts: Callable[[Any], bool] = lambda _: True,
        then: Callable[[Any], Any] = lambda value: value,
    ) -> None:
        self.schema = {PART: schema} if isinstance(schema, str) else schema
        self.cause = cause
        self.accepts = accepts
        self.then = then

    def read(self, value: Any) -> Any:
        """The value, or the cause."""
        return self.then(value) if self.accepts(value) else refuse(self.cause, "shape")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and bool(value) and all(map(_is_text, value)))


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _list(schema: str | dict[str, Any]) -> Part:
    return Part(schema, "must be a list", _is_list)


def _named(item: str) -> Part:
    """A mapping of free names."""
    schema = {"type": "object", "propertyNames": {PART: "name"}, "additionalProperties": {PART: item}}
    return Part(schema, "must be a mapping", _is_mapping)


_NAMES: Final[dict[str, Any]] = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_TYPES: Final = ", ".join(DTYPES)

Text = Annotated[str, Part({"type": "string"}, "must be text: quote it", _is_text)]
Name = Annotated[str, Part("name", "must be a name", _is_text)]
Names = Annotated[
    tuple[str, ...],
    Part({"anyOf": [{"type": "string"}, _NAMES]}, "must be a name or a list of names", _is_texts, _several),
]
NameList = Annotated[
    tuple[str, ...],
    Part(_NAMES, "must be a list of names", lambda value: isinstance(value, list) and _is_texts(value), tuple),
]
DType = Annotated[str, Part({"enum": list(DTYPES)}, f"must be one of {_TYPES}", DTYPES.__contains__)]
StoredType = Annotated[
    str, Part({"enum": list(ALL_STORED)}, f"must be one of {_TYPES}, int4, ...", ALL_STORED.__contains__)
]
Flag = Annotated[bool, Part({"type": "boolean"}, "must be true or false", lambda value: isinstance(value, bool))]
Version = Annotated[
    int,
    Part({"const": 1}, "is not a version that is known: write 1", lambda value: type(value) is int and value == 1),
]
Share = Annotated[
    str | Literal[True] | None,
    Part(
        {"anyOf": [{"type": "string"}, {"const": True}]},
        "must be the name of a layer, or true",
        lambda value: value is True or isinstance(value, str),
    ),
]
Value = Annotated[Any, Part("value")]
Truth = Annotated[Any, Part("truth")]
Entries = Annotated[Any, _list("entries")]
Extents = Annotated[Any, _list({"type": "array", "items": {PART: "value"}, "minItems": 1})]
Paths = Annotated[Any, _list("paths")]
Expectations = Annotated[Any, _list("expect")]
Choices = Annotated[Any, Part("choices")]
Repeat = Annotated[Any, Part("repeat")]
Join = Annotated[Any, Part("join")]
Stored = Annotated[Any, Part("stored")]
Type = Annotated[Any, Part("type")]
Input = Annotated[Any, Part("input")]
Arguments = Annotated[Any, _named("argument")]
Bindings = Annotated[Any, _named("value")]
Blocks = Annotated[Any, _named("block")]
StoredByName = Annotated[Any, _named("stored")]
Symbols = Annotated[Any, _named("symbol")]
Inputs = Annotated[Any, _named("input")]
