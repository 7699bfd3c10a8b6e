"""Which layer of one network is which of another.

What is alike at both ends is matched first. What lies between is aligned as texts are: the cheapest way to turn one
sequence into the other, where two layers are the cheaper to match the more they have in common. Networks too long for
that are first cut where both have the same layers.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.comparison.layers import Layer

__all__ = ["align"]

MOST_CELLS = 400_000
"""Pairs of layers that are weighed against each other."""

Match = tuple["Layer | None", "Layer | None"]


def align(before: Sequence[Layer], after: Sequence[Layer]) -> list[Match]:
    """The layers of both in order, matched or alone."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    left, right = before[head : len(before) - tail], after[head : len(after) - tail]
    ends = list(zip(before[len(before) - tail :], after[len(after) - tail :], strict=True))
    return [*zip(before[:head], after[:head], strict=True), *_between(left, right), *ends]


def _common(before: Sequence[Layer], after: Sequence[Layer]) -> int:
    """How many layers are alike from the start."""
    count = 0
    for left, right in zip(before, after, strict=False):
        if left.form != right.form:
            break
        count += 1
    return count


def _between(before: Sequence[Layer], after: Sequence[Layer]) -> Iterator[Match]:
    if len(before) * len(after) <= MOST_CELLS:
        yield from _cheapest(before, after)
        return
    matcher = SequenceMatcher(None, [_token(each) for each in before], [_token(each) for each in after], autojunk=True)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(before[i:j], after[k:m], strict=True)
        elif (j - i) * (m - k) <= MOST_CELLS:
            yield from _cheapest(before[i:j], after[k:m])
        else:
            yield from ((each, None) for each in before[i:j])
            yield from ((None, each) for each in after[k:m])


def _token(layer: Layer) -> tuple[object, ...]:
    return (layer.name, *layer.form)


def _cheapest(before: Sequence[Layer], after: Sequence[Layer]) -> list[Match]:
    """The alignment with the greatest likeness in all."""
    columns = len(after) + 1
    best = [0.0] * columns
    steps: list[bytearray] = []
    memo: dict[tuple[object, object], float] = {}
    for left in before:
        above, best, step = best, [0.0] * columns, bytearray(columns)
        for j, right in enumerate(after, 1):
            matched = above[j - 1] + _likeness(left, right, memo)
            best[j], step[j] = max((matched, 2), (above[j], 1), (best[j - 1], 0))
        steps.append(step)
    return _traced(before, after, steps)


def _traced(before: Sequence[Layer], after: Sequence[Layer], steps: list[bytearray]) -> list[Match]:
    """The alignment that the steps lead through, from the end."""
    i, j = len(before), len(after)
    found: list[Match] = []
    while i or j:
        step = steps[i - 1][j] if i and j else 1 if i else 0
        i, j = i - (step > 0), j - (step != 1)
        found.append((before[i] if step > 0 else None, after[j] if step != 1 else None))
    return found[::-1]


UNLIKE = -1.0
"""Layers with so little in common that one is rather taken out and the other put in."""


def _likeness(left: Layer, right: Layer, memo: dict[tuple[object, object], float]) -> float:
    """How much two layers have in common, names last."""
    key = (left.form, right.form)
    known = memo.get(key)
    if known is None:
        known = memo[key] = _alike(left, right)
    if known == UNLIKE:
        return known
    same_end = left.name.rpartition(".")[2] == right.name.rpartition(".")[2]
    return known + (0.5 if left.name == right.name else 0.2 if same_end else 0.0)


def _alike(left: Layer, right: Layer) -> float:
    if left.op != right.op:
        swapped = left.source == right.source and left.shape == right.shape and left.params == right.params
        return 0.5 if swapped else UNLIKE
    arguments = dict(right.arguments)
    shared = sum(arguments.get(name) == value for name, value in left.arguments)
    share = shared / len(left.arguments) if left.arguments else 1.0
    return 1.0 + share + (left.shape == right.shape) + (left.source == right.source)
