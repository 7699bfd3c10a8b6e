"""The shapes of the mappings of a document: which keys there are, what they take, what they are for.

These models are the one source of both the check of a document's shape and the JSON Schema that editors read. What an
entry calls, with which arguments, is no matter of shape: `entries` reads that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from cnnplan.lazy import pydantic_core
from cnnplan.models import Model, field
from cnnplan.spec.arithmetic import show
from cnnplan.spec.parts import (
    Arguments,
    Bindings,
    Blocks,
    Choices,
    DType,
    Entries,
    Expectations,
    Extents,
    Flag,
    Input,
    Inputs,
    Join,
    Name,
    NameList,
    Names,
    Paths,
    Repeat,
    Share,
    Stored,
    StoredByName,
    StoredType,
    Symbols,
    Text,
    Truth,
    Type,
    Value,
    Version,
)
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from cnnplan.findings import Place
    from cnnplan.spec.faults import Faults

__all__ = [
    "DOCUMENTS",
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


class Document(Model):
    """A mapping whose keys the language knows."""


class SymbolDocument(Document):
    """What may vary: a default, and what the design claims to be legal for."""

    default: Value = field(default=None, description="the value where nothing binds the symbol")
    min: Value = field(default=None, description="the least value that the design claims to be legal for")
    max: Value = field(default=None, description="the greatest value that the design claims to be legal for")
    multiple_of: Value = field(default=None, description="every value is a multiple of this")
    choices: Choices = field(default=None, description="the only values: a list, or a mapping by name")
    description: Text = field(default="", description="for people")


class InputDocument(Document):
    """An input that is more than its extents."""

    shape: Extents = field(description="extents, channels first: [N, 3, H, W]")
    dtype: DType = field(default="float32", description="the type of its values")
    below: Value = field(default=None, description="whole values are at least 0 and below this")


class BlockDocument(Document):
    """A template: arguments, then layers."""

    args: Arguments = field(default={}, description="arguments: required, or a default")
    inputs: NameList = field(
        default=(), description="the names of the inputs, where there is more than one; `xs.*` is a list of maps"
    )
    layers: Entries = field(description="the entries, each reading the one before")
    outputs: NameList = field(default=(), description="the names of the outputs, where there is more than one")


class EntryDocument(Document):
    """The wiring keys that stand beside a verb."""

    name: Name | None = field(default=None, description="the name of the layer")
    from_: Names | None = field(
        default=None,
        alias="from",
        description="what it reads: a name or a list of names, `x.*`, `x[i]`; left out: prev",
    )
    repeat: Repeat = field(default=None, description="a count, {i: count} or {d: [3, 9, 3]}")
    when: Truth = field(default=None, description="where this is false the entry is the identity")
    share: Share = field(
        default=None, description="the earlier layer whose weights it has; true: all copies have those of the first"
    )
    ignore: Names = field(default=(), description="rules that do not apply here")
    trainable: Flag = field(
        default=True, description="false: its weights are frozen, with those of all layers inside; counted apart"
    )
    dtype: Stored = field(
        default=None,
        description="what its weights and activations are stored in, with those of all layers inside: int8, or"
        " {weights: int4, activations: float16}",
    )
    origin: Text = field(default="", description="what it is called where it comes from; {i} in it is the value of i")


class StorageDocument(Document):
    """Types of weights and of activations, each by itself."""

    weights: Type = field(default=None, description="the type of the weights that are trained")
    activations: Type = field(default=None, description="the type of what the layer gives")


class PathDocument(Document):
    """One path of branches, where it is more than a list of entries."""

    layers: Entries = field(description="the entries; [] is the identity")
    when: Truth = field(default=None, description="where this is false there is no such path")
    from_: Names | None = field(
        default=None, alias="from", description="what it reads instead of the input of the branches"
    )
    name: Name | None = field(default=None, description="the name of the path")
    repeat: Repeat = field(default=None, description="as many paths side by side, as repeat counts copies")


class BranchesDocument(Document):
    """Paths from one input, and what joins their outputs."""

    paths: Paths = field(description="lists of entries; [] is the identity")
    join: Join = field(
        default="concat", description="an operator of several inputs: concat, add, ...; none: a list of maps"
    )


class ExpectDocument(Document):
    """A promise at sizes of its own."""

    at: Bindings = field(default={}, description="the values of symbols")
    that: Truth = field(description="a comparison: macs <= 9G")


class IncludedDocument(Document):
    """A file of blocks."""

    cnnplan: Version = field(description="the version of the language")
    blocks: Blocks = field(default={}, description="templates of layers")


class SpecDocument(IncludedDocument):
    """A convolutional network."""

    name: Text = field(default="", description="what the network is called")
    description: Text = field(default="", description="what it is, and where it comes from")
    dtype: StoredType = field(default="float32", description="what weights and activations are stored in")
    dtypes: StoredByName = field(
        default={},
        description="the same of layers, blocks and groups, by name or pattern; the last that fits: {'*': int8}",
    )
    symbols: Symbols = field(default={}, description="what may vary")
    input: Input = field(default=None, description="the extents of the input: [N, 3, H, W]")
    inputs: Inputs = field(default={}, description="several inputs by name")
    include: NameList = field(default=(), description="files of blocks, from below the folder of this one")
    layers: Entries = field(description="the network: entries, each reading the one before")
    outputs: Names = field(default=(), description="the names of the outputs; left out: the last layer")
    frozen: Names = field(
        default=(),
        description="layers, blocks and groups whose weights are frozen, by name or pattern: stem, *.batch_norm1",
    )
    expect: Expectations = field(default=(), description="what the design promises")


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
        except pydantic_core.ValidationError as error:
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
