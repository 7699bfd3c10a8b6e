"""A new name for a block, an argument, a symbol, a counter or a layer, everywhere it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from cnnplan.lsp.navigation import everywhere
from cnnplan.ops import LATER, OPERATORS
from cnnplan.spec.words import STRUCTURES, refusal

if TYPE_CHECKING:
    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.meaning import Occurrence, Thing
    from cnnplan.lsp.session import Session

__all__ = ["prepare_rename", "rename"]

RENAMED = frozenset({"block", "argument", "symbol", "counter", "layer"})


def prepare_rename(session: Session, document: Document, params: types.PrepareRenameParams) -> types.Range | None:
    """The range of the name under the cursor; None where nothing there can have another name."""
    found = _at(session, document, params.position)
    return session.range(document, found.span) if found else None


def rename(session: Session, document: Document, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """The edits of all files; refuses a name that nothing may have, or that is taken there."""
    found = _at(session, document, params.position)
    if found is None:
        return None
    reason = _refused(document, found.thing, params.new_name)
    if reason:
        raise JsonRpcInvalidParams(reason)
    changes: dict[str, list[types.TextEdit]] = {}
    for other, each in everywhere(session, document, found.thing):
        edit = types.TextEdit(session.range(other, each.span), params.new_name)
        changes.setdefault(other.uri, []).append(edit)
    return types.WorkspaceEdit(changes)


def _at(session: Session, document: Document, position: types.Position) -> Occurrence | None:
    found = document.meaning.at(*session.place(document, position)) if document.kind is None else None
    if found is None or found.thing.kind not in RENAMED:
        return None
    defined = any(each.is_definition for _, each in everywhere(session, document, found.thing))
    return found if defined else None


def _refused(document: Document, thing: Thing, name: str) -> str:
    """Why something may not be called so, "" where it may."""
    meaning = document.meaning
    taken: dict[str, object] = {}
    if thing.kind == "block":
        taken = {**meaning.blocks, **dict.fromkeys(verb for verb in OPERATORS if verb not in LATER)}
        taken |= dict.fromkeys(STRUCTURES)
    elif thing.kind == "layer":
        taken = {**meaning.layers.get((thing.home, thing.groups), {})}
    elif thing.kind == "argument":
        taken = dict.fromkeys(meaning.blocks.get(thing.home, ()))
    elif thing.kind == "symbol":
        taken = dict.fromkeys(meaning.symbols)
    if reason := refusal(name, spoken=thing.kind != "layer"):
        return reason
    return f"{name} is taken" if name in taken and name != thing.name else ""
