"""Weights that are used more than once: which layer has the weights of which."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cnnplan.ops.base import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.parts import Draft
    from cnnplan.ops import Weight

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
        weights, known = op.weights(*shapes), other.weights(*others)
        if op.verb != other.verb and (weights != known or not weights):
            return f"{there.name} is {other.verb}, {here.name} is {op.verb}{_apart(weights, known)}"
        if weights != known:
            return _other_shapes(weights, known)
    return ""


def _other_shapes(mine: Mapping[str, Weight], theirs: Mapping[str, Weight]) -> str:
    """How the weights of two layers of one operator differ."""
    for name in (name for name in mine if name in theirs and mine[name] != theirs[name]):
        return f"{name} is {show(theirs[name].shape)} there and {show(mine[name].shape)} here"
    alone = next((name for name in mine if name not in theirs), "")
    return f"{alone} is here alone" if alone else f"{next(iter(theirs.keys() - mine.keys()))} is there alone"


def _apart(mine: Mapping[str, Weight], theirs: Mapping[str, Weight]) -> str:
    """How the weights of different operators differ, where both have some that are called alike."""
    for name in (name for name in mine if name in theirs and mine[name] != theirs[name]):
        return f", and {name} is {show(theirs[name].shape)} there and {show(mine[name].shape)} here"
    alone = [name for name in mine if name not in theirs]
    return f", which has no {alone[0]}" if theirs and alone else ""
