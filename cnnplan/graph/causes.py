"""Why a network is legal for some sizes only: the layers behind each condition, and the ways out.

A condition is what all layers together ask for. Behind it stand the layers without which it would ask for less; a
layer that only repeats what others ask for is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnplan.graph.witnesses import Trials, pinned
from cnnplan.sizes import TRUE, Membership, every, follows
from cnnplan.sizes.deciding.conditions import All

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnnplan.graph import Graph
    from cnnplan.ops import Requirement
    from cnnplan.sizes import Condition, IntegerSet

__all__ = ["Cause", "causes"]

JOIN = "CNN103"
"""The rule of inputs that must be of one size."""

SPATIAL = 2
"""The first axis along which something is rounded."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One layer that asks for something.

    Args:
        layer: its name, the first one's where several layers are alike.
        alike: how many layers ask for the same.
        condition: what it asks for.
        reason: what happens there, "2*floor(H/16) meets floor(H/8)".
        way_out: what the designer can do about it.
        fails: values at which it does not hold, where the condition does not say it by itself.
    """

    layer: str
    alike: int
    condition: Condition
    reason: str
    way_out: str
    fails: str = ""

    def __str__(self) -> str:
        """`concat7: 2*floor(H/16) meets floor(H/8): needs H % 16 < 8; use ceil_mode, ...`."""
        asks = f"fails at {self.fails}" if self.fails else f"needs {self.condition}"
        return f"{self.layer}: {self.reason}: {asks}{f'; {self.way_out}' if self.way_out else ''}"


def causes(graph: Graph) -> tuple[Cause, ...]:
    """The layers that ask for something, in written order; none whose condition follows from the others."""
    found: dict[Condition, tuple[str, Requirement]] = {}
    alike: dict[Condition, int] = {}
    for name, node in graph.nodes.items():
        for condition, requirement, _ in node.facts.open:
            found.setdefault(condition, (name, requirement))
            alike[condition] = alike.get(condition, 0) + 1
    needed = _needed(found)
    domains = {name: symbol.domain() for name, symbol in graph.spec.symbols.items() if symbol.numeric}
    trials = Trials(domains, graph.values)
    return tuple(
        Cause(name, alike[condition], condition, *_told(condition, requirement, trials))
        for condition, (name, requirement) in found.items()
        if condition in needed
    )


def _needed(found: Mapping[Condition, tuple[str, Requirement]]) -> set[Condition]:
    """The conditions that are left when those that follow from the rest are taken away, bounds before joins."""
    members = [condition for condition in found if isinstance(condition, Membership)]
    needed = {c for c in found if not isinstance(c, Membership) and not follows(c, members)}
    inside = every(part for c in needed if isinstance(c, All) for part in c.parts if isinstance(part, Membership))
    asked = {part.symbol: part for part in getattr(inside, "parts", (inside,)) if isinstance(part, Membership)}
    alike: dict[str, list[Membership]] = {}
    for condition in sorted(found, key=lambda condition: found[condition][1].rule == JOIN):
        if isinstance(condition, Membership):
            alike.setdefault(condition.symbol, []).append(condition)
    return needed.union(*(_irredundant(conditions, asked.get(name, TRUE)) for name, conditions in alike.items()))


def _irredundant(conditions: Sequence[Membership], asked: Condition) -> Iterator[Condition]:
    """Of conditions on one symbol those that are left when each that follows from the others is taken away in turn.

    Args:
        conditions: of layers.
        asked: what else is asked of the symbol, by layers that ask of several at once.
    """
    later: list[Condition] = [asked]
    for condition in reversed(conditions[1:]):
        later.append(every((condition, later[-1])))
    kept: Condition = TRUE
    for condition, rest in zip(conditions, reversed(later), strict=True):
        if not _implied(condition, every((kept, rest))):
            kept = every((kept, condition))
            yield condition


def _implied(condition: Membership, rest: Condition) -> bool:
    """Whether what others ask for is as much."""
    return isinstance(rest, Membership) and rest.members.intersection(condition.members) == rest.members


def _told(condition: Condition, requirement: Requirement, trials: Trials) -> tuple[str, str, str]:
    """The reason, the way out, and where it fails."""
    joins = requirement.rule == JOIN and "left" in requirement.values
    template = "{left} meets {right}" if joins else requirement.message
    reason, hint = (text.format(**requirement.values) for text in (template, requirement.hint))
    if isinstance(condition, Membership):
        rounded = joins and requirement.values.get("dim", SPATIAL) >= SPATIAL
        return reason, _padding(condition.symbol, condition.members) if rounded else hint, ""
    at = trials.failure(condition) if joins else None
    return reason, hint, pinned(at) if at else ""


def _padding(symbol: str, members: IntegerSet) -> str:
    """The ways out of a join whose inputs differ by rounding."""
    if not members.residues:
        return "give the paths the same strides: beyond these sizes no padding helps"
    step = (
        next(n for n in range(1, members.modulus + 1) if members.modulus % n == 0 and _all_multiples(n, members))
        if 0 in members.residues
        else 0
    )
    pad = f"a multiple of {step}" if step else f"{symbol} % {members.modulus} == {min(members.residues)}"
    return f"use ceil_mode, output_padding, or pad {symbol} to {pad}"


def _all_multiples(step: int, members: IntegerSet) -> bool:
    return all(n in members.residues for n in range(0, members.modulus, step))
