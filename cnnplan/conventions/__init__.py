"""The numbers of other tools: from our MACs to theirs, term by term.

What is 4.1 GFLOPs in one place is 8.2 in another, and neither is wrong: tools differ in whether a multiply-add is one
or two, and in what they see besides. A convention is one tool's rules, in a file of its own. It presumes that a network
is written in PyTorch with the modules that its operators are named after; sums and products as operators.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnplan.conventions.base import Convention, Layer
from cnnplan.errors import UsageError
from cnnplan.sizes import combine, evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.graph import Facts, Graph
    from cnnplan.sizes import Extent

__all__ = ["CONVENTIONS", "MACS", "Convention", "Counting", "convention"]

CONVENTIONS: dict[str, str] = {
    "torch": "cnnplan.conventions.torch_",
    "fvcore": "cnnplan.conventions.fvcore",
    "thop": "cnnplan.conventions.thop",
    "ptflops": "cnnplan.conventions.ptflops",
    "torchinfo": "cnnplan.conventions.torchinfo",
    "calflops": "cnnplan.conventions.calflops",
    "pycls": "cnnplan.conventions.pycls",
    "ultralytics": "cnnplan.conventions.ultralytics",
}
"""The tools, and the modules that know how they count."""

MACS = "MACs"
"""The first term: our own number."""


def convention(name: str) -> Convention:
    """The convention of a tool.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in CONVENTIONS:
        raise UsageError(f"no convention {name}: choose one of {', '.join(CONVENTIONS)}")
    found: Convention = import_module(CONVENTIONS[name]).CONVENTION
    return found


class Counting:
    """What a tool counts of a network.

    Args:
        graph: the network.
        tool: the convention.
        values: numbers in place of the letters; left out, the letters stay.
    """

    def __init__(self, graph: Graph, tool: Convention, values: Mapping[str, Any] | None = None) -> None:
        self.tool = tool
        self._graph = graph
        self._values = values
        self._known: dict[Facts, dict[str, Any]] = {}

    @cached_property
    def terms(self) -> dict[str, Extent]:
        """What the total is made of; the MACs first, then what is added to them."""
        found: dict[str, list[tuple[Any, int]]] = {MACS: []}
        for facts, times in self._graph.kinds.items():
            for name, amount in self._of(facts).items():
                found.setdefault(name, []).append((amount, times))
        sums = {name: self._number(combine(pairs)) for name, pairs in found.items()}
        return {name: amount for name, amount in sums.items() if name == MACS or amount != 0}

    @cached_property
    def total(self) -> Extent:
        """The number that the tool gives."""
        return combine((amount, 1) for amount in self.terms.values())  # type: ignore[no-any-return]

    def layer(self, name: str) -> dict[str, Extent]:
        """The terms of one layer."""
        return {term: self._number(amount) for term, amount in self._of(self._graph.nodes[name].facts).items()}

    def _of(self, facts: Facts) -> dict[str, Any]:
        if facts not in self._known:
            self._known[facts] = _counted(self.tool, facts)
        return self._known[facts]

    def _number(self, value: Any) -> Any:
        return value if self._values is None else evaluate(value, self._values)


def _counted(tool: Convention, facts: Facts) -> dict[str, Any]:
    """The terms of a layer, with letters."""
    layer = Layer(facts.op, facts.shapes, facts.shape, facts.op.cost(facts.shapes, facts.shape))
    found: dict[str, Any] = {MACS: layer.macs}
    for name, amount in tool.terms(layer):
        found[name] = found.get(name, 0) + amount
    return found
