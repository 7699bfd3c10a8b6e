"""A layer, block or group as expressions see it: `layer4.params`, `stem.receptive_field[0]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes import combine
from cnnplan.spec import EvaluationError, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnplan.plan.nodes import NodePlan
    from cnnplan.plan.plans import Plan

__all__ = ["FIELDS", "Named", "named"]

FIELDS = ("shape", "params", "buffers", "macs", "flops", "receptive_field", "weight_bytes")
"""What is known of a layer."""

LATE = frozenset({"weight_bytes"})
"""What came when blocks may have had a layer of that name, which goes first."""


def named(plan: Plan) -> dict[str, None]:
    """The names that layers, blocks and groups have at the top."""
    return dict.fromkeys(name.partition(".")[0] for name in plan.nodes)


class Named(Record):
    """What is known of a layer, block or group, and what is inside.

    Args:
        label: its name.
        plan: the network.
        at: what a formula is in the expression: itself, or with numbers in it.
    """

    __slots__ = ("_at", "_plan")

    def __init__(self, label: str, plan: Plan, at: Callable[[Any], Any]) -> None:
        super().__init__(label, {})
        self._plan = plan
        self._at = at

    def __getitem__(self, field: str) -> Any:
        if field == "shape":
            return tuple(map(self._at, self._plan[self.label].shape))
        if field == "receptive_field":
            return self._field()
        if field in LATE and not self._inside(f"{self.label}.{field}"):
            return self._at(combine((node.memory.weights, 1) for node in self._inside(self.label)))
        if field in FIELDS and field not in LATE:
            return self._at(combine((getattr(node, field), 1) for node in self._inside(self.label)))
        return Named(f"{self.label}.{field}", self._plan, self._at)

    def __contains__(self, field: object) -> bool:
        return field in FIELDS or bool(self._inside(f"{self.label}.{field}"))

    def __iter__(self) -> Iterator[str]:
        return iter(FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)

    def _inside(self, name: str) -> list[NodePlan]:
        return self._plan.inside(name)

    def _field(self) -> Any:
        """The receptive field of the end, per axis; what looks at everything looks at the whole axis."""
        for source, field in self._plan[self.label].receptive_fields.items():
            whole = self._plan.inputs[source][2:]
            sizes = zip(field.size, whole, strict=True)
            return tuple(self._at(extent if size is None else size) for size, extent in sizes)
        raise EvaluationError(f"{self.label} depends on no input: it has no receptive field")
