"""The report for people: a tree of layers with their sizes and costs, and the totals as formulas.

On a wide terminal a layer is one line. Where that does not fit, the formula of its output stands under the output, and
only if it is another than that of the layer above: most layers keep the size of what they read.
Texts of the spec are printed as they are, never read as markup.
"""

from __future__ import annotations

from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cnnplan.report import facts
from cnnplan.report.columns import DERIVED, USUAL, chosen, looked_at, ranked, shown
from cnnplan.report.figures import Figures
from cnnplan.report.findings import text as findings
from cnnplan.report.fitting import fitted
from cnnplan.report.layout import fold, least, print_lines, print_table, width
from cnnplan.report.text import printable, shortened
from cnnplan.report.training import HEADINGS, training_facts, training_layers
from cnnplan.report.tree import lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnnplan.report import Report
    from cnnplan.report.tree import Line

__all__ = ["printed", "render"]

WIDTH = 80
LABEL = 30
BAR = 10
COUNTS = ("params", "MACs", "share")
TWINS = ("params", "connections", "if dense", "uses")
EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
MOST_LINES = 1_500
"""A table that nobody reads to its end is not written to its end either."""

UNKNOWN = "?"


def render(  # noqa: PLR0913 - options
    report: Report,
    *,
    width: int = WIDTH,
    color: bool = False,
    memory: bool = False,
    training: tuple[str, bool] | None = None,
    sharing: bool = False,
    depth: int | None = None,
    columns: Sequence[str] = (),
    sort: str = "",
    top: int | None = None,
    formulas: bool = False,
    fit: bool = False,
) -> str:
    """The report as a table.

    Args:
        report: what is shown.
        width: how many columns it may take.
        color: whether there is color.
        memory: with memory and receptive fields.
        training: with what a step of training takes: the optimizer, and whether in mixed precision.
        sharing: with the weights that there would be if none were shared.
        depth: how many levels of blocks are shown; what lies deeper is one line with its sums.
        columns: the columns, of COLUMNS, instead of the usual ones; the lines are then a list and no tree.
        sort: the column that the lines go by, greatest first; `-macs` for least first.
        top: how many lines are shown.
        formulas: True to write out formulas that are long.
        fit: True to fold findings too, for a terminal; elsewhere each is one line.
    """
    figures = Figures(report)
    text = StringIO()
    console = _console(text, width, color=color)
    console.print(_title(figures), end="\n\n")
    if columns or sort or top:
        usual = (*USUAL, *DERIVED) if memory else USUAL
        shown = _list(figures, columns or usual, ranked(figures, depth, sort, top), console)
    else:
        shown = _layers(figures, console, depth, memory=memory, sharing=sharing)
    (print_table if least(shown) <= console.width else print_lines)(console, shown)
    step = training_facts(report.plan, *training) if training else ()
    below = facts.facts(report, figures, memory=memory, sharing=sharing, formulas=formulas)
    console.print(_summary((*below, *step)))
    if training:
        console.print()
        console.print(_steps(report, training))
    if report.findings:
        told = [line for finding in report.findings for line in findings.lines(finding)]
        words = "\n".join(["", *told])
        console.print(Text(fitted(words, width) if fit else words, style="red"), soft_wrap=True)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def printed(table: Table, width: int, *, color: bool = False) -> str:
    """A table as text, no line of which ends in blanks."""
    text = StringIO()
    _console(text, width, color=color).print(table)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _console(file: StringIO, width: int, *, color: bool) -> Console:
    colors: Literal["standard"] | None = "standard" if color else None
    return Console(file=file, width=width, force_terminal=color, color_system=colors, markup=False, highlight=False)


def _steps(report: Report, training: tuple[str, bool]) -> Table:
    """What a step of training takes, layer by layer."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for heading in HEADINGS:
        text = heading in {HEADINGS[0], HEADINGS[-1]}
        table.add_column(
            heading, justify="left" if text else "right", overflow="fold", no_wrap=not text, min_width=len(heading)
        )
    for row in islice(training_layers(report.plan, *training), MOST_LINES):
        table.add_row(*(Text(printable(each)) for each in row[:-1]), Text(printable(row[-1]), style="dim"))
    return table


def _title(figures: Figures) -> Text:
    at = ", ".join(f"{name} = {value}" for name, value in figures.at.items())
    title = Text(printable(figures.plan.name), style="bold")
    return title.append(printable(f" at {at}" if at else ""), style="not bold")


def _layers(figures: Figures, console: Console, depth: int | None, **also: bool) -> Table:
    """One line a layer where the width allows it, else two; a bar for its share where there is room for that too."""
    tree = [*lines(figures.rows, depth)]
    first = tree[:MOST_LINES]
    table = _fitting(figures, console, first, **also)
    if len(tree) > len(first):
        table.add_row(f"... {len(tree) - len(first):,} more lines", "see --format json")
    return table


def _list(figures: Figures, names: Sequence[str], lines: Sequence[Line], console: Console) -> Table:
    """Chosen columns, a line each."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    columns = chosen(names)
    cells = [[column.value(line, figures) for line in lines[:MOST_LINES]] for column in columns]
    for column, values in zip(columns, cells, strict=True):
        numeric = any(isinstance(value, int | float) for value in values)
        table.add_column(column.heading, justify="right" if numeric else "left", no_wrap=numeric)
    for row in zip(*cells, strict=True):
        table.add_row(*(Text(printable(shown(value))) for value in row))
    if width(table) > console.width:
        fold(console, table)
    return table


def _fitting(figures: Figures, console: Console, tree: list[Line], **also: bool) -> Table:
    """The most telling table that fits; the narrowest, where none does."""
    for stacked, bars in ((False, True), (False, False), (True, True)):
        table = _table(figures, tree, stacked=stacked, bars=bars, **also)
        if width(table) <= console.width:
            return table
    table = _table(figures, tree, stacked=True, bars=False, **also)
    fold(console, table, LABEL)
    return table


def _table(  # noqa: PLR0913 - what a table may have
    figures: Figures, tree: list[Line], *, stacked: bool, bars: bool, memory: bool, sharing: bool
) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("layer", overflow="fold", max_width=LABEL if stacked else None)
    origins = not stacked and any(row.origin for row in figures.rows)
    if origins:
        table.add_column("origin", overflow="fold", style="dim")
    table.add_column("output", overflow="fold")
    if not stacked:
        table.add_column("as a formula", overflow="fold")
    for heading in (*(TWINS if sharing else COUNTS), *(("live bytes", "field") if memory else ())):
        table.add_column(heading, justify="right", no_wrap=True)
    if bars:
        table.add_column("", no_wrap=True, style="blue")
    above: list[str] = []
    for line in tree:
        output = _stacked(line, above) if stacked else _apart(line)
        bar = [_bar(line, figures.totals.macs)] if bars else []
        derived = _derived(line) if memory else ()
        counts = _twins(line) if sharing else _counts(line, figures.totals.macs)
        origin = [Text("" if line.heading else printable(line.row.origin))] if origins else []
        table.add_row(_label(line), *origin, *output, *counts, *derived, *bar)
        above = above if line.heading else line.row.formula
    return table


def _label(line: Line) -> Text:
    return Text("  " * line.depth + printable(line.label), style="bold" if line.heading else "")


def _apart(line: Line) -> tuple[Text, Text]:
    """The output at the values and as a formula; a heading leaves both to its last line."""
    return (Text(), Text()) if line.heading else (_known(line), _formula(line))


def _stacked(line: Line, above: list[str]) -> tuple[Text]:
    """The same in one cell."""
    if line.heading:
        return (Text(),)
    known, formula = _known(line), _formula(line)
    return (known if line.row.formula == above or formula.plain == known.plain else Text("\n").join((known, formula)),)


def _known(line: Line) -> Text:
    return Text(", ".join(map(_extent, line.row.shape)))


def _formula(line: Line) -> Text:
    return Text(", ".join(map(shortened, line.row.formula)), style="dim")


def _counts(line: Line, total: int | None) -> Iterator[Text]:
    style = "bold" if line.heading else ""
    macs = line.numbers.macs
    yield from (Text(facts.count(count), style=style) for count in (line.numbers.params, macs))
    yield Text(f"{macs / total:.1%}" if macs and total else "", style=style)


def _twins(line: Line) -> Iterator[Text]:
    """The weights there are, and those that there would be; how often one is used in a sample."""
    style = "bold" if line.heading else ""
    _, uses, every = shared = (line.numbers.params, line.numbers.connections, line.numbers.dense)
    yield from (Text(facts.count(count) if uses or every else "", style=style) for count in shared)
    yield Text(facts.uses(line.numbers), style=style)


def _bar(line: Line, total: int | None) -> Text:
    """The share of a line's MACs, to an eighth of a letter; of a heading its layers' bars say it."""
    macs = line.numbers.macs
    if line.heading or not (macs and total):
        return Text()
    full, eighths = divmod(round(8 * BAR * macs / total), 8)
    return Text("█" * full + EIGHTHS[eighths])


def _derived(line: Line) -> tuple[Text, Text]:
    """What is alive while a layer runs, and what it looks at; a heading leaves both to its layers."""
    if line.heading:
        return Text(), Text()
    return Text(facts.count(line.row.memory.live_bytes)), Text(looked_at(line))


def _extent(extent: int | None) -> str:
    return UNKNOWN if extent is None else str(extent)


def _summary(lines: Iterable[tuple[str, str]]) -> Table:
    """Totals with their formulas, and the conditions."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for heading, text in lines:
        table.add_row(heading, Text(printable(text)))
    return table
