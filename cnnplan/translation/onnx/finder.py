"""Looks along the wires of a graph for nodes that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.contents import decimal
from cnnplan.translation.onnx.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.translation.onnx.messages import Node, Tensor
    from cnnplan.translation.onnx.translator import Translator

__all__ = ["Finder"]


class Finder:
    """The wires of a graph.

    Args:
        nodes: its nodes, in order.
        translator: what knows the initializers, and how often each value is read.

    Attributes:
        gone: the nodes that belong to a pattern already, by identity.
    """

    def __init__(self, nodes: Sequence[Node], translator: Translator) -> None:
        self.translator = translator
        self.gone: set[int] = set()
        self._made = {name: node for node in nodes for name in node.outputs if name}
        self._readers: dict[str, list[Node]] = {}
        for node in nodes:
            for name in node.inputs:
                self._readers.setdefault(name, []).append(node)

    def made(self, name: str) -> Node | None:
        """The node that gives a value."""
        found = self._made.get(name)
        return None if found is None or id(found) in self.gone else found

    def only(self, name: str) -> Node | None:
        """The node that gives a value that is read once."""
        return self.made(name) if self.translator.uses[name] == 1 else None

    def reader(self, name: str) -> Node | None:
        """The only node that reads a value; None where there are others, or it is an output."""
        readers = self._readers.get(name, [])
        return readers[0] if len(readers) == 1 and self.translator.uses[name] == 1 else None

    def weight(self, name: str) -> Value | None:
        """A tensor of the file, as an initializer or a constant."""
        found = self.translator.initial(name)
        if found is not None:
            return found
        node = self._made.get(name)
        if node is not None and node.op == "Constant" and "value" in node.attributes:
            tensor: Tensor = node.attributes["value"].value
            return Value(name, tensor.dtype, tensor.dims, tensor=tensor)
        if node is not None and node.op == "Identity":
            return self.weight(node.inputs[0])
        return None

    def elements(self, name: str) -> tuple[Any, ...]:
        """The elements of a tensor of the file, () where they are not known."""
        value = self.weight(name)
        if value is None or value.tensor is None or value.tensor.size > 4096:  # noqa: PLR2004 - small ones
            return ()
        known = self.translator.numbers(value, every=True)
        return () if known is None else known.flat

    def number(self, name: str) -> float | None:
        """The number that a value is."""
        node = self._made.get(name)
        if node is not None and node.op == "Constant" and "value_float" in node.attributes:
            return float(node.attributes["value_float"].value)
        flat = self.elements(name)
        return float(flat[0]) if len(flat) == 1 and not isinstance(flat[0], bool) else None

    def plus(self, name: str, number: float) -> tuple[str, list[Node]] | None:
        """The x of x + number, and the node that adds it."""
        node = self.only(name)
        if node is None or node.op != "Add":
            return None
        for x, other in (node.inputs, node.inputs[::-1]):
            if self.number(other) == number:
                return x, [node]
        return None

    def bounds(self, node: Node) -> tuple[float | None, float | None]:
        """Between which numbers a Clip keeps."""
        found: list[float | None] = []
        for index, name in ((1, "min"), (2, "max")):
            if len(node.inputs) > index and node.inputs[index]:
                found.append(self.number(node.inputs[index]))
            else:
                attribute = node.attributes.get(name)
                found.append(None if attribute is None else float(decimal(attribute.value)))
        return found[0], found[1]
