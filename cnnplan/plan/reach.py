"""The weights that a network declares, and those of them that its outputs depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.plan.nodes import Figures
from cnnplan.sizes import combine

if TYPE_CHECKING:
    from cnnplan.plan.plans import Plan
    from cnnplan.sizes import Extent

__all__ = ["declared", "reached"]


def declared(plan: Plan) -> Extent:
    """Trainable weights of all layers that are written, whether an output depends on them or not."""
    spare = ((Figures.of(facts).params, times) for facts, times in plan.graph.spare.items())
    return plan.number(combine([(plan.params, 1), *spare, (plan.spec.unread, 1)]))  # type: ignore[no-any-return]


def reached(plan: Plan) -> Extent:
    """Trainable weights that a gradient reaches from an output; of what has errors, all that there are."""
    nodes = plan.graph.nodes
    if plan.graph.findings:
        return plan.params
    seen: set[str] = set()
    pending = [name for name in plan.graph.outputs if name in nodes]
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            read = enumerate(nodes[name].inputs)
            pending += [each for place, each in read if each in nodes and not nodes[name].facts.op.measures(place)]
    if len(seen) == len(nodes):
        return plan.params
    owners = {nodes[name].owner for name in seen}
    return combine((plan.nodes[name].figures.params, 1) for name in owners)  # type: ignore[no-any-return]
