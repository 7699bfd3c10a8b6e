"""Figures of an entry or a network in; the short texts that stand beside code out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cnnplan.findings import Place
from cnnplan.report.figures import number
from cnnplan.sizes import combine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.findings import Path
    from cnnplan.lsp.analysis import Analysis
    from cnnplan.lsp.documents import Document
    from cnnplan.plan import EntryPlan, Plan
    from cnnplan.sizes import Extent, Shape

__all__ = ["calls", "cost", "entry_of", "formulas", "rows", "short", "shown", "summed", "totals"]

UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def short(count: int) -> str:
    """A count with three digits and a unit of thousands: `118 M`."""
    for unit, letter in UNITS:
        if count >= unit:
            value = count / unit
            return f"{value:.0f} {letter}" if value >= 99.95 else f"{value:.3g} {letter}"  # noqa: PLR2004 - three digits
    return str(count)


def _figure(extent: Extent, values: Mapping[str, Any]) -> str:
    known = number(extent, values)
    return str(extent) if known is None else short(known)


def shown(shape: Shape | None, values: Mapping[str, Any]) -> str:
    """A shape at the values, `1 x 64 x 112 x 112`; formulas where a symbol has none, `?` where it is not known."""
    if shape is None:
        return "?"
    known = [number(extent, values) for extent in shape]
    return " x ".join(str(extent) if value is None else str(value) for extent, value in zip(shape, known, strict=True))


def formulas(shape: Shape | None) -> str:
    """A shape as formulas in the letters of the spec: `N, 64, ceil(H/2), ceil(W/2)`."""
    return "unknown" if shape is None else ", ".join(map(str, shape))


def cost(entry: EntryPlan | Plan, values: Mapping[str, Any]) -> list[str]:
    """What it costs, as far as that is not nothing: `9.41 k params`, `118 M MACs`, or other operations."""
    params, macs = _figure(entry.params, values), _figure(entry.macs, values)
    told = [f"{params} params"] if params != "0" else []
    if macs != "0":
        return [*told, f"{macs} MACs"]
    flops = _figure(entry.flops, values)
    return [*told, f"{flops} FLOPs"] if flops != "0" else told


def summed(entries: Sequence[EntryPlan], values: Mapping[str, Any]) -> list[str]:
    """What several entries cost together."""
    sums = ("params", combine((entry.params, 1) for entry in entries)), ("MACs", combine((e.macs, 1) for e in entries))
    return [f"{_figure(total, values)} {unit}" for unit, total in sums if total != 0]


def totals(plan: Plan) -> str:
    """A network in a line."""
    return " · ".join(cost(plan, plan.values))


def calls(document: Document, block: str) -> tuple[int, list[EntryPlan], Analysis] | None:
    """How often a block stands in the network, and what its entries come to; None where it does not."""
    number_, most, entries, analysis = 0, 0, [], None
    while ("blocks", block, "layers", number_) in document.layout.items:
        path = ("blocks", block, "layers", number_)
        found = entry_of(document, path)
        if found is not None:
            entries.append(found[0])
            analysis = found[1]
            most = max(most, 0 if (*path, "repeat") in document.layout.items else found[0].copies)
        number_ += 1
    return (most, entries, analysis) if analysis is not None and most else None


def entry_of(document: Document, path: Path) -> tuple[EntryPlan, Analysis] | None:
    """What an entry comes to, in the first network that the document stands in."""
    for analysis in document.session.plans(document):
        plan = analysis.plan
        if plan is None or not _is_told(document, analysis, path):
            continue
        for file in _names(document, analysis):
            entry = plan.entries.get(Place(file, path))
            if entry is not None:
                return entry, analysis
    return None


def rows(document: Document) -> dict[int, list[EntryPlan]]:
    """Of a file of another world what the layers of each line come to, by line from 0."""
    analysis = document.analysis
    plan, spec = analysis.plan, analysis.spec
    found: dict[int, list[EntryPlan]] = {}
    if plan is None or spec is None or analysis.is_earlier:
        return found
    for place, entry in plan.entries.items():
        if place.path[:1] == ("layers",) and len(place.path) == 2:  # noqa: PLR2004 - an entry of the network itself
            where = spec.locate(place)
            if where.file == document.file and where.line:
                found.setdefault(where.line - 1, []).append(entry)
    return found


def _is_told(document: Document, analysis: Analysis, path: Path) -> bool:
    """Whether a plan, which may be of an earlier text, still tells something of an entry: it reads as it did."""
    if not analysis.is_earlier or analysis.layout is None:
        return True
    old, new = analysis.layout.items.get(path), document.layout.items.get(path)
    if old is None or new is None or old.value is None or new.value is None:
        return False
    return analysis.layout.lines[old.value.line] == document.lines[new.value.line]


def _names(document: Document, analysis: Analysis) -> list[str]:
    """What the places of a plan call a document."""
    if analysis.spec is None:
        return [document.file]
    own = document.file
    return [own, *(file for file in analysis.spec.sources if os.path.normpath(file) == own and file != own)]
