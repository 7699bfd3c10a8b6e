"""A comparison for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.report.comparison.words import SIGNS, called, count, grown, headline, told
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.comparison import Comparison

__all__ = ["render"]


def render(comparisons: Sequence[Comparison]) -> str:
    """The comparisons, one below the other."""
    return "\n".join("".join(f"{printable(line).rstrip()}\n" for line in _lines(each)) for each in comparisons)


def _lines(comparison: Comparison) -> Iterator[str]:
    yield f"{comparison.names[0]} -> {comparison.names[1]}"
    if comparison.same:
        yield "  the same network"
        return
    yield from _totals(comparison)
    was, now = comparison.outputs
    if was != now:
        yield f"  output {', '.join(was)} -> {', '.join(now)}"
    if comparison.dtypes[0] != comparison.dtypes[1]:
        yield f"  dtype {' -> '.join(comparison.dtypes)}"
    dropped, asked = comparison.conditions
    yield from (f"  - condition {each}" for each in dropped)
    yield from (f"  + condition {each}" for each in asked)
    yield f"  {headline(comparison)}"
    if comparison.operators:
        counts = (f"{verb} {was:,} -> {now:,}" for verb, (was, now) in comparison.operators.items())
        yield f"  operators: {', '.join(counts)}"
    for pair in comparison.changed:
        yield f"  {SIGNS[pair.kind]} {called(pair)}{': ' if told(pair) else ''}{'; '.join(told(pair))}"


def _totals(comparison: Comparison) -> Iterator[str]:
    rows = [
        (name, count(change.before), count(change.after), *grown(change)) for name, change in comparison.totals.items()
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for name, *cells in rows:
        figures = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield f"  {name.ljust(widths[0])}  {figures}"
