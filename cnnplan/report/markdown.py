"""The report for a pull request: tables that GitHub renders, every layer folded away, and a small graph."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from cnnplan.report import STOPPED, mermaid
from cnnplan.report.drawing import Drawing
from cnnplan.report.figures import Figures
from cnnplan.report.text import printable
from cnnplan.report.tree import lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnnplan.report import Report
    from cnnplan.report.tree import Line
    from cnnplan.sizes import Extent

__all__ = ["code", "plain", "render", "table"]

MEANING = re.compile(r"([\\`*_\[\]#|~@])")
"""Marks that mean something to Markdown, or call somebody."""

MOST_BOXES = 40
"""The largest graph that is drawn; a larger one says nothing in a comment."""


def render(report: Report, *, depth: int | None = None) -> str:
    """The report in GitHub's Markdown; depth says how many levels the first table shows."""
    figures = Figures(report)
    parts = [*_head(report, figures), _totals(figures), *_conditions(figures), *_findings(report)]
    parts += [_layers(figures, 1 if depth is None else depth), *_graph(report, figures), _folded(figures)]
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """A text in which nothing means anything to Markdown or HTML."""
    return MEANING.sub(r"\\\1", escape(" ".join(printable(text).split()), quote=False))


def code(text: str) -> str:
    """A text as code; it may stand in a table."""
    shown = " ".join(printable(text).split()).replace("|", "\\|")
    return f"``{shown}``" if "`" in shown else f"`{shown}`" if shown else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0) -> str:
    """A table whose last `numbers` columns are set to the right."""
    texts = len(heads) - numbers
    rule = [*["---"] * texts, *["---:"] * numbers]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, rule, *rows))


def _head(report: Report, figures: Figures) -> Iterator[str]:
    yield f"## {plain(figures.plan.name)}"
    if figures.plan.spec.description:
        yield plain(figures.plan.spec.description)
    if figures.at:
        yield "At " + ", ".join(code(f"{name} = {value}") for name, value in figures.at.items()) + "."
    if report.verification:
        yield f"Verified: {plain(report.verification.summary)}."
    if not report.complete:
        yield f"**{STOPPED.capitalize()}.**"


def _totals(figures: Figures) -> str:
    plan, totals = figures.plan, figures.totals
    formulas = (plan.params, plan.buffers, plan.macs, plan.flops)
    names = ("parameters", "buffers", "MACs", "FLOPs")
    rows = [
        (name, *_number(value, formula))
        for name, value, formula in zip(names, totals[: len(names)], formulas, strict=True)
    ]
    if plan.declared != plan.reached:
        reach = (("declared", plan.declared), ("reached", plan.reached))
        rows[1:1] = [(name, *_number(figures.number(number), number)) for name, number in reach]
    return table(("", "", "formula"), [(name, f"**{value}**", formula) for name, value, formula in rows])


def _number(value: int | None, formula: Extent) -> tuple[str, str]:
    """A number, and its formula where that is another text."""
    return _count(value), code(str(formula)) if str(formula) != str(value) else ""


def _conditions(figures: Figures) -> Iterator[str]:
    if figures.conditions:
        yield "Legal where " + ", ".join(map(code, figures.conditions)) + "."


def _findings(report: Report) -> Iterator[str]:
    if report.findings:
        yield "\n".join(f"- {plain(str(finding))}" for finding in report.findings)


def _layers(figures: Figures, depth: int) -> str:
    heads = ("layer", "op", "output", "formula", "params", "MACs", "share")
    return table(heads, [_cells(line, figures.totals.macs) for line in lines(figures.rows, depth)], numbers=3)


def _cells(line: Line, total: int | None) -> list[str]:
    shape = " x ".join("?" if extent is None else str(extent) for extent in line.row.shape)
    macs = line.numbers.macs
    share = f"{macs / total:.1%}" if macs and total else ""
    name = "&emsp;" * line.depth + code(line.label)
    counts = (_count(line.numbers.params), _count(macs), share)
    return [
        name,
        line.row.op if line.layers == 1 else f"{line.layers} layers",
        shape,
        code(", ".join(line.row.formula)),
        *counts,
    ]


def _folded(figures: Figures) -> str:
    heads = ("layer", "op", "output", "params", "MACs")
    rows = [
        (code(row.name), row.op, " x ".join("?" if n is None else str(n) for n in row.shape), *map(_count, counts))
        for row in figures.rows
        for counts in [(row.numbers.params, row.numbers.macs)]
    ]
    summary = f"<details><summary>All {len(rows)} layers</summary>"
    return f"{summary}\n\n{table(heads, rows, numbers=2)}\n\n</details>"


def _graph(report: Report, figures: Figures) -> Iterator[str]:
    drawing = Drawing(figures)
    if len(drawing.boxes) <= MOST_BOXES:
        yield f"```mermaid\n{mermaid.render(report, depth=drawing.depth)}```"


def _count(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"
