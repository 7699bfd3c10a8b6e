"""A table of rich, laid out without it where every cell fits: most tables of layers, and they may be long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from cnnplan.report.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console
    from rich.style import Style
    from rich.table import Column, Table

PARTS: Final = re.compile(r"\s*[^\s._/]*[\s._/]?")
"""The parts of a name, each with what ends it."""

__all__ = ["fold", "least", "print_lines", "print_table", "width"]


def width(table: Table) -> int:
    """How many columns of a terminal it takes where nothing is folded."""
    return sum(map(_natural, table.columns)) + (len(table.columns) - 1) * table.padding[1]


def least(table: Table) -> int:
    """How many columns of a terminal it takes where no word and no number is broken."""
    return sum(map(_least, table.columns)) + (len(table.columns) - 1) * table.padding[1]


def fold(console: Console, table: Table, most: int | None = None) -> None:
    """Fold the cells of a table to the columns that there are, if that can be done without breaking a word.

    Names, its first column, are as wide as the others leave room for, and broken where their parts end.

    Args:
        console: where it goes.
        table: what is too wide.
        most: how many columns names may take.
    """
    names, *others = table.columns
    widths = [_least(column) for column in others]
    left = console.width - sum(widths) - len(widths) * table.padding[1]
    width = min(left, most or left, _natural(names))
    cells = [_broken(_plain(cell), width) for cell in names.cells]
    widest = max(map(_widest, (str(names.header), *cells)))
    if widest > left:
        return
    left -= widest
    styles = [cell.style if isinstance(cell, Text) else "" for cell in names.cells]
    _refill(names, [Text(cell, style=style) for cell, style in zip(cells, styles, strict=True)])
    for column, width in zip(others, widths, strict=True):
        more = min(left, _natural(column) - width)
        left -= more
        if width + more < _natural(column):
            texts = (cell if isinstance(cell, Text) else Text(str(cell)) for cell in column.cells)
            _refill(column, [Text("\n").join(text.wrap(console, width + more)) for text in texts])


def _refill(column: Column, cells: list[Text]) -> None:
    column.max_width = column.min_width = None
    column._cells = [*cells]  # noqa: SLF001 - rich's tables have no other way to change one


def _broken(name: str, width: int) -> str:
    """A name in lines of that width, where its parts end: `global_avg_pool1` as `global_avg_` and `pool1`."""
    indent = name[: len(name) - len(name.lstrip())]
    lines = [""]
    for part in PARTS.findall(name):
        if lines[-1].strip() and cell_len(lines[-1] + part.rstrip()) > width:
            lines.append(indent)
        lines[-1] += part
    return "\n".join(line.rstrip() for line in lines)


def _widest(text: str) -> int:
    return max(map(cell_len, text.split("\n")))


def print_lines(console: Console, table: Table) -> None:
    """Print a table that there is no room for: the first cell of each row, and below it what the others are."""
    heads, *rows = zip(*([str(column.header), *map(_plain, column.cells)] for column in table.columns), strict=True)
    for name, *cells in rows:
        console.file.write(f"{name}\n")
        indent = " " * (len(name) - len(name.lstrip()) + 2)
        told = [f"{head} {cell}".strip() for head, cell in zip(heads[1:], cells, strict=True) if cell.strip()]
        parts = [part for each in told for part in each.split("\n")]
        lines = [indent]
        for part in parts:
            if lines[-1].strip() and cell_len(lines[-1] + part) > console.width:
                lines.append(indent)
            lines[-1] += f"{part}   "
        console.file.writelines(f"{fitted(line.rstrip(), console.width)}\n" for line in lines if line.strip())


def print_table(console: Console, table: Table) -> None:
    """Print a table without box; by rich itself where something must be folded, or has styles within a cell."""
    columns = [_Plain.of(column, console, table) for column in table.columns]
    folded = any(column.max_width and _natural(column) > column.max_width for column in table.columns)
    if folded or width(table) > console.width or None in columns:
        console.print(table)
        return
    gap = " " * table.padding[1]
    rows = zip(*(column.lines() for column in columns if column), strict=True)
    console.file.write("".join(gap.join(cells) + "\n" for row in rows for cells in _even(row, columns)))


def _plain(cell: Any) -> str:
    return cell.plain if isinstance(cell, Text) else str(cell)


def _least(column: Column) -> int:
    """The width of its widest word, where it may be folded; what stands at the left of a name stays there."""
    if column.no_wrap:
        return _natural(column)
    cells = {_plain(cell) for cell in (column.header, *column.cells)}
    return max((cell_len(word) for cell in cells for word in cell.split()), default=0)


def _natural(column: Column) -> int:
    """The width of its widest cell."""
    cells = {cell.plain if isinstance(cell, Text) else str(cell) for cell in (column.header, *column.cells)}
    return max(max(map(cell_len, cell.split("\n"))) for cell in cells)


class _Plain(NamedTuple):
    """A column whose cells have one style each."""

    width: int
    right: bool
    cells: list[tuple[str, Style]]
    console: Console

    @classmethod
    def of(cls, column: Column, console: Console, table: Table) -> _Plain | None:
        """The column; None where a cell has styles within."""
        styles: dict[Any, Style] = {"": console.get_style(column.style or "none")}
        cells = []
        for cell in column.cells:
            text, style = (cell.plain, cell.style) if isinstance(cell, Text) else (str(cell), "")
            if isinstance(cell, Text) and cell.spans:
                return None
            if style not in styles:
                styles[style] = styles[""] + console.get_style(style)
            cells.append((text, styles[style]))
        header = str(column.header), console.get_style(table.header_style or "none")
        return cls(_natural(column), column.justify == "right", [header, *cells], console)

    def lines(self) -> Iterator[list[str]]:
        """The lines of each cell, as wide as the column."""
        known: dict[tuple[str, Style], list[str]] = {}
        for cell in self.cells:
            found = known.get(cell)
            if found is None:
                text, style = cell
                found = known[cell] = [self._styled(line, style) for line in text.split("\n")]
            yield found

    def _styled(self, line: str, style: Style) -> str:
        blank = " " * (self.width - cell_len(line))
        system = self.console._color_system  # noqa: SLF001 - what rich's own renderers ask for
        return style.render(blank + line if self.right else line + blank, color_system=system)


def _even(row: Sequence[list[str]], columns: Sequence[_Plain | None]) -> Iterator[list[str]]:
    """The lines of a row: cells that have fewer are blank below."""
    for i in range(max(map(len, row))):
        yield [
            cell[i] if i < len(cell) else " " * column.width
            for cell, column in zip(row, columns, strict=True)
            if column
        ]
