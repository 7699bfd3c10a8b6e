"""Two plans, layer by layer: what was added, taken out, renamed or changed, and what that does to the totals.

Layers are matched by what they do, in order, not by their names alone: a layer that is inserted renumbers those behind
it, and they are the same layers all the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnplan.comparison.alignment import align
from cnnplan.comparison.folding import folded
from cnnplan.comparison.layers import Layer, layers
from cnnplan.comparison.meeting import met
from cnnplan.comparison.pairs import Pair
from cnnplan.sizes import Count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.plan import Plan

__all__ = ["AMOUNTS", "Change", "Comparison", "Layer", "Pair", "diff"]

AMOUNTS: dict[str, Callable[[Plan], Any]] = {
    "params": lambda plan: plan.params,
    "buffers": lambda plan: plan.buffers,
    "macs": lambda plan: plan.macs,
    "flops": lambda plan: plan.flops,
    "memory": lambda plan: plan.memory.inference,
}
"""The totals that are compared; memory is that of inference, in bytes."""


@dataclass(frozen=True, slots=True)
class Change:
    """A total before and after; None where a symbol in it has no value."""

    before: int | None
    after: int | None

    @property
    def difference(self) -> int | None:
        """By how much it grew."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def share(self) -> Fraction | None:
        """By which part of itself it grew; None where it was nothing, or is not known."""
        return Fraction(self.difference, self.before) if self.before and self.difference is not None else None


@dataclass(frozen=True)
class Comparison:
    """What lies between two plans.

    Args:
        before, after: the plans.
        names: what the two are called.
        pairs: the layers of both, in order.
    """

    before: Plan
    after: Plan
    names: tuple[str, str]
    pairs: tuple[Pair, ...]

    def _repr_markdown_(self) -> str:
        text: str = import_module("cnnplan.report.comparison.markdown").render([self])
        return text

    @cached_property
    def totals(self) -> dict[str, Change]:
        """The amounts at the values of the symbols."""
        plans = self.before, self.after
        return {name: Change(*(number(read(plan), plan.values) for plan in plans)) for name, read in AMOUNTS.items()}

    @property
    def conditions(self) -> tuple[list[str], list[str]]:
        """For which sizes the network is legal: what is no longer asked, and what is asked now."""
        before, after = ([*map(str, plan.conditions)] for plan in (self.before, self.after))
        return [each for each in before if each not in after], [each for each in after if each not in before]

    @property
    def outputs(self) -> tuple[list[str], list[str]]:
        """The shapes of the outputs."""
        return _shapes(self.before), _shapes(self.after)

    @property
    def dtypes(self) -> tuple[str, str]:
        """What all layers are stored in that are told nothing else."""
        return self.before.spec.dtype, self.after.spec.dtype

    @cached_property
    def changed(self) -> tuple[Pair, ...]:
        """The layers that are not what they were."""
        return tuple(pair for pair in self.pairs if pair.kind != "same")

    @property
    def operators(self) -> dict[str, tuple[int, int]]:
        """How many layers of each operator there were and are, of those of which the number is another."""
        before, after = (Counter(node.op.verb for node in plan) for plan in (self.before, self.after))
        verbs = dict.fromkeys((*before, *after))
        return {verb: (before[verb], after[verb]) for verb in verbs if before[verb] != after[verb]}

    def count(self, kind: str) -> int:
        """How many layers were added, removed, changed, renamed, or have a batch norm of the other side in them."""
        return sum(pair.kind == kind for pair in self.pairs)

    @property
    def same(self) -> bool:
        """Whether nothing is different."""
        pairs = (self.conditions, self.outputs, self.dtypes)
        return not self.changed and not any(self.conditions) and all(before == after for before, after in pairs)


def diff(before: Plan, after: Plan, names: tuple[str, str] = ("", "")) -> Comparison:
    """Compare two plans.

    Args:
        before: the plan as it was.
        after: the plan as it is.
        names: what they are called; left out: the files of their specs, or of one spec the values that differ.

    Raises:
        SpecError, UsageError: one of them is not legal at the sizes of the other.
    """
    before, after = met(before, after)
    arranged = bool(before.spec.channels_last and after.spec.channels_last)
    matched = align(layers(before, arranged=arranged), layers(after, arranged=arranged))
    pairs = folded([Pair(left, right) for left, right in matched])
    files = _called(before, after), _called(after, before)
    called = names[0] or files[0], names[1] or files[1]
    return Comparison(before, after, called, tuple(pairs))


def _called(plan: Plan, other: Plan) -> str:
    """The file of a plan's spec; beside another plan of the same spec, its name and what differs."""
    if plan.spec.file != other.spec.file:
        return plan.spec.file
    differ = [f"{name}={value}" for name, value in plan.values.items() if other.values.get(name) != value]
    return f"{plan.name} ({', '.join(differ)})" if differ else plan.spec.file


def number(extent: Any, values: Mapping[str, Any]) -> int | None:
    """An extent at these values, None where a symbol has none."""
    if not isinstance(extent, Count):
        return int(extent)
    return int(extent.at(values)) if extent.symbols <= values.keys() else None


def _shapes(plan: Plan) -> list[str]:
    return [f"({', '.join(map(str, shape))})" for shape in plan.outputs.values()]
