r"""A table and formulas for a paper: a fragment to `\input`, which needs amsmath, and longtable where it is long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.report import STOPPED
from cnnplan.report.figures import Figures
from cnnplan.report.text import printable
from cnnplan.report.tree import lines
from cnnplan.sizes.showing.printing import LATEX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.report import Report
    from cnnplan.report.tree import Line
    from cnnplan.sizes import Extent

__all__ = ["broken", "escaped", "render"]

MANY = 2
"""From so many terms on a formula is broken into lines."""

PAGE = 36
"""The lines of a table that a page holds with its caption."""

HEAD = (r"    \hline", r"    Layer & Output & Parameters & MACs \\", r"    \hline")

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "\n": " ",
}  # fmt: skip


def render(report: Report, *, depth: int | None = None) -> str:
    """A table of the layers, to that many levels (left out: the first), and the totals as formulas."""
    figures = Figures(report)
    shown = [*lines(figures.rows, 1 if depth is None else depth)]
    mark = "" if report.complete else f" {STOPPED.capitalize()}."
    caption = f"Layers of {escaped(figures.plan.name)}{_at(figures)}.{mark}"
    table = _long(caption, shown, figures) if len(shown) > PAGE else _floating(caption, shown, figures)
    return "\n".join([*table, *_formulas(figures), ""])


def _floating(caption: str, shown: Sequence[Line], figures: Figures) -> list[str]:
    """A table that fits on a page, wherever LaTeX puts it."""
    return [
        r"% needs \usepackage{amsmath}",
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{caption}}}",
        r"  \begin{tabular}{llrr}",
        *HEAD,
        *map(_line, shown),
        *_total(figures),
        r"  \end{tabular}",
        r"\end{table}",
    ]


def _long(caption: str, shown: Sequence[Line], figures: Figures) -> list[str]:
    """A table that goes on over pages, each with its head; where it stands it begins."""
    return [
        r"% needs \usepackage{amsmath,longtable}",
        r"{\setlength{\tabcolsep}{4pt}",
        r"\begin{longtable}{llrr}",
        rf"  \caption{{{caption}}} \\",
        *HEAD,
        r"  \endfirsthead",
        *HEAD,
        r"  \endhead",
        r"    \hline",
        r"  \endfoot",
        r"  \endlastfoot",
        *map(_line, shown),
        *_total(figures),
        r"\end{longtable}}",
    ]


def _total(figures: Figures) -> list[str]:
    total = rf"    Total & & {_count(figures.totals.params)} & {_count(figures.totals.macs)} \\"
    return [r"    \hline", total, r"    \hline"]


def _at(figures: Figures) -> str:
    at = ", ".join(f"{symbol(name)} = {escaped(str(value))}" for name, value in figures.at.items())
    return f" at {at}" if at else ""


def _line(line: Line) -> str:
    shape = r" \times ".join("?" if extent is None else str(extent) for extent in line.row.shape)
    name = rf"\hspace*{{{line.depth}em}}{escaped(line.label)}" if line.depth else escaped(line.label)
    return rf"    {name} & ${shape}$ & {_count(line.numbers.params)} & {_count(line.numbers.macs)} \\"


def _formulas(figures: Figures) -> Iterator[str]:
    plan = figures.plan
    yield r"{\allowdisplaybreaks"
    yield r"\begin{align*}"
    yield rf"  \text{{parameters}} ={{}} & {broken(plan.params)} \\"
    yield rf"  \text{{MACs}} ={{}} & {broken(plan.macs)}"
    yield r"\end{align*}}"


def broken(count: Extent) -> str:
    """A formula, a term to a line where it has many."""
    products = getattr(count, "products", {})
    if isinstance(count, int) or len(products) < MANY:
        return LATEX(count)
    terms = [LATEX.scaled(*LATEX.product(*term)) for term in products.items()]
    return " \\\\\n  & {} + ".join([*terms, *([LATEX(count.rest)] if count.rest else [])])


def _count(count: int | None) -> str:
    """`4{,}089{,}184{,}256`: digits in groups, as mathematics sets them."""
    return "?" if count is None else f"${count:,}$".replace(",", "{,}")


def symbol(name: str) -> str:
    """A symbol within text."""
    return f"${name}$" if len(name) == 1 else escaped(name)


def escaped(text: str) -> str:
    """A text in which nothing means anything to LaTeX."""
    return "".join(SPECIAL.get(char, char) for char in printable(text))
