"""What may be written where the cursor is; whatever of it is there already is replaced."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from cnnplan.lsp.layout import slot_at
from cnnplan.lsp.offers import Offer, Offers
from cnnplan.lsp.roles import role
from cnnplan.lsp.words import last_word

if TYPE_CHECKING:
    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.layout import Slot
    from cnnplan.lsp.session import Session

__all__ = ["completion"]

_HOLE: Final = re.compile(r"\$\d+|\$\{\d+:?([^}]*)\}")


def completion(session: Session, document: Document, params: types.CompletionParams) -> types.CompletionList:
    """Everything that may follow, the likeliest first; what is there of the word already is replaced."""
    if document.kind is not None:
        return types.CompletionList(is_incomplete=False, items=[])
    line, column = session.place(document, params.position)
    slot = slot_at(document.lines, line, column)
    word = _begun(slot, document.lines[line][:column] if line < len(document.lines) else "")
    start = session.position(document, line, column - len(word))
    end = session.position(document, line, column)
    where = types.Range(start, end)
    items = {
        offer.label: _item(offer, where, snippets=session.snippets) for offer in Offers(session, document, slot).every()
    }
    return types.CompletionList(is_incomplete=False, items=list(items.values()))


def _begun(slot: Slot, before: str) -> str:
    """What is there of the word that is being written."""
    if slot.kind == "key" or (slot.kind == "item" and role(slot.path).kind in ("entry", "file")):
        match = re.search(r"[\w.]*$", before)
        return match[0] if match else ""
    if role(slot.path).kind == "file":
        match = re.search(r"[\w./-]*$", before)
        return match[0] if match else ""
    return last_word(before)


def _item(offer: Offer, where: types.Range, *, snippets: bool) -> types.CompletionItem:
    text = offer.text if snippets else _HOLE.sub("", offer.text)
    return types.CompletionItem(
        offer.label,
        kind=offer.kind,
        detail=offer.detail or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, offer.about) if offer.about else None,
        sort_text=f"{offer.rank}{offer.label}",
        insert_text_format=types.InsertTextFormat.Snippet if "$" in text else types.InsertTextFormat.PlainText,
        text_edit=types.TextEdit(where, text),
    )
