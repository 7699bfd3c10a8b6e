"""Ideas that leave the network as it is, and let the spec claim less: the sizes for which it is legal already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.repairs.ideas import Idea
from cnnplan.sizes import Membership, every

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.repairs.layout import Change
    from cnnplan.repairs.manuscript import Manuscript
    from cnnplan.sizes import IntegerSet
    from cnnplan.spec import Symbol

__all__ = ["claims"]


def claims(finding: Finding, manuscript: Manuscript) -> Iterator[Idea]:
    """The symbols with the values that all layers together ask for, where a `min` and a `multiple_of` say them."""
    graph, spec = manuscript.graph, manuscript.spec
    if graph is None or spec is None or finding.layer not in graph.nodes:
        return
    condition = every(condition for facts in graph.kinds for condition, _, _ in facts.open)
    parts = getattr(condition, "parts", (condition,))
    changes: dict[str, list[Change]] = {}
    told = []
    for part in parts:
        if not isinstance(part, Membership):
            return
        symbol = spec.symbols[part.symbol]
        bounds = _bounds(part.members, symbol)
        if not bounds or symbol.choices:
            return
        layout, path = manuscript.layout(symbol.place.file), symbol.place.path
        if path not in layout.pieces:
            return
        if layout.pieces[path].kind == "mapping":
            some = [change for key, value in bounds.items() for change in layout.put(path, key, str(value))]
        else:
            inner = ", ".join(f"{key}: {value}" for key, value in {"default": layout.value(path), **bounds}.items())
            some = layout.rewrite(path, f"{{{inner}}}")
        changes.setdefault(symbol.place.file, []).extend(some)
        told += [f"{key}: {value} of {symbol.name}" for key, value in bounds.items()]
    if changes:
        yield Idea(f"claim less: {', '.join(told)}", changes, neutral=True, claims=True, rank=3)


def _bounds(members: IntegerSet, symbol: Symbol) -> dict[str, int]:
    """What a declaration says of a set; {} where it cannot."""
    step = 1
    if members.residues and 0 in members.residues:
        step = next(
            n
            for n in range(1, members.modulus + 1)
            if members.modulus % n == 0 and all(k in members.residues for k in range(0, members.modulus, n))
        )
    elif members.residues and len(members.residues) < members.modulus:
        return {}
    bounds: dict[str, int] = {}
    if step > 1:
        bounds["multiple_of"] = step
    low = next((n for n in members.members(members.start + 4 * members.modulus) if n % step == 0), None)
    if low is not None and (step == 1 or low > step) and low > (symbol.min if symbol.min is not None else 1):
        bounds["min"] = low
    return bounds
