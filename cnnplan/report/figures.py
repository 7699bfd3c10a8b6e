"""The figures of a report, the same in every format.

A formula is always there; a number is there where every symbol in its formula has a value, and None elsewhere.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cnnplan.dtypes import Storage
    from cnnplan.plan import NodePlan, Plan
    from cnnplan.report import Report
    from cnnplan.sizes import Extent, Shape

__all__ = ["Bytes", "Counted", "Figures", "Numbers", "Row", "add", "formula", "number"]


def number(extent: Extent, values: Mapping[str, Any], memo: dict[Any, Any] | None = None) -> int | None:
    """What an extent is at these values; None if it needs a symbol that has none.

    Args:
        extent: a number or a formula.
        values: of the symbols.
        memo: what was computed before at the same values.
    """
    if isinstance(extent, int):
        return extent
    return cast("int", extent.at(values, memo)) if extent.symbols <= values.keys() else None


def formula(shape: Shape) -> list[str]:
    """The extents of a shape as texts."""
    return [str(extent) for extent in shape]


def add(numbers: Iterable[int | None]) -> int | None:
    """The sum; None if a term is not known."""
    total = 0
    for term in numbers:
        if term is None:
            return None
        total += term
    return total


class Numbers(NamedTuple):
    """What is counted of a layer or of a network."""

    params: int | None
    buffers: int | None
    macs: int | None
    flops: int | None
    connections: int | None = None
    dense: int | None = None

    @classmethod
    def of(cls, counted: NodePlan | Plan, known: Callable[[Extent], int | None]) -> Numbers:
        """The counts of a plan or of one of its nodes, as far as they are known."""
        return cls(*(known(getattr(counted, field)) for field in cls._fields))


class Bytes(NamedTuple):
    """What a layer or a network takes: its weights, its outputs, and all that is alive at once."""

    weight_bytes: int | None = None
    activation_bytes: int | None = None
    live_bytes: int | None = None


class Counted(NamedTuple):
    """The total of another tool: which tool, its total, and the terms it is made of."""

    name: str
    version: str
    unit: str
    total: int | None
    terms: dict[str, int | None]


class Row(NamedTuple):
    """One layer of a report."""

    name: str
    op: str
    inputs: tuple[str, ...]
    formula: list[str]
    shape: list[int | None]
    numbers: Numbers
    line: int
    memory: Bytes = Bytes()
    fields: Mapping[str, Mapping[str, list[Any]]] = MappingProxyType({})
    origin: str = ""
    storage: Storage | None = None


class Figures:
    """Everything that is shown of a report, in the order in which it is shown."""

    def __init__(self, report: Report) -> None:
        self.plan = report.plan
        self._tool = report.convention
        self.at = {name: _plain(value) for name, value in self.plan.values.items()}
        self._memo: dict[Any, Any] = {}

    def number(self, extent: Extent) -> int | None:
        """What an extent is at the values; None if it needs a symbol that has none."""
        return number(extent, self.plan.values, self._memo)

    @cached_property
    def rows(self) -> list[Row]:
        """The layers in written order."""
        return [self._row(node) for node in self.plan.nodes.values()]

    @cached_property
    def totals(self) -> Numbers:
        """The counts of the whole network; weights that are shared count once."""
        return Numbers.of(self.plan, self.number)

    @cached_property
    def memory(self) -> Bytes:
        """The same of the network; what is alive at once is its peak."""
        memory = self.plan.memory
        return Bytes(*map(self.number, (memory.weights, memory.activations, memory.peak)))

    @cached_property
    def counted(self) -> Counted | None:
        """What the tool of the report counts; None where none was asked for."""
        if not self._tool:
            return None
        counting = self.plan.counted(self._tool)
        known = {name: self.number(amount) for name, amount in counting.terms.items()}
        tool = counting.tool
        return Counted(tool.name, tool.version, tool.unit, self.number(counting.total), known)

    @property
    def conditions(self) -> list[str]:
        """What the symbols must satisfy: to be legal, and to have the structure that is shown."""
        structure = (f"structure: {decision}" for decision in self.plan.structure)
        return [*map(str, self.plan.conditions), *structure]

    @property
    def unbound(self) -> list[str]:
        """The symbols without a value, in the order of the spec."""
        return [name for name in self.plan.spec.symbols if name not in self.at]

    def shape(self, shape: Shape) -> list[int | None]:
        """The extents at the values."""
        return [*map(self.number, shape)]

    def arranged(self, name: str, shape: Shape) -> Shape:
        """The shape of what a layer or input gives, its axes in the order in which its own world writes them."""
        return self.plan.spec.arranged(name, shape)

    def _row(self, node: NodePlan) -> Row:
        line = self.plan.spec.locate(node.place).line
        numbers = Numbers.of(node, self.number)
        arranged = self.arranged(node.name, node.shape)
        shape = (formula(arranged), self.shape(arranged))
        memory = Bytes(*map(self.number, node.memory))
        fields, told = self._fields(node), (node.origin, node.storage)
        return Row(node.name, node.op.verb, node.inputs, *shape, numbers, line, memory, fields, *told)

    def _fields(self, node: NodePlan) -> dict[str, dict[str, list[Any]]]:
        """The receptive field on each input that the layer depends on; None is a whole axis, or not known."""
        return {
            source: {name: [self._known(n) for n in axes] for name, axes in field._asdict().items()}
            for source, field in node.receptive_fields.items()
            if field.size
        }

    def _known(self, value: Any) -> Any:
        """A number, or None."""
        found = value if value is None or isinstance(value, Fraction) else self.number(value)
        return None if found is None else _plain(found)


def _plain(value: Any) -> Any:
    """The value of a symbol as JSON has it: a choice by its name, a fraction as a decimal."""
    if isinstance(value, tuple):
        return [*map(_plain, value)]
    if isinstance(value, Fraction):
        return float(value)
    return value if isinstance(value, int) else str(value)
