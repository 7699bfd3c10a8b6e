"""A spec before and after: whether a change mends a finding, breaks nothing, and leaves alone what was legal.

What is proved is proved by planning the spec as it would be, with letters, in every structure that it has: the same
judgement that `check` makes of it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.errors import CnnplanError
from cnnplan.plan.nodes import Figures
from cnnplan.repairs.repair import Proof, Repair
from cnnplan.sizes import Condition, combine, eq, evaluate, every, follows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.graph import Graph
    from cnnplan.repairs.ideas import Idea
    from cnnplan.repairs.manuscript import Manuscript

__all__ = ["Cost", "cost", "proved"]

UNDECIDED = ("CNN303", "CNN305")
"""The rules that say that nobody knows."""

UNREAD = ("CNN001", "CNN002", "CNN003", "CNN004")
"""The faults of a text that is not read."""


class Cost(NamedTuple):
    """Parameters and multiply-adds, at the values of the symbols; None where a symbol has no value."""

    params: int | None
    macs: int | None


def proved(before: Manuscript, idea: Idea, finding: Finding) -> tuple[Repair, Manuscript] | None:
    """The repair that an idea is, and the spec with it; None where it mends nothing, or breaks something."""
    try:
        after = before.changed(idea.changes)
        if finding.rule.startswith("CNN1") and not _helps(before, after, finding, neutral=idea.neutral):
            return None
        proof = _proof(before, after, finding)
        if proof is None:
            return None
        conditions = _opened(before, after)
        if conditions is None:
            return None
        safe = not idea.claims and bool(before.errors) and keeps(before, after, neutral=idea.neutral)
        change = _change(before.graph, after.graph)
    except CnnplanError:
        return None
    shown = tuple(map(str, conditions))
    return Repair(finding, idea.title, before.edits(idea.changes), proof, safe, shown, *change), after


def _key(finding: Finding) -> tuple[Any, ...]:
    return (finding.rule, finding.message, finding.layer, finding.place.file)


def _helps(before: Manuscript, after: Manuscript, finding: Finding, *, neutral: bool) -> bool:
    """Whether a finding is gone from the network at the values of the symbols: soon asked, and most ideas fail.

    A layer of three inputs may be mended one by one, with what leaves everything else as it is.
    """
    if after.judged is None:
        return False
    new = after.judged.findings
    if finding.layer and any((each.rule, each.layer) == (finding.rule, finding.layer) for each in new):
        return neutral and not any(_key(each) == _key(finding) for each in new)
    return sum(_key(each) == _key(finding) for each in new) < max(1, Counter(map(_key, before.findings))[_key(finding)])


def _proof(before: Manuscript, after: Manuscript, finding: Finding) -> Proof | None:
    old, new = Counter(map(_key, before.findings)), Counter(map(_key, after.findings))
    if new[_key(finding)] >= old[_key(finding)]:
        return None
    if any(each.rule in UNDECIDED and not old[_key(each)] for each in after.findings):
        return None
    if not after.errors:
        return Proof.LEGAL
    fresh = [each for each in after.errors if not old[_key(each)]]
    if not fresh:
        return Proof.MENDED if len(after.errors) < len(before.errors) else None
    return Proof.REVEALED if _unseen(before, finding, fresh) else None


def _unseen(before: Manuscript, finding: Finding, fresh: list[Finding]) -> bool:
    """Whether errors could not be seen before: behind what was not read, or a layer that was not judged."""
    if before.judged is None or finding.rule.startswith("CNN0"):
        return _later(finding, fresh)
    nodes = before.judged.nodes
    return all(each.layer and (each.layer not in nodes or nodes[each.layer].facts.open) for each in fresh)


def _later(finding: Finding, fresh: list[Finding]) -> bool:
    """Whether what is left is read later: no text that is no YAML, and no value that is none in the same place."""
    if any(each.rule == "CNN013" and each.location and each.location == finding.location for each in fresh):
        return False
    unread = [each for each in fresh if each.rule in UNREAD]
    return not unread or (finding.rule == "CNN001" and all(_line(each) > _line(finding) for each in unread))


def _line(finding: Finding) -> int:
    return finding.location.line if finding.location else 0


def _opened(before: Manuscript, after: Manuscript) -> list[Condition] | None:
    """What must hold now and had not to; None where a layer that was legal asks for more, or is gone."""
    old, new = before.graph, after.graph
    if old is None or new is None:
        return []
    known = _conditions(old)
    opened: list[Condition] = []
    for name, node in new.nodes.items():
        for condition, _, _ in node.facts.open:
            if condition in known or condition in opened or follows(condition, known):
                continue
            if name in old.nodes:
                return None
            opened.append(condition)
    return opened


def _conditions(graph: Graph) -> list[Condition]:
    return list(dict.fromkeys(condition for facts in graph.kinds for condition, _, _ in facts.open))


def keeps(before: Manuscript, after: Manuscript, *, neutral: bool) -> bool:
    """Whether the network stays as it was wherever it was legal: shapes and weights, and what is done with them.

    Args:
        before: the spec as it stands.
        after: the spec as it would be.
        neutral: whether a layer that keeps its shape does what it did.
    """
    old, new = before.graph, after.graph
    if old is None or new is None or before.spec is None:
        return True
    if before.spec.faults or old.findings or not _is_somewhere_legal(before):
        return True
    if not neutral:
        return False
    legal = _conditions(old)
    return all(
        name in new.nodes and follows(every(_same(node.shape, new.nodes[name].shape)), legal)
        for name, node in old.nodes.items()
    )


def _is_somewhere_legal(manuscript: Manuscript) -> bool:
    """Whether all layers are legal at the values of the symbols: a network that is not legal there is not in use."""
    graph = manuscript.graph
    assert graph is not None  # noqa: S101 - asked before
    whole = every(_conditions(graph))
    if whole.verdict is not None:
        return bool(whole.verdict)
    return not whole.symbols <= graph.values.keys() or whole.holds(graph.values)


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> Iterator[Condition]:
    """The conditions that shapes of two plans are equal."""
    for a, b in zip(one, other, strict=True):
        if str(a) != str(b):
            yield _condition(eq(a, b))


def _condition(found: Any) -> Condition:
    return found  # type: ignore[no-any-return]


def _change(before: Graph | None, after: Graph | None) -> Cost:
    """What comes or goes in the layers that both have."""
    if before is None or after is None:
        return Cost(None, None)
    shared = before.nodes.keys() & after.nodes.keys()
    old, new = cost(before, shared), cost(after, shared)
    pairs = zip(new, old, strict=True)
    return Cost(*(None if a is None or b is None else a - b for a, b in pairs))


def cost(graph: Graph, names: Any = None) -> Cost:
    """Parameters and multiply-adds of these layers, of all where none are named."""
    nodes = [node for name, node in graph.nodes.items() if names is None or name in names]
    figures = {node.facts: Figures.of(node.facts) for node in nodes}
    params = combine((figures[node.facts].params, 1) for node in nodes if node.owner == node.name)
    macs = combine((figures[node.facts].cost.macs, 1) for node in nodes)
    return Cost(_number(params, graph), _number(macs, graph))


def _number(value: Any, graph: Graph) -> int | None:
    try:
        return int(evaluate(value, graph.values))
    except (KeyError, CnnplanError):
        return None
