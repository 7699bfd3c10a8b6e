"""A comparison for the comment of a pull request: totals as a table, the layers folded away, never too long for one.

It begins with a mark that nobody sees, by which a program finds the comment again. Networks that are the same are one
line, folded away where there are several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.report.comparison.words import called, count, grown, headline, told
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.comparison import Comparison

__all__ = ["render"]

MOST = 60_000
"""Characters; GitHub takes 65,536."""

MOST_LAYERS = 100

MARK = "<!-- cnnplan diff -->"
"""What nobody sees."""

PIPE = "\\|"


def render(comparisons: Sequence[Comparison]) -> str:
    """The comparisons, one below the other, as many as fit; those of the same network at the end."""
    changed = [comparison for comparison in comparisons if not comparison.same]
    texts = [f"{MARK}\n"]
    for number, comparison in enumerate(changed):
        text = "".join(f"{line}\n" for line in _lines(comparison))
        if sum(map(len, texts)) + len(text) > MOST:
            texts.append(f"... and {len(changed) - number} more specs\n")
            break
        texts.append(text)
    same = [comparison for comparison in comparisons if comparison.same]
    return "\n".join([*texts, *_same(same)])


def _same(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """The networks that did not change: one with a title of its own, several in a list."""
    names = [f"{code(comparison.names[0])} → {code(comparison.names[1])}" for comparison in comparisons]
    if len(names) == 1:
        yield f"### {names[0]}\n\nThe same network.\n"
    elif names:
        listed = "".join(f"* {name}\n" for name in names[:MOST_LAYERS])
        more = f"* ... and {len(names) - MOST_LAYERS:,} more\n" if len(names) > MOST_LAYERS else ""
        yield f"<details><summary>{len(names):,} networks are the same</summary>\n\n{listed}{more}\n</details>\n"


def code(text: str, *, cell: bool = False) -> str:
    """A text as code: no markup, mention, tag or link in it means anything."""
    shown = printable(" ".join(text.splitlines())).replace("`", "'")
    return f"`{shown.replace('|', PIPE) if cell else shown}`"


def _lines(comparison: Comparison) -> Iterator[str]:
    before, after = comparison.names
    yield f"### {code(before)} → {code(after)}"
    yield ""
    yield from _totals(comparison)
    yield from _shape(comparison)
    yield ""
    yield f"<details><summary>{headline(comparison)}</summary>"
    yield ""
    yield from _layers(comparison)
    yield ""
    yield "</details>"


def _totals(comparison: Comparison) -> Iterator[str]:
    yield "| | before | after | change | |"
    yield "|---|---:|---:|---:|---:|"
    for name, change in comparison.totals.items():
        cells = (name, count(change.before), count(change.after), *grown(change))
        yield f"| {' | '.join(cells)} |"


def _shape(comparison: Comparison) -> Iterator[str]:
    was, now = comparison.outputs
    dropped, asked = comparison.conditions
    stored, then = comparison.dtypes
    if was != now or dropped or asked or stored != then:
        yield ""
    if stored != then:
        yield f"* dtype {code(stored)} → {code(then)}"
    if was != now:
        yield f"* output {code(', '.join(was))} → {code(', '.join(now))}"
    yield from (f"* no longer needed: {code(each)}" for each in dropped)
    yield from (f"* **now needed:** {code(each)}" for each in asked)


def _layers(comparison: Comparison) -> Iterator[str]:
    yield "| | layer | |"
    yield "|---|---|---|"
    for pair in comparison.changed[:MOST_LAYERS]:
        what = "; ".join(told(pair))
        yield f"| {pair.kind} | {code(called(pair), cell=True)} | {code(what, cell=True) if what else ''} |"
    left = len(comparison.changed) - MOST_LAYERS
    if left > 0:
        yield f"| | ... and {left:,} more | |"
