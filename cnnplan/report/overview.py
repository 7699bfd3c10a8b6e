"""Many networks at a glance: a line each, as a table of Markdown."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.plan import plan_spec
from cnnplan.report.figures import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.plan import Plan
    from cnnplan.sizes import Extent
    from cnnplan.spec import Spec, Symbol

__all__ = ["Line", "lines", "overview"]

HEADINGS = ("network", "spec", "at", "parameters", "MACs", "receptive field", "exists where")
AXIS = 2
"""The first spatial axis, whose size is H."""


class Line(NamedTuple):
    """What is shown of a network."""

    network: str
    spec: str
    at: str
    params: str
    macs: str
    field: str
    condition: str


def overview(specs: Iterable[Spec]) -> str:
    """The table of all networks that are specs or choices of a `variant`."""
    rows = [HEADINGS, ("---",) * 3 + ("---:",) * 3 + ("---",), *chain.from_iterable(map(lines, specs))]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def lines(spec: Spec) -> Iterator[Line]:
    """A line for the spec, or for each of its variants."""
    free = replace(spec, symbols={name: _unclaimed(symbol) for name, symbol in spec.symbols.items()})
    variant = spec.symbols.get("variant")
    for label in variant.choices if variant and variant.choices else ("",):
        yield _line(plan_spec(free, {"variant": label} if label else None), label or spec.name)


def _unclaimed(symbol: Symbol) -> Symbol:
    """The symbol without a promise, so that it is found out which sizes are legal."""
    return symbol if symbol.choices else replace(symbol, min=None, max=None, multiple_of=None)


def _line(plan: Plan, name: str) -> Line:
    """A network at its defaults; what has no value there is a formula."""
    extents = (_told(extent, plan) for shape in plan.inputs.values() for extent in shape[AXIS:])
    return Line(
        network=name,
        spec=plan.spec.file,
        at=" x ".join(extents),
        params=_told(plan.params, plan),
        macs=_told(plan.macs, plan),
        field=_field(plan),
        condition=_where(plan),
    )


def _where(plan: Plan) -> str:
    """The conditions on H; where other symbols have a part in them, which."""
    held = [condition for condition in plan.conditions if "H" in condition.symbols]
    others = sorted({symbol for condition in held for symbol in condition.symbols} - {"H"})
    if others:
        return f"depends on {' and '.join(others)}"
    return " and ".join(map(str, held)) or "any H"


def _told(extent: Extent, plan: Plan) -> str:
    """A number, or the formula where a symbol has no value."""
    found = number(extent, plan.values)
    return str(extent) if found is None else f"{found:,}"


def _field(plan: Plan) -> str:
    """What an element of the last map looks at along H, the last whose size still follows it."""
    for node in reversed(list(plan)):
        if len(node.shape) > AXIS and any("H" in _symbols(extent) for extent in node.shape[1:]):
            field: Any = node.receptive_field
            return "all" if field is None or field.size[0] is None else _told(field.size[0], plan)
    return "all"


def _symbols(extent: Any) -> frozenset[str]:
    return getattr(extent, "symbols", frozenset())
