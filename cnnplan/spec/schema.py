"""The JSON Schema of the spec language, so that an editor completes verbs, arguments and wiring keys.

It is made from the models: the documents give the mappings of the language, each operator's model gives its arguments,
widened to what a spec may write: a value, or an expression in its place. Blocks are named freely, so any other key of
an entry is taken for a call of one; that such a block exists is for `check` to say.
"""

from __future__ import annotations

import inspect
from typing import Any, Final

from cnnplan import ops
from cnnplan.dtypes import STORED
from cnnplan.spec.code import MAIN
from cnnplan.spec.documents import (
    BlockDocument,
    BranchesDocument,
    Document,
    EntryDocument,
    ExpectDocument,
    InputDocument,
    PathDocument,
    SpecDocument,
    StorageDocument,
    SymbolDocument,
)
from cnnplan.spec.parts import PART
from cnnplan.spec.words import STRUCTURES

__all__ = ["json_schema"]

Schema = dict[str, Any]

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
"""What editors and SchemaStore read; nothing here means anything else in later drafts."""

DEFINITIONS: Final = "definitions"

EXPECTED: Final = {"upsample": ("scale_factor",)}
"""The arguments of verbs that require none, without which they are seldom written."""


def json_schema() -> Schema:
    """The schema of a spec file; an included file has the same form, with `cnnplan` and `blocks` only."""
    spec = _document(SpecDocument)
    exactly_one = [_needs("input"), _needs("inputs")]
    spec["required"] = ["cnnplan"]
    spec["anyOf"] = [
        {**_needs("layers"), "oneOf": exactly_one},
        {**_needs("blocks"), "propertyNames": {"enum": ["cnnplan", "blocks"]}},
    ]
    definitions = {**_language(), **_operators()}
    return {"$schema": DIALECT, **spec, "title": "cnnplan spec", DEFINITIONS: definitions}


def _needs(key: str) -> Schema:
    """What says that a key must be there."""
    return {"required": [key], "properties": {key: True}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/{DEFINITIONS}/{name}"}


def _any(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def _list(item: str) -> Schema:
    return {"type": "array", "items": _ref(item)}


def _mapping(item: str) -> Schema:
    return {"type": "object", "additionalProperties": _ref(item)}


def _language() -> dict[str, Schema]:
    """What the documents refer to."""
    return {
        "name": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
        "expression": {"type": "string", "description": "an expression; in { } or [ ] one with a comma is quoted"},
        "value": _any({"type": "number"}, {"type": "boolean"}, {"type": "null"}, _ref("expression"), _list("value")),
        "truth": _any({"type": "boolean"}, _ref("expression")),
        "argument": _any({"const": "required", "description": "must be given"}, _ref("value")),
        "symbol": _any(_ref("value"), _document(SymbolDocument)),
        "choices": _any(
            {**_list("value"), "minItems": 1},
            {"type": "object", "minProperties": 1, "additionalProperties": _any(_ref("value"), _mapping("value"))},
        ),
        "input": _any({**_list("value"), "minItems": 1}, _document(InputDocument)),
        "block": _document(BlockDocument),
        "call": {
            "type": ["object", "null"],
            "additionalProperties": _ref("value"),
            "title": "block",
            "description": "a call of a block",
        },
        "entries": _list("entry"),
        "entry": _any({**_verb(_bare()), "description": "a verb without arguments"}, _entry()),
        "repeat": _any(_count(), {"type": "object", "minProperties": 1, "maxProperties": 1, **_counter()}),
        "branches": _document(BranchesDocument),
        "paths": _list("path"),
        "path": _any(_ref("entries"), _document(PathDocument)),
        "join": _any(
            {"const": "none", "description": "the paths stay apart: a list of maps"},
            _verb(_joins()),
            {"type": "object", "minProperties": 1, "maxProperties": 1, **_calls(_joins())},
        ),
        "type": _any({"enum": list(STORED)}, _ref("expression")),
        "stored": _any(_ref("type"), _document(StorageDocument)),
        "expect": {"type": "array", "items": _any({"type": "string"}, _document(ExpectDocument))},
    }


def _count() -> Schema:
    return _any({"type": "integer", "minimum": 0}, _ref("expression"))


def _counter() -> Schema:
    return {"propertyNames": _ref("name"), "additionalProperties": _any(_count(), _list("value"))}


def _joins() -> list[str]:
    """The operators that take several inputs."""
    return [verb for verb, model in ops.OPERATORS.items() if model.arity[1] is None or model.arity[1] > 1]


def _verb(verbs: list[str]) -> Schema:
    """A verb on its own: one of these, which an editor offers, or what the spec itself calls so."""
    return {"type": "string", "anyOf": [{"enum": verbs}, {"pattern": ""}]}


def _needed(verb: str) -> tuple[str, ...]:
    """The arguments that are written whenever a verb is, in the order of other frameworks."""
    fields = ops.OPERATORS[verb].model_fields
    needed = [name for name, field in fields.items() if field.is_required()]
    order = MAIN.get(verb, ())
    ordered = sorted(needed, key=lambda name: order.index(name) if name in order else len(order))
    return tuple(ordered) or EXPECTED.get(verb, ())


def _bare() -> list[str]:
    """The operators that mostly stand without arguments."""
    return [verb for verb in ops.OPERATORS if not _needed(verb)]


def _snippet(verb: str) -> Schema:
    """What yaml-language-server inserts for an operator: `conv: {out_channels: , kernel_size: }`.

    One that stands without arguments is offered as a text.
    """
    needed = _needed(verb)
    if not needed:
        return {"doNotSuggest": True}
    body = ", ".join(f"{name}: ${number}" for number, name in enumerate(needed, 1))
    return {"defaultSnippets": [{"label": verb, "description": meaning(verb), "body": f"{{{body}}}"}]}


def _entry() -> Schema:
    """A mapping with one verb and wiring keys beside it."""
    wiring = _document(EntryDocument)
    calls = _calls(list(ops.OPERATORS))
    structures = dict(zip(STRUCTURES, (_ref("branches"), _ref("entries")), strict=True))
    return {
        **wiring,
        **calls,
        "properties": {**wiring["properties"], **structures, **calls["properties"]},
        "minProperties": 1,
    }


def _calls(verbs: list[str]) -> Schema:
    """Operators with their arguments, and anything else as a block with arguments of its own."""
    known = {verb: {**_called(verb), **_snippet(verb), "title": verb, "description": meaning(verb)} for verb in verbs}
    return {"properties": known, "additionalProperties": _ref("call")}


def _called(verb: str) -> Schema:
    """The arguments of an operator, or none; of one that came later also those of a block that was called so before."""
    own = _ref(f"op_{verb}")
    return _any(own, _ref("call")) if verb in ops.LATER else {"allOf": [own]}


def _operators() -> dict[str, Schema]:
    """The arguments of every operator, each a value or an expression."""
    return {f"op_{verb}": _operator(verb) for verb in ops.OPERATORS}


def meaning(verb: str) -> str:
    """What an operator does: the first sentence of its documentation."""
    return inspect.getdoc(ops.OPERATORS[verb] or "").partition("\n")[0]  # type: ignore[union-attr]


def _operator(verb: str) -> Schema:
    schema = ops.OPERATORS[verb].model_json_schema()
    properties = {name: _argument(field, schema) for name, field in schema.get("properties", {}).items()}
    arguments: Schema = {"type": ["object", "null"], "title": verb, "description": meaning(verb)}
    arguments |= {"properties": properties, "additionalProperties": False}
    return {**arguments, "required": schema["required"]} if "required" in schema else arguments


def _argument(field: Schema, schema: Schema) -> Schema:
    notes: Schema = {key: field[key] for key in ("description", "default") if key in field}
    return {**_widened({key: value for key, value in field.items() if key not in (*notes, "title")}, schema), **notes}


def _widened(field: Schema, schema: Schema) -> Schema:
    """What a value may be, or an expression in its place, in lists too."""
    if "$ref" in field:
        return _widened(schema["$defs"][field["$ref"].rpartition("/")[2]], schema)
    if "anyOf" in field:
        choices = [each for choice in field["anyOf"] for each in _widened(choice, schema)["anyOf"]]
    elif field.get("type") == "array" and "items" in field:
        choices = [{**field, "items": _widened(field["items"], schema)}]
    elif isinstance(field.get("type"), list):
        choices = [{**field, "type": kind} for kind in field["type"]]
    else:
        choices = [field]
    return _any(*(choice for choice in choices if choice != _ref("expression")), _ref("expression"))


def _document(model: type[Document]) -> Schema:
    """The schema of a mapping, without what only pydantic needs."""
    schema = model.model_json_schema()
    properties = {key: _plain(value) for key, value in schema["properties"].items()}
    return {**schema, "properties": properties, "title": model.__name__.removesuffix("Document").lower()}


def _plain(field: Any) -> Any:
    """A schema as an editor wants it: types, references and what a key is for."""
    if isinstance(field, list):
        return [_plain(item) for item in field]
    if not isinstance(field, dict):
        return field
    kept = {key: _plain(value) for key, value in field.items() if key not in ("title", "default", PART)}
    if isinstance(kept.get("type"), list):
        kept["anyOf"] = [{"type": kind} for kind in kept.pop("type")]
    choices = [choice for choice in kept.pop("anyOf", ()) if choice != {"type": "null"}]
    kept.update(choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {})
    return {**_ref(field[PART]), **kept} if PART in field else kept
