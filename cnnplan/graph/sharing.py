"""Weights that are used more than once: which layer has the weights of which."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.parts import Draft

__all__ = ["shared"]

Span = tuple[int, int]


def shared(fragment: Fragment, mine: Span, theirs: Span) -> str:
    """Give the layers of one span the weights of those of another, one by one.

    Returns:
        Why that is impossible, "" where it was done.
    """
    fault = _unlike(_drafts(fragment, mine), _drafts(fragment, theirs))
    if not fault:
        for here, there in zip(range(*mine), range(*theirs), strict=True):
            fragment.owners[here] = fragment.owners.get(there, there)
    return fault


def _drafts(fragment: Fragment, span: Span) -> list[Draft]:
    return list(islice(fragment.drafts(), *span))


def _unlike(mine: Sequence[Draft], theirs: Sequence[Draft]) -> str:
    """Why two lists of layers cannot share weights, "" if they can."""
    if len(mine) != len(theirs):
        return f"it has {len(theirs)} layers, this one {len(mine)}"
    for here, there in zip(mine, theirs, strict=True):
        if here.facts is None or there.facts is None:
            continue
        (op, shapes), (other, others) = (here.facts.op, here.facts.shapes), (there.facts.op, there.facts.shapes)
        if op.verb != other.verb:
            return f"{there.name} is {other.verb}, {here.name} is {op.verb}"
        if op.weights(*shapes) != other.weights(*others):
            return f"the weights of {there.name} have other shapes"
    return ""
