"""A layer as it is compared: texts and numbers that mean the same in two plans with letters of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.ops.base import show
from cnnplan.sizes import Count
from cnnplan.spec.arithmetic import show as literal

if TYPE_CHECKING:
    from cnnplan.plan import NodePlan, Plan

__all__ = ["Layer", "layers"]


class Layer(NamedTuple):
    """What is compared of a layer.

    Args:
        name: its full name.
        op: its verb.
        arguments: those of its operator, as texts.
        source: the shapes of what it reads, as formulas.
        shape: the shape of its output, as a formula.
        sizes: the same at the values of the symbols.
        params, macs: at the values of the symbols, None where one has none.
        dtype: what it is told to store weights and activations in, "" where it is told nothing.
        reads: the names of what it reads.
        origin: what it is called in the file that it comes from, "" where it was designed.
    """

    name: str
    op: str
    arguments: tuple[tuple[str, str], ...]
    source: tuple[str, ...]
    shape: str
    sizes: str
    params: int | None
    macs: int | None
    dtype: str = ""
    reads: tuple[str, ...] = ()
    origin: str = ""

    @property
    def form(self) -> tuple[Any, ...]:
        """What it does, whatever it is called."""
        return self[1:6]

    def differences(self, other: Layer) -> dict[str, tuple[Any, Any]]:
        """What is different of another, besides the name and what it reads."""
        mine, others = dict(self.arguments), dict(other.arguments)
        names = dict.fromkeys((*mine, *others)) if self.op == other.op else {}
        found = {name: (mine.get(name), others.get(name)) for name in names}
        found |= {
            name: (getattr(self, name), getattr(other, name)) for name in ("op", "shape", "params", "macs", "dtype")
        }
        return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def layers(plan: Plan, *, arranged: bool = False) -> list[Layer]:
    """The layers of a plan, in the order in which they are written.

    Args:
        plan: the network.
        arranged: whether shapes have their axes as the file has them; two worlds are compared as operators have them.
    """
    last = plan.spec.channels_last if arranged else frozenset()
    memo: dict[Any, Any] = {}
    return [_layer(plan, node, memo, last=node.name in last) for node in plan]


def _layer(plan: Plan, node: NodePlan, memo: dict[Any, Any], *, last: bool) -> Layer:
    """A layer; what is alike is worked out once."""
    key = id(node.figures), last
    if key not in memo:
        memo[key] = _figures(plan, node, last=last)
    arguments, source, shape, sizes = memo[key]
    params, macs = (_number(plan, extent) for extent in (node.params, node.macs))
    dtype = "" if node.storage is None else str(node.storage)
    return Layer(
        node.name, node.op.verb, arguments, source, shape, sizes, params, macs, dtype, node.inputs, node.origin
    )


def _figures(plan: Plan, node: NodePlan, *, last: bool) -> tuple[Any, ...]:
    fields = type(node.op).model_fields
    arguments = tuple((name, _written(getattr(node.op, name))) for name in fields)
    source = tuple(map(show, node.node.facts.shapes))
    shape = plan.spec.arranged(node.name, node.shape) if last else node.shape
    sizes = tuple(_number(plan, extent) for extent in shape)
    return arguments, source, show(shape), "" if None in sizes else show(sizes)


def _written(value: Any) -> str:
    """An argument as a spec writes it."""
    return value if isinstance(value, str) else literal(value)


def _number(plan: Plan, extent: Any) -> Any:
    if not isinstance(extent, Count):
        return extent
    return extent.at(plan.values) if extent.symbols <= plan.values.keys() else None
