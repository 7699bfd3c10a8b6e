"""Many networks at a glance: a line each, as a table of Markdown."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.plan import plan_spec
from cnnplan.report.figures import number
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.plan import Plan
    from cnnplan.sizes import Extent
    from cnnplan.spec import Spec, Symbol

__all__ = ["Line", "lines", "overview", "table"]

HEADINGS = ("network", "spec", "at", "parameters", "MACs", "receptive field", "exists where")
NUMBERS = ("parameters", "MACs", "receptive field")
SPARE = ("spec", "receptive field", "at")
"""The columns that a narrow terminal goes without, in this order."""

ENDLESS = 10_000
"""Wide enough for every line: they are as long as they are to be when the table is put together."""

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


def table(specs: Iterable[Spec], width: int, *, color: bool = False) -> str:
    """The same for a terminal: columns side by side, words whole.

    Args:
        specs: the networks.
        width: how many columns a line may take.
        color: whether the headings are bold.
    """
    from rich.table import Table  # noqa: PLC0415 - a page of Markdown does not want it

    from cnnplan.report.table import printed  # noqa: PLC0415

    rows = [HEADINGS, *(tuple(map(printable, line)) for spec in specs for line in lines(spec))]
    columns = {cells[0]: cells for cells in zip(*rows, strict=True)}
    *_, last = columns.values()
    for heading in SPARE:
        if _room(columns, width) < _widest(last):
            del columns[heading]
    left = max(_room(columns, width), _widest(last))
    wrapped = ["\n".join(wrap(cell, left, break_long_words=False)) for cell in last]
    shown = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for heading in columns:
        shown.add_column(heading, justify="right" if heading in NUMBERS else "left", no_wrap=True)
    for row in list(zip(*[*columns.values()][:-1], wrapped, strict=True))[1:]:
        shown.add_row(*row)
    return printed(shown, max(width, ENDLESS), color=color)


def _room(columns: dict[str, tuple[str, ...]], width: int) -> int:
    """What the others leave to the last column."""
    return width - sum(max(map(len, cells)) + 1 for cells in [*columns.values()][:-1])


def _widest(cells: Iterable[str]) -> int:
    """The length of the longest word, which no line may break."""
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def lines(spec: Spec) -> Iterator[Line]:
    """A line for the spec, or for each of its variants."""
    free = replace(spec, symbols={name: _unclaimed(symbol) for name, symbol in spec.symbols.items()})
    variant = spec.symbols.get("variant")
    plan = None
    for label in variant.choices if variant and variant.choices else ("",):
        plan = plan_spec(free, {"variant": label} if label else None, previous=plan)
        yield _line(plan, label or spec.name)


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
    """The conditions on H, or on what stands for it; where other symbols have a part in them, which."""
    along, _ = _along(plan)
    held = [condition for condition in plan.conditions if along in condition.symbols]
    others = sorted({symbol for condition in held for symbol in condition.symbols} - {along})
    if others:
        return f"depends on {' and '.join(others)}"
    return " and ".join(map(str, held)) or (f"any {along}" if along else "always")


def _along(plan: Plan) -> tuple[str, int]:
    """H, or the first symbol that an input's axes behind the channels follow, and which of these axes; "" for none."""
    free = [(name, i) for shape in plan.inputs.values() for i, e in enumerate(shape[AXIS:]) for name in _symbols(e)]
    return next((each for each in free if each[0] == "H"), next(iter(free), ("", 0)))


def _told(extent: Extent, plan: Plan) -> str:
    """A number, or the formula where a symbol has no value."""
    found = number(extent, plan.values)
    return str(extent) if found is None else f"{found:,}"


def _field(plan: Plan) -> str:
    """What an element of the last map looks at along H, the last whose size still follows it."""
    along, axis = _along(plan)
    for node in reversed(list(plan)):
        if len(node.shape) > AXIS + axis and any(along in _symbols(extent) for extent in node.shape[1:]):
            field: Any = node.receptive_field
            return "all" if field is None or field.size[axis] is None else _told(field.size[axis], plan)
    return "all"


def _symbols(extent: Any) -> frozenset[str]:
    return getattr(extent, "symbols", frozenset())
