"""The bytes of numbers, weights and tensors, each in the type that it is stored in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.dtypes import BITS, Storage, is_whole
from cnnplan.sizes import combine, prod

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.graph import Graph, Node
    from cnnplan.ops import Weight
    from cnnplan.sizes import Extent

__all__ = ["Units", "size"]

BYTE = 8
UNTOLD = Storage()


def size(elements: Extent, bits: int) -> Extent:
    """The bytes of so many numbers, one behind the other: those of less than a byte share one."""
    return elements * (bits // BYTE) if bits % BYTE == 0 else -(-elements * bits // BYTE)


class Units:
    """How many bits the numbers of a network take.

    Args:
        graph: the network.
        dtype: the type of the network.
        told: the types of layers that are told any, by name.
    """

    def __init__(self, graph: Graph, dtype: str, told: Mapping[str, Storage]) -> None:
        self._graph = graph
        self._told = told
        self.dtype = dtype

    def input(self, name: str) -> int:
        """Bits of an input: floats are brought into the type of the network, integers and truths are not."""
        dtype = self._graph.spec.inputs[name].dtype
        return BITS[self.dtype if "float" in dtype else dtype]

    def tensor(self, name: str, dtype: str = "") -> int:
        """Bits of what a layer gives, or of an input; `dtype` is of those that are told nothing, "" the network's."""
        node = self._graph.nodes.get(name)
        if node is None:
            return self.input(name)
        if node.facts.elements.dtype:
            return BITS[node.facts.elements.dtype]
        return BITS[self._told.get(name, UNTOLD).activations or dtype or self.dtype]

    def alike(self, one: str, other: str) -> bool:
        """Whether two tensors have numbers of the same size, so that one may stand in the memory of the other."""
        return not self._told or self.tensor(one) == self.tensor(other)

    def weight(self, node: Node, weight: Weight, dtype: str = "", *, training: bool = False) -> str:
        """The type of a weight: a whole one is for what is multiplied, kernels and tables.

        Args:
            node: the layer.
            weight: one of its weights.
            dtype: of those that are told nothing, "" for the network's.
            training: whether it is trained, which is done in floats.
        """
        told = self._told.get(node.name, UNTOLD).weights
        if weight.elements.dtype:
            return weight.elements.dtype
        if not told or not weight.trainable or (is_whole(told) and (training or len(weight.shape) == 1)):
            return dtype or self.dtype
        return told

    def weights(self, node: Node, dtype: str = "", *, training: bool = False) -> Extent:
        """The bytes of the weights of a layer, buffers included; arguments as of `weight`."""
        weights = node.op.weights(*node.facts.shapes).values()
        types = ((prod(each.shape), self.weight(node, each, dtype, training=training)) for each in weights)
        found: Extent = combine((size(elements, BITS[told]), 1) for elements, told in types)
        return found
