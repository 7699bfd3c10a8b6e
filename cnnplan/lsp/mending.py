"""A text that cannot be read in; the same with the entry at fault taken out, so that all before it can be planned.

`- {}` stands in the place of the entry: the reader of the language takes it for an entry with a fault, whose output is
unknown. What is not in any entry, a key half typed at the top, is left out. Lines keep their numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.lsp.roles import role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnnplan.findings import Path
    from cnnplan.lsp.layout import Layout

__all__ = ["without"]


def without(lines: Sequence[str], layout: Layout, line: int) -> list[str] | None:
    """The lines without the innermost entry that covers a line; None where there is nothing to leave out."""
    begin = _entry(layout, line)
    if begin is not None:
        first, column = begin
        last = _last(first, column, lines)
        if line <= last:
            return [*lines[:first], f"{lines[first][:column]}{{}}", *[""] * (last - first), *lines[last + 1 :]]
    if 0 <= line < len(lines) and lines[line].strip():
        return [*lines[:line], "", *lines[line + 1 :]]
    return None


def _entry(layout: Layout, line: int) -> tuple[int, int] | None:
    """Where the last entry in lines begins that begins above a line or on it."""
    found = None
    for path, item in layout.items.items():
        if item.value is None or item.value.line > line or _in_brackets(layout, path):
            continue
        if path and isinstance(path[-1], int) and role(path).kind == "entry":
            found = item.value.line, item.value.column
    return found


def _in_brackets(layout: Layout, path: Path) -> bool:
    """Whether it stands inside of brackets of something else."""
    parents: Iterable[Path] = (path[:length] for length in range(1, len(path)))
    return any(layout.items[parent].flow for parent in parents if parent in layout.items)


def _last(first: int, column: int, lines: Sequence[str]) -> int:
    """The last line of what begins at a place: all that is indented as far, or further."""
    last = first
    for at in range(first + 1, len(lines)):
        text = lines[at]
        if text.strip() and len(text) - len(text.lstrip()) < column:
            break
        if text.strip():
            last = at
    return last
