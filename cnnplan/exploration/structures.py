"""One plan for each structure of a design space: choices of blocks, depths and modes are planned, the rest is computed.

A plan answers only where the decisions hold on which its structure rests. A box of the space is therefore cut into
smaller ones, each with its plan; a formula is never used outside of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.graph import build
from cnnplan.plan import Plan
from cnnplan.sizes import chosen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from cnnplan.exploration.space import Box
    from cnnplan.sizes import Condition
    from cnnplan.spec import Spec

__all__ = ["Structures"]


class Structures:
    """The plans of a spec, made as they are needed.

    Args:
        spec: the network.
        apart: symbols of whose values each has a plan of its own, even where the structure does not depend on it.
    """

    def __init__(self, spec: Spec, apart: Iterable[str] = ()) -> None:
        self.spec = spec
        self.apart = tuple(apart)
        self.plans: list[Plan] = []

    def decisions(self, plan: Plan) -> tuple[Condition, ...]:
        """Where a plan answers."""
        return (*plan.structure, *(chosen(name, plan.values[name]) for name in self.apart))

    def plan(self, values: dict[str, Any]) -> Plan:
        """The plan that answers at these values; with findings where no size is legal."""
        for plan in self.plans:
            if all(condition.holds(values) for condition in self.decisions(plan)):
                return plan
        previous = self.plans[-1].graph if self.plans else None
        plan = Plan(build(self.spec, values, lenient=True, previous=previous))
        self.plans.append(plan)
        return plan

    def boxes(self, box: Box) -> Iterator[tuple[Plan, Box]]:
        """A box in pieces, each with the plan that answers everywhere in it."""
        todo = [box]
        while todo:
            here = todo.pop()
            plan = self.plan(here.point())
            parts = self._split(plan, here)
            if parts is not None:
                todo.extend(reversed(parts))
                continue
            for dim, kept in self._kept(plan, here).items():
                if len(kept) < len(here.indexes[dim]):
                    others = set(kept)
                    todo.append(here.restricted(dim, [i for i in here.indexes[dim] if i not in others]))
                    here = here.restricted(dim, kept)
            yield plan, here

    def _split(self, plan: Plan, box: Box) -> list[Box] | None:
        """The box value by value of one dimension, where a decision ties several dimensions."""
        for condition in self.decisions(plan):
            wide = [dim for dim in _dims(condition, box) if len(box.indexes[dim]) > 1]
            if len(wide) > 1:
                dim = min(wide, key=lambda dim: len(box.indexes[dim]))
                return [box.restricted(dim, [index]) for index in box.indexes[dim]]
        return None

    def _kept(self, plan: Plan, box: Box) -> dict[int, Sequence[int]]:
        """For each dimension that a decision rests on, the values at which it is taken."""
        kept: dict[int, Sequence[int]] = {}
        point = box.point()
        for condition in self.decisions(plan):
            dims = _dims(condition, box)
            dim = max(dims, key=lambda dim: len(box.indexes[dim]))
            names = [name for name in condition.symbols if box.space.axes[name].dim == dim]
            axes = {name: box.space.axes[name].values for name in names}
            kept[dim] = [
                index
                for index in kept.get(dim, box.indexes[dim])
                if condition.holds({**point, **{name: values[index] for name, values in axes.items()}})
            ]
        return kept


def _dims(condition: Condition, box: Box) -> list[int]:
    return sorted({box.space.axes[name].dim for name in condition.symbols})
