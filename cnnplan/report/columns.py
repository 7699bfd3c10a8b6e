"""The columns that a table of layers may have, by name, and its lines in another order than the written one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.errors import UsageError
from cnnplan.ops.kinds import flat
from cnnplan.report.tree import lines
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnplan.report.figures import Figures
    from cnnplan.report.tree import Line

__all__ = ["COLUMNS", "DERIVED", "USUAL", "Column", "chosen", "full_name", "looked_at", "ranked", "shown"]

UNKNOWN: Final = "?"


class Column(NamedTuple):
    """What a column holds of a line: a number, a share between 0 and 1, a text, or None where it is not known."""

    heading: str
    value: Callable[[Line, Figures], Any]
    about: str
    order: Callable[[Line, Figures], Any] | None = None
    """What lines go by, where that is not the value."""


def _field(name: str) -> Callable[[Line, Figures], Any]:
    return lambda line, _: getattr(line.numbers, name)


def _argument(name: str) -> Callable[[Line, Figures], Any]:
    """An argument of the operator, as it is written; "" where a line is no single layer or has none."""

    def value(line: Line, figures: Figures) -> str:
        found = getattr(figures.plan.nodes[line.row.name].op, name, None) if line.layers == 1 else None
        return "" if found is None else str(found)

    return value


def _greatest(name: str) -> Callable[[Line, Figures], int | str]:
    """The greatest number of an argument, "" where there is none: by it lines are put in order."""

    def value(line: Line, figures: Figures) -> int | str:
        found = getattr(figures.plan.nodes[line.row.name].op, name, None) if line.layers == 1 else None
        return max((number for number in flat(found) if type(number) is int), default="")

    return value


def _share(field: str) -> Callable[[Line, Figures], float | None]:
    def value(line: Line, figures: Figures) -> float | None:
        part, whole = getattr(line.numbers, field), getattr(figures.totals, field)
        return None if part is None or not whole else part / whole

    return value


def _of_layer(value: Callable[[Line], Any]) -> Callable[[Line, Figures], Any]:
    """A figure that is a layer's own, and no sum."""
    return lambda line, _: value(line) if line.layers == 1 else ""


def _inputs(line: Line, figures: Figures) -> str:
    """The extents of what a layer reads."""
    if line.layers > 1:
        return ""
    node = figures.plan.nodes[line.row.name]
    shapes = map(figures.arranged, node.inputs, node.node.facts.shapes)
    return "; ".join(_extents(figures.shape(shape)) for shape in shapes)


def _extents(shape: Sequence[int | None]) -> str:
    return ", ".join(UNKNOWN if extent is None else str(extent) for extent in shape)


def looked_at(line: Line) -> str:
    """The receptive field on each input: `7x7`, `all` where it is a whole axis."""
    sizes = (field["size"] for field in line.row.fields.values())
    return ", ".join(
        "x".join("all" if size is None else str(size) for size in axes) if any(axes) else "all" for axes in sizes
    )


def _widest(line: Line) -> float | str:
    """The longest side of what it looks at, a whole axis longer than any."""
    sizes = [size for field in line.row.fields.values() for size in field["size"]]
    return max((math.inf if size is None else float(size) for size in sizes), default="")


def _types(line: Line) -> str:
    """What it is told, "" where that is nothing."""
    return "" if line.row.storage is None else str(line.row.storage)


COLUMNS: Final[dict[str, Column]] = {
    "name": Column("layer", lambda line, _: full_name(line), "the full name"),
    "op": Column("op", lambda line, _: line.row.op if line.layers == 1 else "", "the operator"),
    "kernel": Column("kernel", _argument("kernel_size"), "kernel_size", _greatest("kernel_size")),
    "stride": Column("stride", _argument("stride"), "stride", _greatest("stride")),
    "padding": Column("padding", _argument("padding"), "padding", _greatest("padding")),
    "groups": Column("groups", _argument("groups"), "groups", _greatest("groups")),
    "in": Column("input", _inputs, "the extents of what it reads"),
    "out": Column("output", lambda line, _: _extents(line.row.shape), "the extents of its output"),
    "formula": Column("as a formula", lambda line, _: ", ".join(line.row.formula), "its output as formulas"),
    "params": Column("params", _field("params"), "trainable weights"),
    "buffers": Column("buffers", _field("buffers"), "weights that are not trained"),
    "macs": Column("MACs", _field("macs"), "multiply-adds"),
    "flops": Column("FLOPs", _field("flops"), "two a multiply-add, one for anything else"),
    "share": Column("share", _share("macs"), "its part of the multiply-adds"),
    "params_share": Column("of params", _share("params"), "its part of the trainable weights"),
    "weights": Column("weight bytes", _of_layer(lambda line: line.row.memory.weight_bytes), "bytes of its weights"),
    "activations": Column(
        "output bytes", _of_layer(lambda line: line.row.memory.activation_bytes), "bytes of its output"
    ),
    "dtype": Column("type", _of_layer(_types), "what it is told to store weights and activations in"),
    "live": Column("live bytes", _of_layer(lambda line: line.row.memory.live_bytes), "bytes alive while it runs"),
    "field": Column("field", lambda line, _: looked_at(line), "its receptive field", lambda line, _: _widest(line)),
    "origin": Column(
        "origin", _of_layer(lambda line: line.row.origin), "what it is called where the network comes from"
    ),
    "line": Column("line", lambda line, _: line.row.line, "where it stands in the spec"),
}
"""The columns by the names that `--columns` takes."""


ELSEWHERE: Final = {
    "layer": "name",
    "type": "op",
    "operator": "op",
    "input": "in",
    "output": "out",
    "shape": "out",
    "parameters": "params",
    "memory": "live",
    "peak": "live",
    "bytes": "activations",
    "receptive_field": "field",
    "rf": "field",
}
"""What other tools, or other parts of this one, call them: what is meant by a name that is none."""

USUAL: Final = ("name", "op", "out", "params", "macs", "share")
"""The columns of a list in another order than the written one, where none are named."""

DERIVED: Final = ("live", "field")
"""Those behind them where memory is asked for."""


def chosen(names: Sequence[str]) -> list[Column]:
    """The columns of these names.

    Raises:
        UsageError: there is no such column.
    """
    return [COLUMNS[_known(name)] for name in names]


def ranked(figures: Figures, depth: int | None, by: str, top: int | None) -> list[Line]:
    """The layers, or the blocks of that many levels, without headings: greatest first, the first so many.

    Args:
        figures: what is shown.
        depth: how many levels are told apart; left out, every layer.
        by: the column to go by, "" for the written order; `-macs` for least first.
        top: how many lines are kept; None for all.

    Raises:
        UsageError: there is no such column.
    """
    found = [line for line in lines(figures.rows, depth) if not line.heading]
    if by:
        column = COLUMNS[_known(by.removeprefix("-"))]
        value = column.order or column.value
        keys = {id(line): value(line, figures) for line in found}
        known = [line for line in found if keys[id(line)] not in (None, "")]
        numeric = all(isinstance(keys[id(line)], int | float) for line in known)
        known.sort(key=lambda line: keys[id(line)], reverse=numeric != by.startswith("-"))
        found = known + [line for line in found if keys[id(line)] in (None, "")]
    return found[:top]


def full_name(line: Line) -> str:
    """What a line stands for: the layer's name, or that of the block whose sums it shows."""
    return ".".join(line.row.name.split(".")[: line.depth + 1])


def shown(value: Any) -> str:
    """A value of a column as people read it."""
    if value is None:
        return UNKNOWN
    if isinstance(value, float):
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _known(name: str) -> str:
    if name not in COLUMNS:
        meant = f"; did you mean {ELSEWHERE[name]}?" if name in ELSEWHERE else did_you_mean(name, COLUMNS)
        raise UsageError(f"there is no column {name}{meant}: columns are {', '.join(COLUMNS)}")
    return name
