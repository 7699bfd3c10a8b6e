"""The graph for Graphviz: `cnnplan report SPEC --format dot | dot -Tsvg`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.report import STOPPED
from cnnplan.report.drawing import Drawing
from cnnplan.report.figures import Figures
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from cnnplan.report import Report

__all__ = ["render"]

HEAD = """\
  rankdir=TB; nodesep=0.3; ranksep=0.35;
  node [shape=box, style="rounded,filled", fillcolor="#eef3f8", color="#5b7c99", fontname="Helvetica", fontsize=11];
  edge [color="#8899a6", fontname="Helvetica", fontsize=9, fontcolor="#556370", arrowsize=0.6];"""


END = ', shape=plain, style=""'
"""How an input is drawn: without a box."""


def render(report: Report, *, depth: int | None = None) -> str:
    """The graph in the DOT language; depth says how many levels of names are told apart."""
    figures = Figures(report)
    drawing = Drawing(figures, depth)
    boxes = (
        f"  n{number} [label={quoted(*box.lines)}{'' if box.layers else END}];"
        for number, box in enumerate(drawing.boxes)
    )
    arrows = (f"  n{arrow.source} -> n{arrow.target} [label={quoted(arrow.label)}];" for arrow in drawing.arrows)
    mark = [] if report.complete else [f"  labelloc=t; fontcolor=red; label={quoted(STOPPED)};"]
    return "\n".join([f"digraph {quoted(figures.plan.name)} {{", HEAD, *mark, *boxes, *arrows, "}"]) + "\n"


def quoted(*lines: str) -> str:
    """Lines of text as a string of the language."""
    texts = (printable(line).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") for line in lines)
    return '"' + "\\n".join(texts) + '"'
