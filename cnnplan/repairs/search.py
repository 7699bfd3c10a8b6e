"""For one finding: every idea, those that are proved, in the order in which they are offered."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.repairs.claims import claims
from cnnplan.repairs.proof import cost, proved
from cnnplan.repairs.repair import Proof, Repair
from cnnplan.repairs.sizes import sizes
from cnnplan.repairs.slips import slips
from cnnplan.repairs.syntax import syntax
from cnnplan.repairs.unused import unused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.repairs.ideas import Idea
    from cnnplan.repairs.manuscript import Manuscript

__all__ = ["MOST", "found"]

JOIN = "CNN103"
"""The rule of inputs that must be of one size."""

UNEQUAL = "CNN205"
"""The rule of inputs that are of one size for some sizes only, which the spec does not say."""

MOST = 400
"""The most ideas that are tried for one finding."""

OFFERED = 8
"""The most repairs of one finding; those that reveal new faults are offered where no other is found."""


def found(manuscript: Manuscript, finding: Finding) -> list[tuple[Repair, Manuscript]]:
    """What mends a finding, and the spec as it is then; the best first."""
    tried: set[str] = set()
    good: list[tuple[tuple[object, ...], Repair, Manuscript]] = []
    for number, idea in enumerate(_ideas(manuscript, finding)):
        if number >= MOST:
            break
        key = repr(idea.changes)
        if key in tried:
            continue
        tried.add(key)
        pair = proved(manuscript, idea, finding)
        if pair is not None:
            good.append((_order(*pair, idea, number), *pair))
    good.sort(key=lambda each: each[0])
    whole = [each for each in good if each[1].proof is not Proof.REVEALED]
    return [(repair, after) for _, repair, after in (whole or good)[:OFFERED]]


def _ideas(manuscript: Manuscript, finding: Finding) -> Iterator[Idea]:
    layout = manuscript.layout(finding.place.file)
    if finding.rule == "CNN001":
        yield from chain(syntax(finding, layout), slips(finding, layout))
    elif finding.rule.startswith("CNN0") or finding.rule == "CNN110":
        yield from slips(finding, layout)
    elif finding.rule.startswith("CNN1"):
        yield from sizes(finding, manuscript)
    elif finding.rule == UNEQUAL:
        yield from claims(finding, manuscript)
    elif finding.severity is not Severity.ERROR:
        yield from unused(finding, manuscript)
    else:
        yield from slips(finding, layout)


def _order(repair: Repair, after: Manuscript, idea: Idea, number: int) -> tuple[object, ...]:
    """Whole repairs first, then what asks for nothing new, then what is safe, then what costs least."""
    total = cost(after.graph) if after.graph else None
    macs = total.macs if total and total.macs is not None else 0
    proof, opened = [*Proof].index(repair.proof), len(repair.conditions)
    narrows = (
        idea.claims if repair.finding.rule == JOIN else not idea.claims
    )  # a window too large is seldom meant to fit
    return (proof, opened, not repair.safe, narrows, idea.rank, not idea.neutral, idea.far, macs, number)
