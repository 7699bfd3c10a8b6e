"""The report for people: a tree of layers with their sizes and costs, and the totals as formulas.

On a wide terminal a layer is one line. Where that does not fit, the formula of its output stands under the output, and
only if it is another than that of the layer above: most layers keep the size of what they read.
Texts of the spec are printed as they are, never read as markup.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cnnplan.report import STOPPED
from cnnplan.report.columns import USUAL, chosen, ranked, shown
from cnnplan.report.figures import Figures, add
from cnnplan.report.findings import text as findings
from cnnplan.report.layout import print_table, width
from cnnplan.report.text import printable, shortened
from cnnplan.report.training import training_facts
from cnnplan.report.tree import lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnnplan.report import Report
    from cnnplan.report.figures import Numbers
    from cnnplan.report.tree import Line

__all__ = ["printed", "render"]

WIDTH = 80
LABEL = 30
BAR = 10
COUNTS = ("params", "MACs", "share")
TWINS = ("params", "connections", "if dense", "uses")
EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
LONG, LONGEST = 480, 10**6
"""The characters of a total's formula that are written out: without being asked for, and at all."""

MORE = "--formulas writes it out"
MOST_LINES = 1_500
"""A table that nobody reads to its end is not written to its end either."""

MOST_CONDITIONS = 24
"""The same of conditions."""

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
    """
    figures = Figures(report)
    text = StringIO()
    console = _console(text, width, color=color)
    console.print(_title(figures), end="\n\n")
    if columns or sort or top:
        print_table(console, _list(figures, columns or USUAL, ranked(figures, depth, sort, top)))
    else:
        print_table(console, _layers(figures, console, depth, memory=memory, sharing=sharing))
    step = training_facts(report.plan, *training) if training else ()
    console.print(_summary(report, figures, step, memory=memory, sharing=sharing, formulas=formulas))
    if report.findings:
        told = [line for finding in report.findings for line in findings.lines(finding)]
        console.print(Text("\n".join(["", *told]), style="red"), soft_wrap=True)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def printed(table: Table, width: int, *, color: bool = False) -> str:
    """A table as text, no line of which ends in blanks."""
    text = StringIO()
    _console(text, width, color=color).print(table)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _console(file: StringIO, width: int, *, color: bool) -> Console:
    colors: Literal["standard"] | None = "standard" if color else None
    return Console(file=file, width=width, force_terminal=color, color_system=colors, markup=False, highlight=False)


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


def _list(figures: Figures, names: Sequence[str], lines: Sequence[Line]) -> Table:
    """Chosen columns, a line each."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    columns = chosen(names)
    cells = [[column.value(line, figures) for line in lines[:MOST_LINES]] for column in columns]
    for column, values in zip(columns, cells, strict=True):
        numeric = any(isinstance(value, int | float) for value in values)
        widest = max((len(word) for value in values for word in shown(value).split()), default=0)
        table.add_column(column.heading, justify="right" if numeric else "left", no_wrap=numeric, min_width=widest)
    for row in zip(*cells, strict=True):
        table.add_row(*(Text(printable(shown(value))) for value in row))
    return table


def _fitting(figures: Figures, console: Console, tree: list[Line], **also: bool) -> Table:
    """The most telling table that fits; the narrowest, where none does."""
    for stacked, bars in ((False, True), (False, False), (True, True)):
        table = _table(figures, tree, stacked=stacked, bars=bars, **also)
        if width(table) <= console.width:
            return table
    return _table(figures, tree, stacked=True, bars=False, **also)


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
    yield from (Text(_count(count), style=style) for count in (line.numbers.params, macs))
    yield Text(f"{macs / total:.1%}" if macs and total else "", style=style)


def _twins(line: Line) -> Iterator[Text]:
    """The weights there are, and those that there would be; how often one is used in a sample."""
    style = "bold" if line.heading else ""
    _, uses, every = shared = (line.numbers.params, line.numbers.connections, line.numbers.dense)
    yield from (Text(_count(count) if uses or every else "", style=style) for count in shared)
    yield Text(_uses(line.numbers), style=style)


def _uses(numbers: Numbers) -> str:
    return f"{numbers.connections / numbers.params:,.4g}" if numbers.params and numbers.connections else ""


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
    sizes = (field["size"] for field in line.row.fields.values())
    texts = ("x".join("all" if size is None else str(size) for size in axes) if any(axes) else "all" for axes in sizes)
    return Text(_count(line.row.memory.live_bytes)), Text(", ".join(texts))


def _count(count: int | None) -> str:
    return UNKNOWN if count is None else f"{count:,}"


def _extent(extent: int | None) -> str:
    return UNKNOWN if extent is None else str(extent)


def _summary(  # noqa: PLR0913 - what there may be
    report: Report, figures: Figures, step: Iterable[tuple[str, str]], *, memory: bool, sharing: bool, formulas: bool
) -> Table:
    """Totals with their formulas, and the conditions."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    bytes_ = _bytes(report, figures) if memory else ()
    twins = _sharing(report, figures) if sharing else ()
    for heading, text in (*_facts(report, figures, LONGEST if formulas else LONG), *twins, *bytes_, *step):
        table.add_row(heading, Text(printable(text)))
    return table


def _facts(report: Report, figures: Figures, longest: int) -> Iterator[tuple[str, str]]:
    plan, totals = report.plan, figures.totals
    yield "", ""
    if not report.complete:
        yield "stopped", STOPPED.removeprefix("stopped ")
    yield from _fact("parameters", totals.params, str(plan.params), longest)
    if plan.frozen != 0:
        yield from _fact("frozen", figures.number(plan.frozen), str(plan.frozen), longest)
    yield from _fact("buffers", totals.buffers, str(plan.buffers), longest)
    yield from _fact("MACs", totals.macs, str(plan.macs), longest)
    declared = [node for node in plan.nodes.values() if node.op.is_declared]
    if declared:
        macs = add(figures.number(node.macs) for node in declared)
        yield "declared", f"{', '.join(node.name for node in declared)}: {_count(macs)} of the MACs, taken on trust"
    yield "FLOPs", f"{_count(totals.flops)}  (2 a MAC, 1 any other operation)"
    if figures.counted is not None:
        name, version, unit, total, _ = figures.counted
        yield name, f"{_count(total)} {unit}  (as {name} {version} counts)"
    for name, shape in plan.outputs.items():
        yield f"output {name}", ", ".join(shortened(str(extent)) for extent in shape)
    yield from _conditions(figures.conditions)
    for first in plan.causes[:1]:
        yield "", shortened(str(first))
        if len(plan.causes) > 1:
            yield "", f"and {len(plan.causes) - 1} more: see cnnplan explain"
    if figures.unbound:
        names = ", ".join(figures.unbound)
        yield "no value", f"{names}; see numbers with --set {figures.unbound[0]}=224"


def _conditions(conditions: list[str]) -> Iterator[tuple[str, str]]:
    """What must hold, as much of it as people read."""
    for condition in conditions[:MOST_CONDITIONS]:
        yield "condition", shortened(condition)
    if len(conditions) > MOST_CONDITIONS:
        yield "", f"and {len(conditions) - MOST_CONDITIONS:,} more: see --format json"


def _bytes(report: Report, figures: Figures) -> Iterator[tuple[str, str]]:
    memory = report.plan.memory
    yield "weights", f"{_count(figures.memory.weight_bytes)} bytes"
    yield "activations", f"{_count(figures.memory.activation_bytes)} bytes"
    of = ", the greatest of" if len(memory.peaks) > 1 else ""
    yield "peak", f"{_count(figures.memory.live_bytes)} bytes{of}"
    yield from (("", f"= {peak}") for peak in memory.peaks)


def _sharing(report: Report, figures: Figures) -> Iterator[tuple[str, str]]:
    """What the network would have if nothing were shared, and if everything were connected."""
    totals = figures.totals
    yield from _fact("connections", totals.connections, str(report.plan.connections), LONG)
    if totals.params and totals.connections:
        yield "", f"each weight is used {_uses(totals)} times in a sample"
    yield "if dense", f"{_count(totals.dense)}  (weights, with every output of a layer connected to all its inputs)"


def _fact(heading: str, value: int | None, formula: str, longest: int) -> Iterator[tuple[str, str]]:
    """A total, and below it the formula, as much of it as people read."""
    yield heading, _count(value)
    if formula != str(value):
        yield "", f"= {shortened(formula, longest, MORE)}"
