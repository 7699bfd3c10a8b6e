"""Conditions on sizes as the language writes them, and on which side of one a network is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.sizes.deciding.conditions import All, Membership, Negation

if TYPE_CHECKING:
    from cnnplan.sizes import Condition
    from cnnplan.sizes.deciding.sets import IntegerSet

__all__ = ["usual", "written"]

SIZE, STEP = 224, 32
"""What an extent is taken for where the structure depends on it, and how much more the next is, so that none agree."""

MOST: Final = 64
"""The most remainders or runs that are written out."""


def usual(condition: Condition) -> bool:
    """Whether it holds where all extents are large and no two are alike: what a branch is chosen by."""
    return condition.holds({name: SIZE + STEP * place for place, name in enumerate(sorted(condition.symbols))})


def written(condition: Condition) -> str:
    """A comparison, or several, that the language reads.

    Raises:
        ValueError: it would be too long.
    """
    if isinstance(condition, All):
        return " and ".join(f"({written(part)})" for part in condition.parts)
    if isinstance(condition, Negation):
        return f"not ({written(condition.condition)})"
    return _members(condition.symbol, condition.members) if isinstance(condition, Membership) else str(condition)


def _members(symbol: str, members: IntegerSet) -> str:
    """A symbol's values, or those that it must not have where these are fewer."""
    others = members.complement()
    if len(others.residues) + len(others.runs) < len(members.residues) + len(members.runs):
        return f"not ({_one_of(symbol, others)})"
    return _one_of(symbol, members)


def _one_of(symbol: str, members: IntegerSet) -> str:
    if len(members.residues) + len(members.runs) > MOST:
        raise ValueError(f"a structure that depends on {symbol} in more than {MOST} ways")
    parts = [f"{symbol} == {a}" if a == b else f"({symbol} >= {a} and {symbol} <= {b})" for a, b in members.runs]
    far = f"{symbol} >= {members.start}"
    if members.residues and members.modulus == 1:
        parts.append(far)
    elif members.residues:
        rest = " or ".join(f"{symbol} % {members.modulus} == {rest}" for rest in sorted(members.residues))
        parts.append(f"({rest})" if members.start <= members.base else f"({far} and ({rest}))")
    return " or ".join(parts)
