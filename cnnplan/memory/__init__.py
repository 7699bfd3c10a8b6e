"""The memory a network takes, to the byte and as formulas: weights, activations, the peak of a run, training.

What counts, in inference:

* Weights are held from the first layer to the last, buffers included, each once however often it is shared.
* A tensor is an input of the network, or what a layer gives. It comes to be when its layer runs (an input: before the
  first layer) and is freed after the last layer that reads it; an output of the network is never freed, and what nobody
  reads is freed at once.
* `identity`, `dropout`, `flatten` and `reshape` give the same elements in the same order: their output is the memory of
  their input and takes none of its own, but keeps that alive. Every other output is memory of its own, also where
  NumPy would make do with a view (`slice`, `permute`, `crop`).
* In place: an operator that can (`relu`, `batch_norm`, `add`, ...) writes over its first input if no later layer reads
  that memory, and it is neither an input nor an output of the network.
* Weights and tensors are in the type of the network, or in that which their layer is told (`dtype`). Numbers of less
  than a byte lie close together, a weight and a tensor each beginning with a byte of its own. A whole type is for
  kernels and tables, weights of two axes and more: biases, scales and shifts, and all buffers, such as running means,
  keep the type of the network. The scales that bring numbers to a whole type and back are not counted. What is in
  place has as many bits as what it writes over.
* The peak is the greatest sum of tensors that are alive while a layer runs, its inputs and its output included. What a
  kernel needs besides, a padded copy or unfolded windows, does not count.

The executor does exactly this, and counts it from the arrays that it holds.

Training is at the turn from the forward to the backward pass: weights, a gradient for each trained weight, what the
optimizer keeps, and the tensors that are saved for the backward pass. Saved is what PyTorch saves, running layer by
layer in one type, each piece of memory once:

* Of a layer its inputs, its output, both or nothing (`keeps`), which is more than mathematics asks for: `avg_pool`
  keeps its input for its size alone. Besides, what it writes down (`notes`): places of maxima (8 bytes), masks of
  dropout (1 byte), statistics, and what is kept between the steps of a layer that is several in PyTorch, such as
  `local_response_norm`. Attention is in one kernel; `lstm` and `gru` are PyTorch's own, not a library's.
* Nothing is in place. What PyTorch has as a view (`identity`, `flatten`, `reshape`, `permute`, `expand`, `slice`,
  `split`, `chunk`, `crop`) is its input, all of which stays where a part is saved. A `flatten` or `reshape` that merges
  axes which are no neighbours in memory, such as heads and features behind a `transpose`, is a tensor of its own, and
  so is dropout where p is above 0. Weights and buffers are not saved again.
* A layer that rests on no input and no trained weight, such as one on a mask, has no gradient and saves nothing.
* Weights that are frozen have no gradient, and the optimizer keeps nothing of them; tensors are saved as for others.
* What is trained is trained in floats: a layer that is told a whole type has its weights in it only if it is frozen.
* A gradient flows through every layer, also to the inputs. Where they need none, layers without weights that stand in
  front of the first ones keep less.
* Copies that PyTorch makes inside a layer, only to pad (a `padding_mode`, sides of their own, an uneven `same`) or to
  bring elements into another order, are not counted, nor are those of weights.

Gradients of activations come and go while saved tensors are freed, and are not counted. Mixed precision is an estimate:
activations, weights and gradients in 2 bytes, besides 4-byte weights for the optimizer; statistics and inputs stay.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.dtypes import BITS
from cnnplan.errors import UsageError
from cnnplan.memory.liveness import Liveness
from cnnplan.memory.saving import Saving
from cnnplan.memory.summits import summits
from cnnplan.memory.training import OPTIMIZERS, Step, Training
from cnnplan.memory.units import Units, size
from cnnplan.sizes import Count, Size, combine, evaluate, maximum, minimum, prod, substitute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnplan.graph import Facts, Graph, Node
    from cnnplan.sizes import Extent

__all__ = ["OPTIMIZERS", "Memory", "NodeMemory", "Training"]


class NodeMemory(NamedTuple):
    """What one layer takes, in bytes.

    Args:
        weights: the weights that it owns.
        activation: its output; 0 where that is the memory of its input.
        live: all tensors that are alive while it runs.
    """

    weights: Extent
    activation: Extent
    live: Extent


class Memory:
    """The memory of a network, in bytes.

    Args:
        graph: the network.
        values: numbers in place of the letters; left out, the letters stay.
        dtype: what all weights and activations are stored in; left out, what the spec and its layers say.
    """

    def __init__(self, graph: Graph, values: Mapping[str, Any] | None = None, dtype: str | None = None) -> None:
        self.dtype = dtype or graph.spec.dtype
        self._graph = graph
        self._values = values
        self._memo: dict[Any, Any] = {}
        self._uniform = dtype
        self._units = Units(graph, self.dtype, {} if dtype else graph.stored)

    def _number(self, value: Any) -> Any:
        return value if self._values is None else evaluate(value, self._values, self._memo)

    @cached_property
    def _owned(self) -> tuple[Node, ...]:
        """The layers that have weights of their own, in effect: those that share none of another."""
        return tuple(node for node in self._graph.nodes.values() if node.owner == node.name)

    def weights_in(self, dtype: str) -> Extent:
        """The weights in another type; whole numbers stay, and what a layer is told."""
        return self._number(combine((self._units.weights(node, dtype), 1) for node in self._owned))  # type: ignore[no-any-return]

    @property
    def weights(self) -> Extent:
        """The weights, buffers included."""
        return self.weights_in(self.dtype)

    @cached_property
    def types(self) -> dict[str, Extent]:
        """The bytes of the weights by the type they are in, buffers included, in the order of the layers."""
        found: dict[str, list[tuple[Extent, int]]] = {}
        for node in self._owned:
            for weight in node.op.weights(*node.facts.shapes).values():
                dtype = self._units.weight(node, weight)
                found.setdefault(dtype, []).append((size(prod(weight.shape), BITS[dtype]), 1))
        return {dtype: self._number(combine(sizes)) for dtype, sizes in found.items()}

    @cached_property
    def _tensors(self) -> dict[str, Extent]:
        """The bytes of every tensor that is memory of its own."""
        graph, units = self._graph, self._units
        sizes = {name: size(prod(shape), units.input(name)) for name, shape in graph.inputs.items()}
        known: dict[tuple[Facts, int], Extent] = {}
        for name, node in graph.nodes.items():
            if not (node.op.is_weight or node.op.is_view):
                kind = (node.facts, units.tensor(name))
                if kind not in known:
                    known[kind] = size(prod(node.shape), kind[1])
                sizes[name] = known[kind]
        return sizes

    @cached_property
    def _live(self) -> dict[str, Extent]:
        """The bytes that are alive while each layer runs."""
        return Liveness(self._graph, self._units.alike).sums(self._tensors)

    @property
    def activations(self) -> Extent:
        """The outputs of all layers together, as if none was ever freed."""
        inputs = self._graph.inputs
        return self._number(combine((size, 1) for name, size in self._tensors.items() if name not in inputs))  # type: ignore[no-any-return]

    @cached_property
    def peaks(self) -> tuple[Extent, ...]:
        """The sums of which the peak is the greatest, without those that never are."""
        start = combine((self._tensors[name], 1) for name in self._graph.inputs)
        found = summits((start, *self._live.values()))
        return found if self._values is None else (max(map(self._number, found)),)

    @property
    def peak(self) -> Extent:
        """The most that inputs, outputs and tensors between them ever take at the same time."""
        peak: Extent = maximum(*self.peaks)
        return peak

    @property
    def inference(self) -> Extent:
        """The weights and the peak."""
        return self.weights + self.peak

    @cached_property
    def nodes(self) -> dict[str, NodeMemory]:
        """The memory of each layer."""
        return {name: self._of(node) for name, node in self._graph.nodes.items()}

    def _of(self, node: Node) -> NodeMemory:
        weights = self._units.weights(node) if node.owner == node.name else 0
        parts = (weights, self._tensors.get(node.name, 0), self._live[node.name])
        return NodeMemory(*map(self._number, parts))

    def saved(self, dtype: str = "") -> Extent:
        """What is saved for the backward pass: tensors, each once, and what layers note besides."""
        return self._number(Saving(self._graph, self._units, self._number).total(dtype))  # type: ignore[no-any-return]

    def training(self, optimizer: str = "sgd", *, mixed: bool = False) -> Training:
        """What a training step takes.

        Args:
            optimizer: sgd, momentum or adam.
            mixed: whether activations, gradients and a copy of the weights have 2 bytes.

        Raises:
            UsageError: there is no such optimizer.
        """
        return self._step(optimizer, mixed=mixed).total()

    def training_nodes(self, optimizer: str = "sgd", *, mixed: bool = False) -> dict[str, Training]:
        """What a training step takes, by layer: what it owns, and what it is the first to save.

        Args:
            optimizer: sgd, momentum or adam.
            mixed: whether activations, gradients and a copy of the weights have 2 bytes.

        Returns:
            The layers that take something, in order; all together are `training`.

        Raises:
            UsageError: there is no such optimizer.
        """
        return self._step(optimizer, mixed=mixed).by_layer()

    def _step(self, optimizer: str, *, mixed: bool) -> Step:
        return Step(self._graph, self._units, self._number, optimizer, mixed=mixed)

    def largest_batch(self, limit: Extent, optimizer: str = "", *, mixed: bool = False, batch: str = "") -> Extent:
        """How many samples fit into that many bytes: in inference, or in training with an optimizer.

        Args:
            limit: bytes.
            optimizer: sgd, momentum or adam; left out: inference.
            mixed: whether training is in mixed precision.
            batch: the symbol of the batch; left out, the first extent of the inputs.

        Raises:
            UsageError: the batch is no symbol, or the memory is not proportional to it.
        """
        name = batch or self._batch()
        letters = Memory(self._graph, dtype=self._uniform)
        needs: Iterable[Extent]
        if optimizer:
            needs = (letters.training(optimizer, mixed=mixed).total,)
        else:
            needs = (letters.weights + peak for peak in letters.peaks)
        fits: list[Any] = [self._fitting(limit, need, name) for need in needs]
        most: Extent = minimum(*fits)
        return max(most, 0) if isinstance(most, int) else most

    def _batch(self) -> str:
        """The symbol that is the first extent of every input."""
        firsts = {str(shape[0]) for shape in self._graph.inputs.values() if shape and isinstance(shape[0], Size)}
        known = firsts & self._graph.spec.symbols.keys()
        if len(firsts) != 1 or not known:
            raise UsageError("which symbol is the batch? It is not the first extent of the inputs")
        return known.pop()

    def _fitting(self, limit: Extent, need: Extent, name: str) -> Extent:
        """The most that leaves need(n) = fixed + n * each within the limit."""
        if isinstance(need, Count) and name in need.symbols:
            fixed, once, twice = (substitute(need, {name: n}) for n in (0, 1, 2))
            if twice - once == once - fixed:
                each, fixed = self._number(once - fixed), self._number(fixed)
                return (limit - fixed) // each  # type: ignore[no-any-return]
        raise UsageError(f"the memory is not proportional to {name}")
