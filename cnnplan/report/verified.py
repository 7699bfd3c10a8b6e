"""A verification for people and for programs: a table of what was predicted and what was measured, or JSON."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnplan.verification import Mismatch, Score, Verification

__all__ = ["document", "render", "render_json"]

WIDTH = 80
MOST_SHOWN = 20
"""Mismatches that are printed; all are in the JSON."""


def render(verification: Verification, *, width: int = WIDTH, color: bool = False) -> str:
    """One line a quantity, the comparisons that failed, and what was verified."""
    text = StringIO()
    console = Console(
        file=text, width=width, force_terminal=color, color_system="standard" if color else None, markup=False,
        highlight=False,
    )  # fmt: skip
    console.print(_table(verification.scores))
    for mismatch in verification.mismatches[:MOST_SHOWN]:
        console.print(Text(printable(_line(mismatch)), style="red"), soft_wrap=True)
    more = len(verification.mismatches) - MOST_SHOWN
    if more > 0:
        console.print(Text(f"and {more:,} more"))
    for run in verification.omitted[:MOST_SHOWN]:
        console.print(Text(printable(f"left out: {run}")), soft_wrap=True)
    console.print(Text(printable(verification.summary), style="bold"), soft_wrap=True)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def render_json(verifications: Iterable[Verification]) -> str:
    """The verifications of several networks as a JSON list."""
    return json.dumps([document(verification) for verification in verifications], indent=1, default=str) + "\n"


def document(verification: Verification) -> dict[str, Any]:
    """What was verified, and every comparison that failed."""
    return {
        "cnnplan": 1,
        "name": verification.name,
        "ok": verification.ok,
        "bindings": verification.bindings,
        "layers": verification.layers,
        "comparisons": verification.comparisons,
        "runs": [{"at": _plain(case.at), "for": case.purpose, "layers": case.layers} for case in verification.cases],
        "omitted": verification.omitted,
        "quantities": {name: _score(score) for name, score in verification.scores.items()},
        "mismatches": [
            {**mismatch._asdict(), "at": _plain(mismatch.at)} for mismatch in verification.mismatches
        ],
    }  # fmt: skip


def _score(score: Score) -> dict[str, int]:
    return {
        "comparisons": score.comparisons,
        "mismatches": score.mismatches,
        "predicted": score.predicted,
        "measured": score.measured,
    }


def _plain(at: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else str(value) for name, value in at.items()}


def _table(scores: Mapping[str, Score]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("quantity")
    for heading in ("compared", "predicted", "measured"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict")
    for name, score in scores.items():
        counted = (f"{score.predicted:,}", f"{score.measured:,}") if score.predicted or score.measured else ("", "")
        verdict = Text(f"{score.mismatches:,} differ", style="red") if score.mismatches else Text("agree")
        table.add_row(name, f"{score.comparisons:,}", *counted, verdict)
    return table


def _line(mismatch: Mismatch) -> str:
    """`layer4.conv1: macs at N = 2, H = 33: predicted 12, measured 16`."""
    at = ", ".join(f"{name} = {value}" for name, value in mismatch.at.items())
    where = f"{mismatch.layer}: " if mismatch.layer else ""
    return f"{where}{mismatch.quantity} at {at}: predicted {mismatch.predicted}, measured {mismatch.measured}"
