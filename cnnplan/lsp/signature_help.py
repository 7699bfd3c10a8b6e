"""Which arguments a verb or a function has, while they are being written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from cnnplan import ops
from cnnplan.lsp.hover import explained
from cnnplan.lsp.layout import slot_at
from cnnplan.lsp.roles import role
from cnnplan.lsp.words import open_call
from cnnplan.spec.functions import FUNCTIONS

if TYPE_CHECKING:
    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.session import Session

__all__ = ["signature_help"]


def signature_help(
    session: Session, document: Document, params: types.SignatureHelpParams
) -> types.SignatureHelp | None:
    """The function whose bracket is open, or else the verb whose arguments are being written."""
    if document.kind is not None:
        return None
    line, column = session.place(document, params.position)
    slot = slot_at(document.lines, line, column)
    called = open_call(slot.text) if slot.kind in ("value", "item") else None
    if called is not None and called[0] in FUNCTIONS:
        return _function(*called)
    where = role(slot.path)
    if where.kind not in ("argument", "arguments") or slot.kind in ("after", "comment"):
        return None
    argument = slot.text if slot.kind == "key" else str(slot.path[-1]) if where.kind == "argument" else ""
    return _verb(session, document, where.verb, argument)


def _function(name: str, number: int) -> types.SignatureHelp:
    function = FUNCTIONS[name]
    inner = function.usage.partition("(")[2].rpartition(")")[0]
    parameters = [types.ParameterInformation(part.strip()) for part in inner.split(",")]
    signature = types.SignatureInformation(function.usage, function.meaning, parameters)
    return types.SignatureHelp([signature], 0, min(number, len(parameters) - 1))


def _verb(session: Session, document: Document, verb: str, argument: str) -> types.SignatureHelp | None:
    if verb in document.meaning.blocks:
        shown = {name: _default(session, document, verb, name) for name in document.meaning.blocks[verb]}
        about = dict.fromkeys(shown, "")
    elif verb in ops.OPERATORS:
        fields = ops.OPERATORS[verb].model_fields
        shown = {name: "required" if field.is_required() else _plain(field.default) for name, field in fields.items()}
        about = {name: explained(verb, name) for name in fields}
    else:
        return None
    parts = {name: name if default == "required" else f"{name}: {default}" for name, default in shown.items()}
    parameters = [types.ParameterInformation(part, about[name]) for name, part in parts.items()]
    active = next((at for at, name in enumerate(parts) if argument and name.startswith(argument)), None)
    signature = types.SignatureInformation(f"{verb}({', '.join(parts.values())})", None, parameters, active)
    return types.SignatureHelp([signature], 0, active)


def _default(session: Session, document: Document, block: str, argument: str) -> str:
    for other in session.related(document):
        item = other.layout.items.get(("blocks", block, "args", argument))
        if item is not None:
            return item.text or "..."
    return "..."


def _plain(value: Any) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
