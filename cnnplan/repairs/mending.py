"""A spec mended as far as it can be: the best repair of the first finding, and again, until nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnplan.findings import Severity
from cnnplan.repairs.repair import Proof, Repair
from cnnplan.repairs.search import found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.findings import Finding
    from cnnplan.repairs.manuscript import Manuscript

__all__ = ["ROUNDS", "Mended", "mend"]

ROUNDS = 50
"""The most repairs that are made of one spec."""

PROMISES = ("CNN301", "CNN302")
"""The errors of a network that is legal, and not what was promised."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A spec with repairs.

    Args:
        texts: the files that changed, by the names that findings give them.
        before: what they held.
        repairs: what was done, in order.
        left: what is found in the spec as it is now.
        held_back: how many repairs there would be that change what is legal, or what is claimed.
    """

    texts: Mapping[str, str]
    before: Mapping[str, str]
    repairs: tuple[Repair, ...]
    left: tuple[Finding, ...]
    held_back: int = 0


def mend(manuscript: Manuscript, *, unsafe: bool, alone: bool = False) -> Mended:
    """Mend a spec; what has no errors is left alone unless `unsafe`, what it includes where it is mended `alone`."""
    first, good, held = manuscript, (manuscript, 0), 0
    done: list[Repair] = []
    while len(done) < ROUNDS:
        step, held = _step(manuscript, unsafe=unsafe, alone=alone)
        if step is None:
            break
        repair, manuscript = step
        done.append(repair)
        if repair.proof is not Proof.REVEALED or repair.finding.rule.startswith("CNN0"):
            good = (manuscript, len(done))
    manuscript, number = good
    texts = {file: text for file, text in manuscript.texts.items() if text != first.text(file)}
    before = {file: first.text(file) for file in texts}
    return Mended(texts, before, tuple(done[:number]), tuple(manuscript.findings), 0 if unsafe else held)


def _step(manuscript: Manuscript, *, unsafe: bool, alone: bool) -> tuple[tuple[Repair, Manuscript] | None, int]:
    """The best repair of the first finding that has one, and how many are held back before it."""
    held = 0
    findings = manuscript.findings if unsafe else manuscript.errors
    for finding in findings:
        if finding.severity is not Severity.ERROR and not all(each.rule in PROMISES for each in manuscript.errors):
            continue
        some = [pair for pair in found(manuscript, finding) if not alone or _touches(pair[0]) <= {manuscript.file}]
        usable = [pair for pair in some if unsafe or pair[0].safe]
        held += bool(some) and not usable
        if usable and _is_clear(usable):
            return usable[0], held
    return None, held


def _touches(repair: Repair) -> set[str]:
    return {edit.file for edit in repair.edits}


def _is_clear(some: list[tuple[Repair, Manuscript]]) -> bool:
    """Whether the best is better than the next: of two words that both fit nobody knows which was meant."""
    if len(some) == 1 or not some[0][0].finding.rule.startswith("CNN0"):
        return True
    (first, after), (second, other) = some[:2]
    return first.proof != second.proof or _network(after) == _network(other)


def _network(manuscript: Manuscript) -> list[Any] | None:
    """The layers of a spec and what they read."""
    graph = manuscript.graph
    return None if graph is None else [(node.name, node.op, node.inputs) for node in graph.nodes.values()]
