"""What a spec claims and its layers refute: told once for the network, not once for every layer that asks for more.

A spec that declares `H: {min: 1}` claims to be legal for every H. Behind four convolutions that need H >= 3, 7, 15 and
31 stands one sentence: the network needs H >= 31.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Membership, every

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.findings import Place
    from cnnplan.graph.parts import Fault, Open
    from cnnplan.sizes import Condition

    Found = tuple[str, Fault, tuple[Place, ...]]

__all__ = ["told"]

JOIN = "CNN103"
"""The rule of inputs that must be of one size."""


def told(faults: Iterable[Found]) -> list[Found]:
    """The errors, those of claims that fail with what the whole network needs in the place of what each layer needs."""
    groups: dict[Any, list[Found]] = {}
    for number, found in enumerate(faults):
        open_ = found[1].open
        groups.setdefault(number if open_ is None else _question(open_), []).append(found)
    return [_told(group) for group in groups.values()]


def _question(open_: Open) -> Any:
    """What is asked: layers that ask the same have one answer."""
    condition = open_.condition
    if _is_bound(condition):
        return ("bound", condition.symbols)
    return JOIN if open_.requirement.rule == JOIN else condition


def _is_bound(condition: Condition) -> bool:
    return isinstance(condition, Membership) and condition.members.is_bound


def _told(group: list[Found]) -> Found:
    """The first of several that ask the same; of bounds the one that asks for most."""
    open_ = group[0][1].open
    if open_ is None:
        return group[0]
    needs = every(found[1].open.condition for found in group if found[1].open)
    same = [found for found in group if found[1].open and found[1].open.condition == needs]
    prefix, fault, callers = same[0] if same and _is_bound(needs) else group[0]
    message = f"{fault.message}: needs {needs}, and {open_.witness} is declared legal"
    more = len({(prefix, found.layer) for prefix, found, _ in group}) - 1 if open_.requirement.rule == JOIN else 0
    behind = f" (with {more} more join{'s' if more > 1 else ''} behind it)" if more else ""
    return prefix, replace(fault, message=message + behind), callers
