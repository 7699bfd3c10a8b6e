"""Rows as text or as a Parquet file: one function a format, rows written as they come."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from cnnplan.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TextIO

    from cnnplan.exploration.sweeping import Columns

__all__ = ["FORMATS", "write"]

TABLE = "table"
FURTHER = 4


def write(
    parts: Iterable[Columns],
    columns: Sequence[str],
    format: str,  # noqa: A002 - the option
    file: TextIO,
    width: int | None = None,
) -> int:
    """Write rows in one of FORMATS; the number of rows. A table that is wider than `width` goes on in further lines.

    Raises:
        UsageError: there is no such format.
    """
    if format not in FORMATS:
        raise UsageError(f"no format {format!r}: choose one of {', '.join(FORMATS)}")
    return _table(parts, columns, file, width) if format == TABLE else FORMATS[format](parts, columns, file)


def _rows(rows: Columns) -> Iterator[tuple[Any, ...]]:
    """Rows as Python's values; a figure of a design that is not legal is None."""
    legal = rows["legal"].tolist()
    columns = [column.tolist() for column in rows.values()]
    for values, is_legal in zip(zip(*columns, strict=True), legal, strict=True):
        yield values if is_legal else tuple(None if value == -1 and value is not True else value for value in values)


def _csv(parts: Iterable[Columns], columns: Sequence[str], file: TextIO) -> int:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for rows in parts:
        values = [tuple(_plain(value) for value in row) for row in _rows(rows)]
        writer.writerows(values)
        count += len(values)
    return count


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _json(parts: Iterable[Columns], columns: Sequence[str], file: TextIO) -> int:
    """A list of objects, one to a line."""
    count = 0
    for rows in parts:
        for row in _rows(rows):
            file.write(f"{',' if count else '['}\n {json.dumps(dict(zip(columns, row, strict=True)))}")
            count += 1
    file.write("\n]\n" if count else "[]\n")
    return count


def _table(parts: Iterable[Columns], columns: Sequence[str], file: TextIO, width: int | None = None) -> int:
    """Columns of equal width; wider ones where a later part needs them."""
    count = 0
    widths = [len(name) for name in columns]
    for rows in parts:
        texts = [tuple(_cell(value) for value in row) for row in _rows(rows)]
        widths = [max(width, *map(len, column)) for width, column in zip(widths, zip(*texts, strict=True), strict=True)]
        lines = [_line(text, widths, width) for text in ([tuple(columns), *texts] if not count else texts)]
        file.write("".join(lines))
        count += len(texts)
    if not count:
        file.write("no design is like that\n")
    return count


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _line(texts: Sequence[str], widths: Sequence[int], room: int | None = None) -> str:
    """A row; where there is no room for it, as several lines, those below the first further to the right."""
    lines = [""]
    for text, width in zip(texts, widths, strict=True):
        if room and lines[-1].strip() and len(lines[-1]) + width > room:
            lines.append(" " * FURTHER)
        lines[-1] += f"{text.rjust(width)}  "
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _parquet(parts: Iterable[Columns], columns: Sequence[str], file: TextIO) -> int:
    """A Parquet file, a row group for each part."""
    try:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("the Parquet format", "pyarrow", "parquet") from None
    writer, count = None, 0
    for rows in parts:
        table = pa.table({name: _arrow(pa, rows, name) for name in columns})
        writer = writer or pq.ParquetWriter(file.buffer, table.schema)
        writer.write_table(table)
        count += table.num_rows
    if writer is None:
        writer = pq.ParquetWriter(file.buffer, pa.schema([(name, pa.int64()) for name in columns]))
    writer.close()
    return count


def _arrow(pa: Any, rows: Columns, name: str) -> Any:
    """A column; the figures of what is not legal are null."""
    column = rows[name]
    if column.dtype.kind not in "iO":
        return pa.array(column.tolist())
    hidden = ~rows["legal"] & (column == -1)
    if column.dtype.kind == "O":
        return pa.array([None if gone else float(value) for value, gone in zip(column, hidden, strict=True)])
    return pa.array(column, mask=hidden)


FORMATS: dict[str, Callable[[Iterable[Columns], Sequence[str], TextIO], int]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "parquet": _parquet,
}
"""The formats and the functions that write them."""
