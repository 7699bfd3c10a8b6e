"""The shapes of the mappings of a document: which keys there are, what they take, what they are for.

These models are the one source of both the check of a document's shape and the JSON Schema that editors read. What an
entry calls, with which arguments, is no matter of shape: `entries` reads that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from cnnplan.dtypes import STORED
from cnnplan.spec.arithmetic import show
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.findings import Place
    from cnnplan.spec.faults import Faults

__all__ = [
    "DOCUMENTS",
    "DTYPES",
    "PART",
    "BlockDocument",
    "BranchesDocument",
    "Document",
    "EntryDocument",
    "ExpectDocument",
    "IncludedDocument",
    "InputDocument",
    "PathDocument",
    "SpecDocument",
    "StorageDocument",
    "SymbolDocument",
    "read",
]

PART: Final = "part"
"""Where a JSON Schema has this key, its value names a part of the language."""

DTYPES: Final = (
    *("float32", "float16", "bfloat16", "float64"),
    *("int8", "int16", "int32", "int64", "uint8", "bool"),
)


ALL_STORED: Final = tuple(dict.fromkeys((*DTYPES, *STORED)))
"""What a whole network may be stored in."""


def _reader(accepts: Callable[[Any], bool], cause: str, then: Callable[[Any], Any] = lambda value: value) -> Any:
    """A validator that says one thing about everything it does not accept."""

    def validate(value: Any) -> Any:
        if not accepts(value):
            raise PydanticCustomError("shape", cause)
        return then(value)

    return BeforeValidator(validate)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and bool(value) and all(map(_is_text, value)))


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _ref(name: str) -> WithJsonSchema:
    """A part of the language that `schema` describes; pydantic would look for a real reference itself."""
    return WithJsonSchema({PART: name})


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_name(value: Any) -> bool:
    return isinstance(value, str)


_LIST: Final = _reader(_is_list, "must be a list")
_MAPPING: Final = _reader(_is_mapping, "must be a mapping")
_VERSION: Final = _reader(lambda value: type(value) is int and value == 1, "is not a version that is known: write 1")
_DTYPE: Final = _reader(lambda value: value in DTYPES, f"must be one of {', '.join(DTYPES)}")
_STORED: Final = _reader(lambda value: value in ALL_STORED, f"must be one of {', '.join(DTYPES)}, int4, ...")
_FLAG: Final = _reader(lambda value: isinstance(value, bool), "must be true or false")
_SHARE: Final = _reader(lambda value: value is True or isinstance(value, str), "must be the name of a layer, or true")

Text = Annotated[str, _reader(_is_text, "must be text: quote it")]
Name = Annotated[str, _reader(_is_name, "must be a name"), _ref("name")]
Names = Annotated[
    tuple[str, ...],
    _reader(_is_texts, "must be a name or a list of names", _several),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
NameList = Annotated[
    tuple[str, ...],
    _reader(lambda value: isinstance(value, list) and _is_texts(value), "must be a list of names", tuple),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 1}),
]
DType = Annotated[str, _DTYPE, WithJsonSchema({"enum": list(DTYPES)})]
StoredType = Annotated[str, _STORED, WithJsonSchema({"enum": list(ALL_STORED)})]
Flag = Annotated[bool, _FLAG, WithJsonSchema({"type": "boolean"})]
Version = Annotated[int, _VERSION, WithJsonSchema({"const": 1})]
Value = Annotated[Any, _ref("value")]
Truth = Annotated[Any, _ref("truth")]
Entries = Annotated[Any, _LIST, _ref("entries")]
Extents = Annotated[Any, _LIST, WithJsonSchema({"type": "array", "items": {PART: "value"}, "minItems": 1})]


def _named(item: str) -> WithJsonSchema:
    """A mapping of free names."""
    return WithJsonSchema({"type": "object", "propertyNames": {PART: "name"}, "additionalProperties": {PART: item}})


class Document(BaseModel):
    """A mapping whose keys the language knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, populate_by_name=False)


class SymbolDocument(Document):
    """What may vary: a default, and what the design claims to be legal for."""

    default: Value = Field(None, description="the value where nothing binds the symbol")
    min: Value = Field(None, description="the least value that the design claims to be legal for")
    max: Value = Field(None, description="the greatest value that the design claims to be legal for")
    multiple_of: Value = Field(None, description="every value is a multiple of this")
    choices: Annotated[Any, _ref("choices")] = Field(None, description="the only values: a list, or a mapping by name")
    description: Text = Field("", description="for people")


class InputDocument(Document):
    """An input that is more than its extents."""

    shape: Extents = Field(description="extents, channels first: [N, 3, H, W]")
    dtype: DType = Field("float32", description="the type of its values")
    below: Value = Field(None, description="whole values are at least 0 and below this")


class BlockDocument(Document):
    """A template: arguments, then layers."""

    args: Annotated[Any, _MAPPING, _named("argument")] = Field({}, description="arguments: required, or a default")
    inputs: NameList = Field(
        (), description="the names of the inputs, where there is more than one; `xs.*` is a list of maps"
    )
    layers: Entries = Field(description="the entries, each reading the one before")
    outputs: NameList = Field((), description="the names of the outputs, where there is more than one")


class EntryDocument(Document):
    """The wiring keys that stand beside a verb."""

    name: Name | None = Field(None, description="the name of the layer")
    from_: Names | None = Field(
        None, alias="from", description="what it reads: a name or a list of names, `x.*`, `x[i]`; left out: prev"
    )
    repeat: Annotated[Any, _ref("repeat")] = Field(None, description="a count, {i: count} or {d: [3, 9, 3]}")
    when: Truth = Field(None, description="where this is false the entry is the identity")
    share: Annotated[
        str | Literal[True] | None, _SHARE, WithJsonSchema({"anyOf": [{"type": "string"}, {"const": True}]})
    ] = Field(None, description="the earlier layer whose weights it has; true: all copies have those of the first")
    ignore: Names = Field((), description="rules that do not apply here")
    trainable: Flag = Field(
        default=True, description="false: its weights are frozen, with those of all layers inside; counted apart"
    )
    dtype: Annotated[Any, _ref("stored")] = Field(
        None,
        description="what its weights and activations are stored in, with those of all layers inside: int8, or"
        " {weights: int4, activations: float16}",
    )
    origin: Text = Field("", description="what it is called where it comes from; {i} in it is the value of i")


class StorageDocument(Document):
    """Types of weights and of activations, each by itself."""

    weights: Annotated[Any, _ref("type")] = Field(None, description="the type of the weights that are trained")
    activations: Annotated[Any, _ref("type")] = Field(None, description="the type of what the layer gives")


class PathDocument(Document):
    """One path of branches, where it is more than a list of entries."""

    layers: Entries = Field(description="the entries; [] is the identity")
    when: Truth = Field(None, description="where this is false there is no such path")
    from_: Names | None = Field(None, alias="from", description="what it reads instead of the input of the branches")
    name: Name | None = Field(None, description="the name of the path")
    repeat: Annotated[Any, _ref("repeat")] = Field(
        None, description="as many paths side by side, as repeat counts copies"
    )


class BranchesDocument(Document):
    """Paths from one input, and what joins their outputs."""

    paths: Annotated[Any, _LIST, _ref("paths")] = Field(description="lists of entries; [] is the identity")
    join: Annotated[Any, _ref("join")] = Field(
        "concat", description="an operator of several inputs: concat, add, ...; none: a list of maps"
    )


class ExpectDocument(Document):
    """A promise at sizes of its own."""

    at: Annotated[Any, _MAPPING, _named("value")] = Field({}, description="the values of symbols")
    that: Truth = Field(description="a comparison: macs <= 9G")


class IncludedDocument(Document):
    """A file of blocks."""

    cnnplan: Version = Field(description="the version of the language")
    blocks: Annotated[Any, _MAPPING, _named("block")] = Field({}, description="templates of layers")


class SpecDocument(IncludedDocument):
    """A convolutional network."""

    name: Text = Field("", description="what the network is called")
    description: Text = Field("", description="what it is, and where it comes from")
    dtype: StoredType = Field("float32", description="what weights and activations are stored in")
    dtypes: Annotated[Any, _MAPPING, _named("stored")] = Field(
        {}, description="the same of layers, blocks and groups, by name or pattern; the last that fits: {'*': int8}"
    )
    symbols: Annotated[Any, _MAPPING, _named("symbol")] = Field({}, description="what may vary")
    input: Annotated[Any, _ref("input")] = Field(None, description="the extents of the input: [N, 3, H, W]")
    inputs: Annotated[Any, _MAPPING, _named("input")] = Field({}, description="several inputs by name")
    include: NameList = Field((), description="files of blocks, from below the folder of this one")
    layers: Entries = Field(description="the network: entries, each reading the one before")
    outputs: Names = Field((), description="the names of the outputs; left out: the last layer")
    frozen: Names = Field(
        (),
        description="layers, blocks and groups whose weights are frozen, by name or pattern: stem, *.batch_norm1",
    )
    expect: Annotated[Any, _LIST, _ref("expect")] = Field((), description="what the design promises")


DOCUMENTS: Final[dict[str, type[Document]]] = {
    "spec": SpecDocument,
    "symbol": SymbolDocument,
    "input": InputDocument,
    "block": BlockDocument,
    "entry": EntryDocument,
    "storage": StorageDocument,
    "branches": BranchesDocument,
    "path": PathDocument,
    "expect": ExpectDocument,
}
"""The mappings of the language by name."""

Shape = TypeVar("Shape", bound=Document)


def read(model: type[Shape], data: dict[str, Any], place: Place, faults: Faults, *, layer: str | None = None) -> Shape:
    """The document of a mapping; what is wrong with it is reported and left out."""
    given = {key: value for key, value in data.items() if value is not None}
    while True:
        try:
            return model.model_validate(given)
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                key = str(fault["loc"][0])
                _report(model, fault, place, faults, layer)
                given.pop(key, None)
                if fault["type"] != "extra_forbidden" and key in _STAND_INS:
                    given[key] = _STAND_INS[key]


_HINTS: Final[dict[str, str]] = {
    "from": "layers are not numbered: prev is the one before, others are called by their name",
    "name": "letters, digits and _, no digit first",
}
"""The way out, by key."""

_STAND_INS: Final[dict[str, Any]] = {"cnnplan": 1, "layers": [], "paths": [], "shape": [], "that": True}


def keys(model: type[Document]) -> list[str]:
    """The keys of a mapping of that shape."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _report(model: type[Document], fault: Any, place: Place, faults: Faults, layer: str | None) -> None:
    key = str(fault["loc"][0])
    if fault["type"] == "missing":
        faults.add("CNN012", place, f"the key {key} is missing", layer=layer)
    elif fault["type"] == "extra_forbidden":
        known = keys(model)
        message = f"unknown key {key}{did_you_mean(key, known)}"
        faults.add("CNN011", place.below(key).at_key(), message, layer=layer, hint=f"keys are {', '.join(known)}")
    else:
        shown = f" (={show(fault['input'])})" if not isinstance(fault["input"], dict | list) else ""
        hint = _HINTS.get(key, "")
        faults.add("CNN013", place.below(key), f"{key}{shown} {fault['msg']}", layer=layer, hint=hint)
