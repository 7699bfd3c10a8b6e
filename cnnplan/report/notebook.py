"""How a plan shows itself in a notebook: a table with formulas, and the pictures of the page one by one."""

from __future__ import annotations

import zlib
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import MissingExtra, UsageError
from cnnplan.report import Report
from cnnplan.report.figures import Figures
from cnnplan.report.tree import lines
from cnnplan.sizes.showing.mathml import mathml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.findings import Finding
    from cnnplan.plan import BlockPlan, NodePlan, Plan
    from cnnplan.report.tree import Line

__all__ = ["Picture", "block", "findings", "frame", "layer", "plot", "table"]

HEIGHTS = {"pyramid": 340, "bars": 760, "memory": 340, "field": 340, "graph": 820, "table": 820, "totals": 360}
"""The pictures, and how high each is with the sliders above it."""

COUNTED = (("parameters", "params"), ("buffers", "buffers"), ("MACs", "macs"), ("FLOPs", "flops"))

LEVELS = 1

UNPACKED: Final = """<!doctype html><meta charset="utf-8"><script>(async () => {
const bytes = Uint8Array.from(atob("%s"), (letter) => letter.charCodeAt(0));
const page = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
document.open(); document.write(page); document.close();
})();</script>"""
"""A page that writes itself: a notebook holds it compressed, a fifth of its length.

Every picture is whole: in a notebook cells are run in any order, cleared, and shown where no script of another runs.
"""


class Picture:
    """A part of the page with its sliders; a notebook shows it in a frame of its own, and holds it compressed."""

    def __init__(self, page: str, height: int) -> None:
        self.page = page
        self.height = height

    def _repr_html_(self) -> str:
        style = f"width: 100%; height: {self.height}px; border: 0"
        packed = b64encode(zlib.compress(self.page.encode(), 9)).decode()
        frame = escape(UNPACKED % packed)
        return f'<iframe sandbox="allow-scripts" title="cnnplan" srcdoc="{frame}" style="{style}"></iframe>'


def plot(plan: Plan, *pieces: str) -> Picture:
    """Parts of the report's page.

    Args:
        plan: what is shown.
        pieces: of HEIGHTS; left out, the pyramid.

    Raises:
        UsageError: there is no such part.
    """
    pieces = pieces or ("pyramid",)
    for piece in pieces:
        if piece not in HEIGHTS:
            raise UsageError(f"no picture {piece!r}: choose among {', '.join(HEIGHTS)}")
    from cnnplan.report.html import page  # noqa: PLC0415 - only here is a page made

    return Picture(page([Report.of(plan)], pieces), 150 + sum(HEIGHTS[piece] for piece in pieces))


def table(plan: Plan) -> str:
    """The blocks of a network with outputs and costs, and the totals as formulas."""
    figures = Figures(Report.of(plan))
    heads = "".join(f"<th>{head}</th>" for head in ("layer", "output", "", "params", "MACs"))
    body = "".join(_row(plan, line) for line in lines(figures.rows, LEVELS))
    at = ", ".join(f"{name} = {value}" for name, value in figures.at.items())
    caption = escape(f"{plan.name} at {at}" if at else plan.name)
    totals = "".join(_totals(plan, figures))
    return f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{body}{totals}</tbody></table>"


def block(part: BlockPlan) -> str:
    """The layers of a block with outputs and costs, and its sums."""
    plan, prefix = part.plan, f"{part.name}."
    figures = Figures(Report.of(plan))
    names = {node.name for node in part.layers}
    rows = [row._replace(name=row.name.removeprefix(prefix)) for row in figures.rows if row.name in names]
    body = "".join(_row(plan, line, prefix) for line in lines(rows, LEVELS))
    sums = (figures.number(part.params), figures.number(part.macs))
    total = _cells("<b>in all</b>", "", "", *map(_count, sums))
    heads = "".join(f"<th>{head}</th>" for head in ("layer", "output", "", "params", "MACs"))
    caption = f"<caption>{escape(part.name)} of {escape(plan.name)}</caption>"
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}{total}</tbody></table>"


def layer(node: NodePlan) -> str:
    """What one layer is and costs, with formulas."""
    shape = "<math><mo>,</mo></math> ".join(map(mathml, node.plan.spec.arranged(node.name, node.shape)))
    facts = [("operator", escape(node.op.verb)), ("reads", escape(", ".join(node.inputs))), ("output", shape)]
    facts += [(head, mathml(getattr(node, name))) for head, name in COUNTED]
    facts += [("needs", escape(str(condition))) for condition in node.conditions]
    body = "".join(f"<tr><th>{head}</th><td>{value}</td></tr>" for head, value in facts)
    return f"<table><caption>{escape(node.name)}</caption><tbody>{body}</tbody></table>"


def findings(found: Sequence[Finding]) -> str:
    """What was found, a row each; of nothing, that it is nothing."""
    if not found:
        return "<p>no findings</p>"
    heads = "".join(f"<th>{head}</th>" for head in ("where", "", "layer", "what", "rule"))
    rows = ((str(one.location or one.place.file), one.severity, one.layer or "", _what(one), one.rule) for one in found)
    body = "".join(_cells(*map(escape, row)) for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def frame(plan: Plan) -> Any:
    """The layers as a pandas.DataFrame; a figure that needs a letter without a value is missing.

    Raises:
        MissingExtra: pandas is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415 - only here is a frame made
    except ImportError:
        raise MissingExtra("to_pandas", "pandas", "pandas") from None
    rows = [
        {"name": row.name, "op": row.op, "output": row.shape, **row.numbers._asdict(), **row.memory._asdict()}
        for row in Figures(Report.of(plan)).rows
    ]
    made = pd.DataFrame(rows)
    return made.astype({name: "Int64" for name in made if name not in ("name", "op", "output")})


def _what(finding: Finding) -> str:
    return f"{finding.message}; {finding.hint}" if finding.hint else finding.message


def _row(plan: Plan, line: Line, prefix: str = "") -> str:
    name = prefix + line.row.name if prefix + line.row.name in plan.nodes else line.row.name
    shape = "<math><mo>,</mo></math> ".join(map(mathml, plan.spec.arranged(name, plan.nodes[name].shape)))
    numbers = " x ".join(map(_count, line.row.shape))
    counts = (line.numbers.params, line.numbers.macs)
    return _cells(escape(line.label), numbers, shape, *map(_count, counts))


def _totals(plan: Plan, figures: Figures) -> Iterator[str]:
    yield _cells("<b>parameters</b>", _count(figures.totals.params), mathml(plan.params), "", "")
    yield _cells("<b>MACs</b>", _count(figures.totals.macs), mathml(plan.macs), "", "")
    for condition in figures.conditions:
        yield _cells("legal where", "", escape(condition), "", "")


def _cells(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _count(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"
