"""The graph for Mermaid, which GitHub and many wikis draw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnnplan.report import STOPPED
from cnnplan.report.drawing import Drawing
from cnnplan.report.figures import Figures
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from cnnplan.report import Report
    from cnnplan.report.drawing import Box

__all__ = ["render"]

PLAIN = re.compile(r"[^\w .,()-]", re.ASCII)


def render(report: Report, *, depth: int | None = None) -> str:
    """A flowchart; depth says how many levels of names are told apart."""
    drawing = Drawing(Figures(report), depth)
    boxes = (f"  n{number}{_box(box)}" for number, box in enumerate(drawing.boxes))
    arrows = (f'  n{arrow.source} -->|"{entities(arrow.label)}"| n{arrow.target}' for arrow in drawing.arrows)
    mark = [] if report.complete else [f'  stopped["{entities(STOPPED)}"]', "  style stopped color:#b00,stroke:#b00"]
    return "\n".join(["flowchart TD", *mark, *boxes, *arrows]) + "\n"


def _box(box: Box) -> str:
    """An input is round, a layer is not."""
    text = '"' + "<br/>".join(map(entities, box.lines)) + '"'
    return f"[{text}]" if box.layers else f"([{text}])"


def entities(text: str) -> str:
    """A text in which nothing means anything to Mermaid: all but letters, digits and a few marks by number."""
    return PLAIN.sub(lambda match: f"#{ord(match[0])};", printable(text))
