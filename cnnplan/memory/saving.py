"""What is saved for the backward pass: tensors, each once, and what layers note besides."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from cnnplan.dtypes import BITS
from cnnplan.memory.gradients import with_gradient
from cnnplan.memory.layouts import copied
from cnnplan.memory.units import size
from cnnplan.ops.selection import Slice
from cnnplan.sizes import combine, prod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnnplan.graph import Graph, Node
    from cnnplan.memory.units import Units
    from cnnplan.sizes import Extent, Shape

__all__ = ["Saving"]

PRODUCTS: Final = frozenset({"multiply", "matmul"})
"""Operators that keep a factor for the gradient of the other one alone."""


class Saving:
    """The tensors that are saved.

    Args:
        graph: the network.
        units: the bits of its numbers.
        number: what a formula is: itself, or with numbers in it.
    """

    def __init__(self, graph: Graph, units: Units, number: Callable[[Any], Any]) -> None:
        self._graph = graph
        self._units = units
        self._number = number

    def total(self, dtype: str = "") -> Extent:
        """The bytes of all of it.

        Args:
            dtype: what tensors are in that are told nothing; left out, the type of the network.
        """
        found: Extent = combine((each, 1) for pieces in self.pieces(dtype).values() for each in pieces)
        return found

    def pieces(self, dtype: str = "") -> dict[str, list[Extent]]:
        """The bytes that each layer is the first to save, piece by piece, by the names of those that save."""
        dtype = dtype or self._units.dtype
        types = {"": dtype, "statistic": self._units.dtype}
        kept: set[str] = set()
        found: dict[str, list[Extent]] = {}
        reached = with_gradient(self._graph)
        for node in self._graph.nodes.values():
            if node.name not in reached:
                continue
            wanted = _wanted(node, _kept(node, node.op.keeps(*node.facts.shapes)), reached)
            mine = dict(self._piece(node, each, dtype) for each in wanted)
            new = [each for name, each in mine.items() if name not in kept]
            kept |= mine.keys()
            new += [size(n, BITS[types.get(kind, kind)]) for kind, n in node.op.notes(*node.facts.shapes).items()]
            if new:
                found[node.name] = new
        return found

    def _piece(self, node: Node, tensor: str, dtype: str) -> tuple[str, Extent]:
        """What of a tensor a layer keeps, and its bytes: a copy of a part, or all of what it is a part of."""
        root = self._roots[tensor]
        gaps = self._torn(tensor) if node.op.reads_rows else tensor in self._gaps
        if root != tensor and node.op.packs(*self._shapes(node), gaps=gaps):
            place = node.inputs.index(tensor) if tensor in node.inputs else -1
            elements = prod(node.facts.shapes[place] if place >= 0 else node.shape)
            if elements != prod(self._form(root)):
                return f"{tensor} of {node.name}", size(elements, self._units.tensor(tensor, dtype))
        return root, self._whole(root, dtype)

    def _whole(self, name: str, dtype: str) -> Extent:
        """The bytes of a tensor; none of a trained weight that is one."""
        node = self._graph.nodes.get(name)
        if node is not None and node.op.is_weight:
            return 0
        return size(prod(self._form(name)), self._units.tensor(name, dtype))

    @cached_property
    def _gaps(self) -> frozenset[str]:
        """The tensors whose elements do not lie in order in training, since they are parts of others."""
        found: set[str] = set()
        for name, node in self._graph.nodes.items():
            if self._shares(node) and (node.inputs[0] in found or node.op.gaps(*self._shapes(node))):
                found.add(name)
        return frozenset(found)

    def _torn(self, tensor: str) -> bool:
        """Whether its rows, along the last axis, do not lie at one distance from each other, and are lined up first."""
        strides = self._strides[tensor]
        if strides is None:
            return tensor in self._gaps
        shape = tuple(map(self._number, self._form(tensor)))
        rows = [(n, step) for n, step in zip(shape[:-1], strides[:-1], strict=True) if n != 1]
        return any(step != n * inner for (_, step), (n, inner) in pairwise(rows))

    @cached_property
    def _strides(self) -> dict[str, tuple[int, ...] | None]:
        """How far the next element of each axis is, in elements; None where that is not known."""
        graph = self._graph
        found = {name: self._packed(shape) for name, shape in graph.inputs.items()}
        for name, node in graph.nodes.items():
            before = found[node.inputs[0]] if self._shares(node) else None
            if before is not None and node.op.verb == "crop":
                found[name] = before
            elif before is not None and isinstance(node.op, Slice):
                dim = node.op.dim % len(before)
                found[name] = (*before[:dim], before[dim] * node.op.step, *before[dim + 1 :])
            else:
                found[name] = None if name in self._gaps else self._packed(node.shape)
        return found

    def _packed(self, shape: Shape) -> tuple[int, ...] | None:
        """The strides of a tensor without gaps; None where its shape has letters."""
        numbers = tuple(map(self._number, shape))
        if not all(isinstance(n, int) for n in numbers):
            return None
        return tuple(prod(numbers[axis + 1 :]) for axis in range(len(numbers)))

    def _shapes(self, node: Node) -> tuple[Shape, ...]:
        """The shapes of the inputs of a layer, in numbers where there are any: a sample alone lies in order."""
        return tuple(tuple(map(self._number, shape)) for shape in node.facts.shapes)

    def _form(self, name: str) -> Shape:
        """The shape of a tensor."""
        graph = self._graph
        return graph.inputs[name] if name in graph.inputs else graph.nodes[name].shape

    @cached_property
    def _roots(self) -> dict[str, str]:
        """For each tensor the one whose memory it is in training."""
        roots = {name: name for name in self._graph.inputs}
        for name, node in self._graph.nodes.items():
            roots[name] = roots[node.inputs[0]] if self._shares(node) else name
        return roots

    def _shares(self, node: Node) -> bool:
        """Whether what a layer gives is the memory of its input, or a part of it."""
        return node.op.shares and node.name not in self._copied

    @cached_property
    def _copied(self) -> frozenset[str]:
        """The layers that reshape by a copy."""
        return copied(self._graph, self._number)


def _kept(node: Node, which: str | tuple[int, ...]) -> Iterable[str]:
    """The tensors that `keeps` of an operator means."""
    inputs, name = node.inputs, node.name
    if isinstance(which, tuple):
        return [inputs[place] for place in which]
    choices = {"both": (*inputs, name), "output": (name,), "first": inputs[:1], "last": inputs[-1:], "nothing": ()}
    return choices.get(which, inputs)


def _wanted(node: Node, kept: Iterable[str], reached: set[str]) -> Iterable[str]:
    """Of what a product of two keeps, what the gradient of one asks for: a factor, where the other has a gradient."""
    if node.op.verb not in PRODUCTS or len(node.inputs) != len(("first", "last")):
        return kept
    first, last = node.inputs
    return [each for each in kept if (each == first and last in reached) or (each == last and first in reached)]
