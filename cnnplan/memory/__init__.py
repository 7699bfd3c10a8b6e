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
  `split`, `chunk`, `crop`) is its input, all of which stays where a part is saved. Dropout, where p is above 0, makes a
  tensor of its own. Weights and buffers are not saved again.
* A layer that rests on no input and no trained weight, such as one on a mask, has no gradient and saves nothing.
* Weights that are frozen have no gradient, and the optimizer keeps nothing of them; tensors are saved as for others.
* A gradient flows through every layer, also to the inputs. Where they need none, layers without weights that stand in
  front of the first ones keep less.
* Copies that PyTorch makes only to pad (a `padding_mode`, sides of their own, an uneven `same`) or to bring elements
  into another order are not counted, nor are those of weights.

Gradients of activations come and go while saved tensors are freed, and are not counted. Mixed precision is an estimate:
activations, weights and gradients in 2 bytes, besides 4-byte weights for the optimizer; statistics and inputs stay.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.errors import UsageError
from cnnplan.memory.gradients import with_gradient
from cnnplan.memory.liveness import Liveness
from cnnplan.memory.summits import summits
from cnnplan.sizes import Count, Size, combine, evaluate, maximum, minimum, prod, substitute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnplan.graph import Facts, Graph, Node
    from cnnplan.ops import Weight
    from cnnplan.sizes import Extent, Shape

__all__ = ["BYTES", "OPTIMIZERS", "Memory", "NodeMemory", "Training"]

BYTES = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1,
    "bool": 1,
}  # fmt: skip
"""Bytes of an element."""

OPTIMIZERS = {"sgd": 0, "momentum": 1, "adam": 2}
"""Numbers that an optimizer keeps for each trained weight."""

HALF, SINGLE = 2, 4


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


class Training(NamedTuple):
    """An estimate of the memory of a training step, in bytes.

    Args:
        weights: in the network's type; with mixed precision 4-byte weights and their 2-byte copies.
        gradients: of the trained weights.
        optimizer: what the optimizer keeps.
        saved: what is saved for the backward pass.
    """

    weights: Extent
    gradients: Extent
    optimizer: Extent
    saved: Extent

    @property
    def total(self) -> Extent:
        """All of it."""
        total: Extent = combine((part, 1) for part in self)
        return total


class Memory:
    """The memory of a network, in bytes.

    Args:
        graph: the network.
        values: numbers in place of the letters; left out, the letters stay.
        dtype: what weights and activations are stored in; left out, what the spec says.
    """

    def __init__(self, graph: Graph, values: Mapping[str, Any] | None = None, dtype: str | None = None) -> None:
        self.dtype = dtype or graph.spec.dtype
        self._graph = graph
        self._values = values
        self._memo: dict[Any, Any] = {}
        self._unit = BYTES[self.dtype]

    def _number(self, value: Any) -> Any:
        return value if self._values is None else evaluate(value, self._values, self._memo)

    @cached_property
    def _owned(self) -> tuple[Node, ...]:
        """The layers that have weights of their own, in effect: those that share none of another."""
        return tuple(node for node in self._graph.nodes.values() if node.owner == node.name)

    @property
    def _trained(self) -> Extent:
        """The number of weights that are trained; those that are frozen are not."""
        free = [node for node in self._owned if node.name not in self._graph.frozen]
        sizes = ((prod(weight.shape), 1) for node in free for weight in _weights(node) if weight.trainable)
        return self._number(combine(sizes))  # type: ignore[no-any-return]

    def weights_in(self, dtype: str) -> Extent:
        """The weights in another type; whole numbers stay."""
        return self._number(combine((_bytes(node, BYTES[dtype]), 1) for node in self._owned))  # type: ignore[no-any-return]

    @property
    def weights(self) -> Extent:
        """The weights, buffers included."""
        return self.weights_in(self.dtype)

    @cached_property
    def _tensors(self) -> dict[str, Extent]:
        """The bytes of every tensor that is memory of its own."""
        graph = self._graph
        sizes = {name: prod(shape) * self._input_unit(name) for name, shape in graph.inputs.items()}
        known: dict[Facts, Extent] = {}
        for name, node in graph.nodes.items():
            if not (node.op.is_weight or node.op.is_view):
                if node.facts not in known:
                    known[node.facts] = prod(node.shape) * BYTES[node.facts.elements.dtype or self.dtype]
                sizes[name] = known[node.facts]
        return sizes

    def _input_unit(self, name: str) -> int:
        """Floats are brought into the type of the network, integers and truths are not."""
        dtype = self._graph.spec.inputs[name].dtype
        return self._unit if "float" in dtype else BYTES[dtype]

    @cached_property
    def _live(self) -> dict[str, Extent]:
        """The bytes that are alive while each layer runs."""
        return Liveness(self._graph).sums(self._tensors)

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
        weights = _bytes(node, self._unit) if node.owner == node.name else 0
        parts = (weights, self._tensors.get(node.name, 0), self._live[node.name])
        return NodeMemory(*map(self._number, parts))

    def saved(self, dtype: str | None = None) -> Extent:
        """What is saved for the backward pass: tensors, each once, and what layers note besides."""
        graph, unit = self._graph, BYTES[dtype or self.dtype]
        units = {**BYTES, "": unit, "statistic": self._unit}
        roots = self._shared()
        kept: dict[str, Extent] = {}
        notes: list[tuple[Extent, int]] = []
        reached = with_gradient(graph)
        for node in graph.nodes.values():
            if node.name not in reached:
                continue
            needed = _kept(node, node.op.keeps(*node.facts.shapes))
            kept.update(self._kept(node, tensor, roots[tensor]) for tensor in needed)
            notes += [(n, units[kind]) for kind, n in node.op.notes(*node.facts.shapes).items()]
        scaled = [(size, Fraction(unit, self._unit) if self._floats(name) else 1) for name, size in kept.items()]
        return self._number(combine([*scaled, *notes]))  # type: ignore[no-any-return]

    def _kept(self, node: Node, tensor: str, root: str) -> tuple[str, Extent]:
        """The tensor that a layer keeps, and its bytes: a copy of a part, or all of what it is a part of."""
        if root != tensor and node.op.packs(*self._shapes(node), gaps=tensor in self._gaps):
            place = node.inputs.index(tensor) if tensor in node.inputs else -1
            elements = prod(node.facts.shapes[place] if place >= 0 else node.shape)
            if elements != prod(self._form(root)):
                return f"{tensor} of {node.name}", elements * self._unit
        return root, self._size(root)

    @cached_property
    def _gaps(self) -> frozenset[str]:
        """The tensors whose elements do not lie in order in training, since they are parts of others."""
        found: set[str] = set()
        for name, node in self._graph.nodes.items():
            if node.op.shares and (node.inputs[0] in found or node.op.gaps(*self._shapes(node))):
                found.add(name)
        return frozenset(found)

    def _shapes(self, node: Node) -> tuple[Shape, ...]:
        """The shapes of the inputs of a layer, in numbers where there are any: a sample alone lies in order."""
        return tuple(tuple(map(self._number, shape)) for shape in node.facts.shapes)

    def _form(self, name: str) -> Shape:
        """The shape of a tensor."""
        graph = self._graph
        return graph.inputs[name] if name in graph.inputs else graph.nodes[name].shape

    def _shared(self) -> dict[str, str]:
        """For each tensor the one whose memory it is in training."""
        roots = {name: name for name in self._graph.inputs}
        for name, node in self._graph.nodes.items():
            roots[name] = roots[node.inputs[0]] if node.op.shares else name
        return roots

    def _size(self, name: str) -> Extent:
        """The bytes of a tensor; none of a trained weight that is one."""
        if name in self._tensors:
            return self._tensors[name]
        node = self._graph.nodes[name]
        size: Extent = 0 if node.op.is_weight else prod(node.shape) * self._unit
        return size

    def _floats(self, name: str) -> bool:
        """Whether a layer's tensor changes with the type of the network."""
        name = name.partition(" of ")[0]
        return name in self._graph.nodes and not self._graph.nodes[name].facts.elements.dtype

    def training(self, optimizer: str = "sgd", *, mixed: bool = False) -> Training:
        """What a training step takes.

        Args:
            optimizer: sgd, momentum or adam.
            mixed: whether activations, gradients and a copy of the weights have 2 bytes.

        Raises:
            UsageError: there is no such optimizer.
        """
        if optimizer not in OPTIMIZERS:
            raise UsageError(f"no optimizer {optimizer!r}: choose one of {', '.join(OPTIMIZERS)}")
        trained = self._trained
        unit = SINGLE if mixed else self._unit
        every = self.weights_in("float32" if mixed else self.dtype)
        copies = HALF * trained if mixed else 0
        gradients = trained * (HALF if mixed else unit)
        saved = self.saved("float16" if mixed else None)
        return Training(every + copies, gradients, OPTIMIZERS[optimizer] * unit * trained, saved)

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
        letters = Memory(self._graph, dtype=self.dtype)
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


def _weights(node: Node) -> Iterable[Weight]:
    """The weights of a layer, buffers included."""
    return node.op.weights(*node.facts.shapes).values()


def _bytes(node: Node, unit: int) -> Extent:
    """The bytes of the weights of a layer, of a type that has so many an element."""
    sizes = [(prod(weight.shape), BYTES.get(weight.elements.dtype, unit)) for weight in _weights(node)]
    found: Extent = combine(sizes)
    return found


def _kept(node: Node, which: str | tuple[int, ...]) -> Iterable[str]:
    """The tensors that `keeps` of an operator means."""
    inputs, name = node.inputs, node.name
    if isinstance(which, tuple):
        return [inputs[place] for place in which]
    choices = {"both": (*inputs, name), "output": (name,), "first": inputs[:1], "last": inputs[-1:], "nothing": ()}
    return choices.get(which, inputs)
