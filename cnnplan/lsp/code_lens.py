"""Above the layers what the network costs and where it exists; above a block its calls and what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from cnnplan.lsp.figures import calls, summed, totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.layout import Span
    from cnnplan.lsp.session import Session

__all__ = ["code_lenses"]

CONDITIONS = 4
"""As many are shown."""

TOPS = ("layers", "backbone")
"""The keys above which the totals stand."""


def code_lenses(session: Session, document: Document, params: types.CodeLensParams) -> list[types.CodeLens]:
    """The lenses of a document."""
    del params
    return list(_lenses(session, document))


def _lenses(session: Session, document: Document) -> Iterator[types.CodeLens]:
    analysis = document.analysis
    plan = analysis.plan
    top = next((i.key for key in TOPS for i in [document.layout.items.get((key,))] if i and i.key), None)
    if plan is not None and top is not None and not analysis.is_earlier:
        at = ", ".join(f"{name} = {value}" for name, value in plan.values.items() if isinstance(value, int))
        missing = " (of the layers without errors)" if analysis.findings else ""
        yield _lens(session, document, top, f"{totals(plan)}{missing}{f'  at {at}' if at else ''}")
        needs = [str(condition) for condition in plan.conditions]
        if needs:
            more = f" and {len(needs) - CONDITIONS} more" if len(needs) > CONDITIONS else ""
            yield _lens(session, document, top, f"exists where {' and '.join(needs[:CONDITIONS])}{more}")
        elif not analysis.findings:
            yield _lens(session, document, top, "exists at every declared size")
    for name in document.meaning.own if document.kind is None else ():
        item = document.layout.items["blocks", name]
        found = calls(document, name)
        if found is not None and item.key is not None and found[2].plan is not None:
            times = f"called {found[0]} times" if found[0] > 1 else "called once"
            told = [times, *summed(found[1], found[2].plan.values)]
            yield _lens(session, document, item.key, " · ".join(told))


def _lens(session: Session, document: Document, span: Span, title: str) -> types.CodeLens:
    return types.CodeLens(session.range(document, span), types.Command(title, ""))
