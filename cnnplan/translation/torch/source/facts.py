"""What the network itself says of the entries of its spec: ranks, extents, and which of them are there at all."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Count
from cnnplan.spec import Record, Verb
from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.torch.source.operators import ACTIVATIONS
from cnnplan.translation.torch.source.walking import calls, entries, inside, others, references, stand_ins, verbs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.graph import Graph, Node
    from cnnplan.spec import Block, Entry, Expression
    from cnnplan.translation.torch.source.files import Made
    from cnnplan.translation.torch.source.walking import Called

__all__ = ["Facts"]


class Facts:
    """The network, with every choice that its spec has.

    Args:
        graph: the network, at values of its symbols.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.spec = graph.spec
        self.needs: set[str] = set()
        self.made: dict[str, Made] = {}
        self.order: list[Made] = []
        self.polymorphic = False
        self.shaped = False
        self.used: list[str] = []
        self.references = references(self.spec)
        self.varied = any(symbol.choices for symbol in self.spec.symbols.values())
        self.values_of_verbs = verbs(self.spec)
        self.nodes: dict[Any, list[Node]] = {}
        self.calls: dict[Any, list[Called]] = {}
        for each in (graph, *others(graph)):
            for call in calls(each):
                self.calls.setdefault(call.place, []).append(call)
            for node in each.nodes.values():
                self.nodes.setdefault(node.place, []).append(node)
                for place in node.called_from:
                    self.nodes.setdefault(("within", place), []).append(node)

    def uses(self, expression: Expression) -> None:
        """Keep which fields of symbols are used."""
        self.used += re.findall(r"\b([A-Za-z_]\w*\.[A-Za-z_]\w*)\b", expression.text)

    def values(self, entry: Entry) -> Any:
        """The operator of an entry, as numbers."""
        nodes = self._of(entry)
        return nodes[0].op.at(stand_ins(self.spec, self.graph.values))

    def rank(self, entry: Entry) -> int:
        """How many axes its first input has."""
        nodes = self._of(entry)
        return len(nodes[0].facts.shapes[0]) if nodes[0].facts.shapes else 0

    def _of(self, entry: Entry) -> list[Node]:
        nodes = [
            node for node in self.nodes.get(entry.place, ()) if entry.verb_expression or node.op.verb == entry.verb
        ]
        nodes = nodes or self.nodes.get(entry.place, [])
        if not nodes:
            raise Unwritable(f"{entry.label}, which is in no network at these values")
        return nodes

    def is_operator(self, entry: Entry) -> bool:
        """Whether a verb that is a value is an operator."""
        return entry.place in self.nodes

    def is_there(self, entry: Entry) -> bool:
        """Whether an entry is anywhere in the network, whatever the choices are."""
        return entry.place in self.nodes or ("within", entry.place) in self.nodes

    def is_list(self, expression: Expression, names: Mapping[str, str]) -> bool:
        """Whether an expression is a list, as far as its values are written down."""
        if expression.constant:
            return isinstance(expression.value, tuple)
        symbol, _, label = expression.text.partition(".")
        known = self.graph.values.get(symbol)
        if isinstance(known, Record) and label in known:
            return isinstance(known[label], tuple)
        del names
        seen = [
            value
            for block in self.spec.blocks.values()
            if expression.text in block.args
            for value in self._seen(block, expression.text)
        ]
        return bool(seen) and all(isinstance(value, tuple) for value in seen)

    def is_verb(self, name: str) -> bool:
        """Whether a name means an operator or a block."""
        return name in ACTIVATIONS or name in self.spec.blocks

    def pads_same(self, entry: Entry) -> bool:
        """Whether its padding is `same` anywhere."""
        return any(getattr(node.op, "padding", 0) in ("same", "same_lower") for node in self.nodes.get(entry.place, ()))

    def extent(self, entry: Entry, axis: int, *, output: bool = False) -> str:
        """An extent of its first input, if it is the same number wherever the entry stands."""
        found = set()
        shapes = [each.outputs[:1] if output else each.inputs[:1] for each in self.calls.get(entry.place, ())]
        shapes += [
            (node.shape,) if output else node.facts.shapes[:1] or ((),) for node in self.nodes.get(entry.place, ())
        ]
        for shape in (each[0] for each in shapes if each):
            if len(shape) <= max(axis, 0):
                return ""
            found.add(self._number(shape[axis]))
        return str(found.pop()) if len(found) == 1 and None not in found else ""

    def _number(self, extent: Any) -> int | None:
        if not isinstance(extent, Count):
            return int(extent)
        known = extent.symbols <= self.graph.values.keys()
        return int(extent.at(self.graph.values)) if known else None

    def sized(self, entry: Entry) -> bool:
        """Whether axis 1 of what it reads is as long as an input says."""
        free = {name for each in self.spec.inputs.values() for extent in each.shape for name in extent.names}
        nodes = (*self.nodes.get(entry.place, ()), *self.nodes.get(("within", entry.place), ()))
        shapes = [node.facts.shapes[0] for node in nodes if node.facts.shapes]
        return any(len(shape) > 1 and isinstance(shape[1], Count) and shape[1].symbols & free for shape in shapes)

    def keeps_channels(self, entry: Entry) -> bool:
        """Whether axis 1 stays as it is."""
        nodes = self.nodes.get(entry.place, ())
        return all(
            len(node.shape) > 1
            and node.facts.shapes
            and len(node.facts.shapes[0]) > 1
            and node.shape[1] == node.facts.shapes[0][1]
            for node in nodes
        )

    def keeps_features(self, entry: Entry) -> bool:
        """Whether the last axis stays as it is."""
        nodes = self.nodes.get(entry.place, ())
        return all(
            node.shape and any(node.facts.shapes) and node.shape[-1] == node.facts.shapes[0][-1] for node in nodes
        )

    def block_features(self, entry: Entry) -> str:
        """Nothing is known of the last axis of what a block gives but what the next layer reads."""
        del entry
        return ""

    def _seen(self, block: Block, name: str) -> list[Any]:
        """The values of an argument that are written down."""
        default = block.args.get(name)
        found = [default.value] if default is not None and default.constant else []
        if (
            default is not None
            and not default.constant
            and (default.text in ACTIVATIONS or default.text in self.spec.blocks)
        ):
            found.append(Verb(default.text))
        for entry in entries(self.spec):
            if entry.verb == block.name and name in entry.args:
                given = entry.args[name]
                if given.constant:
                    found.append(given.value)
                elif given.text in ACTIVATIONS or given.text in self.spec.blocks:
                    found.append(Verb(given.text))
        return found

    def weights(self, entry: Entry) -> dict[str, list[int]]:
        """The shapes of its weights, the first time that it stands anywhere."""
        nodes = self.nodes.get(entry.place)
        if not nodes:
            return {}
        values = stand_ins(self.spec, self.graph.values)
        known = nodes[0].op.weights(*nodes[0].facts.shapes)
        return {
            key: [n if isinstance(n, int) else int(n.at(values)) for n in each.shape] for key, each in known.items()
        }

    def is_given(self, block: Block, name: str) -> bool:
        """Whether anything in the network gives an argument of a block, so that it is one of its class as well."""
        return any(name in entry.args for entry in self._calls if entry.verb == block.name or entry.verb_expression)

    @cached_property
    def _calls(self) -> list[Entry]:
        """The entries of the network, and of the blocks that it uses."""
        found, used = [*inside(self.spec.layers)], set(verbs(self.spec))
        pending = [entry.verb for entry in found if entry.verb in self.spec.blocks] + [*used]
        seen: set[str] = set()
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            more = [*inside(self.spec.blocks[name].layers)]
            found += more
            pending += [entry.verb for entry in more if entry.verb in self.spec.blocks]
        return found
