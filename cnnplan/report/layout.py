"""A table of rich, laid out without it where every cell fits: most tables of layers, and they may be long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console
    from rich.style import Style
    from rich.table import Column, Table

__all__ = ["print_table", "width"]


def width(table: Table) -> int:
    """How many columns of a terminal it takes where nothing is folded."""
    return sum(map(_natural, table.columns)) + (len(table.columns) - 1) * table.padding[1]


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
