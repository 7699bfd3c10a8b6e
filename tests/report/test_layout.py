"""Tables that are laid out without rich look as rich lays them out; what must be folded is left to rich."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cnnplan.report.layout import print_table, width

ROWS = [
    ("stem", "1, 64, 112, 112\nN, 64, ceil(H/2)", "9,408", "██"),
    ("  conv2", "1, 7, 56", "118,013,952", ""),
    ("宽 layer", "", "3", "▌"),
]


def table(rows=ROWS):
    made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    made.add_column("layer", overflow="fold", max_width=10)
    made.add_column("output", overflow="fold")
    made.add_column("params", justify="right", no_wrap=True)
    made.add_column("", no_wrap=True, style="blue")
    for first, output, *rest in rows:
        made.add_row(Text(first, style="bold"), Text(output, style="dim"), *map(Text, rest))
    return made


def console(columns, *, color):
    colors = "standard" if color else None
    return Console(file=StringIO(), width=columns, force_terminal=color, color_system=colors, highlight=False)


def shown(text):
    """Without the styles of blanks, which nobody sees."""
    blank = re.compile(r"\x1b\[[\d;]*m( *)\x1b\[0m")
    return [blank.sub(r"\1", line).rstrip() for line in text.splitlines()]


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("columns", [20, 44, 45, 46, 47, 100])
def test_as_rich_lays_it_out(columns, color):
    ours, theirs = console(columns, color=color), console(columns, color=color)
    print_table(ours, table())
    theirs.print(table())
    assert shown(ours.file.getvalue()) == shown(theirs.file.getvalue())


def test_the_width_is_that_of_the_widest_cells():
    assert width(table()) == len("  conv2") + 1 + 2 + 16 + 2 + 11 + 2 + 2


def test_a_cell_of_several_styles_is_left_to_rich():
    ours, theirs = console(100, color=True), console(100, color=True)
    for printed, made in ((ours, table()), (theirs, table())):
        made.add_row(Text("a", style="bold").append("b", style="red"))
        print_table(printed, made) if printed is ours else printed.print(made)
    assert ours.file.getvalue() == theirs.file.getvalue()
