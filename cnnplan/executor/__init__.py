"""A network run in NumPy: what its arrays really were, beside which every prediction is held.

The executor sees no prediction. Of a layer it reads the operator, the names of what it reads, its own name, and whose
weights it has. Weights are drawn, or asked for, at the shapes that the arrays which arrived call for. What is in place,
what is a view, and when a tensor is freed is written down in `cnnplan.memory`; here it is done, and the bytes that are
counted are those of the arrays that are held.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import add
from time import perf_counter
from typing import TYPE_CHECKING, Any
from weakref import ref

from cnnplan.cost import Cost
from cnnplan.errors import UsageError
from cnnplan.executor.budget import afford
from cnnplan.executor.inputs import fed
from cnnplan.executor.tensors import kept, live, named, owned, root, single, unbuffered
from cnnplan.executor.weights import Weights
from cnnplan.lazy import np
from cnnplan.meter import Meter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cnnplan.checkpoints import Checkpoint
    from cnnplan.executor.tensors import Array
    from cnnplan.graph import Graph, Node
    from cnnplan.ops import Operator

    Watch = Callable[[str, Array], None]

__all__ = ["DTYPES", "Execution", "Measurement", "afford", "execute"]

DTYPES = ("float32", "float64")
"""What can be run."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one layer showed.

    Args:
        name: its full name.
        shape, dtype: of its output.
        params: elements of the trained weights that it was given, 0 where they are another's.
        buffers: elements of the weights that are not trained.
        cost: the arithmetic NumPy did; None where nobody counted.
        seconds: how long it took.
        live: bytes of all tensors that were held when it was done, before any was freed.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    params: int
    buffers: int
    cost: Cost | None
    seconds: float
    live: int


@dataclass(frozen=True, slots=True)
class Execution:
    """What a run showed.

    Args:
        measurements: of every layer, in order.
        outputs: the outputs of the network by name.
        weights: every weight that was used, "layer1.conv1.weight".
        start: bytes of the inputs.
    """

    measurements: Mapping[str, Measurement]
    outputs: Mapping[str, Array]
    weights: Mapping[str, Array]
    start: int

    @property
    def cost(self) -> Cost | None:
        """The arithmetic of all layers; None where nobody counted."""
        costs = [measurement.cost for measurement in self.measurements.values()]
        return None if None in costs else reduce(add, [cost for cost in costs if cost], Cost())

    @property
    def peak(self) -> int:
        """The most bytes of tensors that were ever held."""
        return max([self.start, *(measurement.live for measurement in self.measurements.values())])

    @property
    def weight_bytes(self) -> int:
        """The bytes of all weights, each counted once."""
        return sum(array.nbytes for array in self.weights.values())

    @property
    def seconds(self) -> float:
        """How long the layers took together."""
        return sum(measurement.seconds for measurement in self.measurements.values())


def execute(  # noqa: PLR0913 - all but one by keyword
    graph: Graph,
    *,
    values: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
    weights: Weights | Mapping[str, Any] | str | Path | Checkpoint | None = None,
    seed: int = 0,
    dtype: str = "",
    metered: bool = False,
    watch: Watch | None = None,
    need: int = 0,
    limit: int | None = None,
) -> Execution:
    """Run a network.

    Args:
        graph: the network, its operators with letters or numbers.
        values: of its symbols; those left out are those it was built with.
        inputs: arrays by name; those left out are drawn.
        weights: arrays by name, a file of weights (cnnplan.checkpoints), or Weights; left out, those that the network's
            own file holds (model.onnx), else they are drawn.
        seed: of what is drawn.
        dtype: float32 or float64; left out, what the spec says.
        metered: whether arithmetic is counted, which takes longer.
        watch: is shown every output, with the name of its layer, while it is held.
        need: bytes that the run is known to need; the executor itself predicts nothing.
        limit: the bytes it may take; left out, half of what is free.

    Raises:
        UsageError: it needs more than the limit; an input or a weight is missing, unknown or of another shape; a
            symbol has no value.
    """
    _refuse_declared(graph)
    afford(need, limit)
    kept()
    dtype = dtype or (graph.spec.dtype if graph.spec.dtype in DTYPES else DTYPES[0])
    if dtype not in DTYPES:
        raise UsageError(f"dtype (={dtype}) must be {' or '.join(DTYPES)}")
    bound = {**graph.values, **(values or {})}
    if missing := [name for shape in graph.inputs.values() for n in shape for name in _unbound(n, bound)]:
        raise UsageError(f"no value for {' and '.join(dict.fromkeys(missing))}: bind it to run the network")
    held = fed(graph, bound, inputs or {}, seed, dtype)
    if weights is None and graph.spec.weights is not None:
        weights = graph.spec.weights(bound)
    store = weights if isinstance(weights, Weights) else Weights(weights, graph.nodes, seed, dtype)
    with unbuffered():
        return _Run(graph, bound, held, store, metered, watch, dtype).all()


def _refuse_declared(graph: Graph) -> None:
    """Raise where a layer is declared and not defined."""
    for node in graph.nodes.values():
        if node.op.is_declared:
            message = f"{node.name} is {node.op.verb}: what it gives is declared, and nobody can run it"
            raise UsageError(f"{message}; check and report count it, and layers in its place can be run")


def _unbound(extent: Any, bound: Mapping[str, Any]) -> list[str]:
    """The symbols of an extent that have no value."""
    return [] if isinstance(extent, int) else sorted(extent.symbols - bound.keys())


@dataclass(slots=True)
class _Run:
    """The state of a run: the tensors that are held."""

    graph: Graph
    values: Mapping[str, Any]
    held: dict[str, Array]
    weights: Weights
    metered: bool
    watch: Watch | None
    dtype: str
    inputs: tuple[ref[Array], ...] = ()
    last: dict[str, str] = field(default_factory=dict)
    ops: dict[int, Operator] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inputs = tuple(ref(root(array)) for array in self.held.values())
        self.last = {name: node.name for node in self.graph.nodes.values() for name in node.inputs}

    def all(self) -> Execution:
        """Every layer in the order of the graph."""
        start = live(self.held.values())
        self._free(name for name in [*self.held] if name not in self.last)
        measurements = {}
        for node in self.graph.nodes.values():
            measurements[node.name] = self._measured(node)
            self._free(name for name in (*node.inputs, node.name) if self.last.get(name, node.name) == node.name)
        outputs = {name: self.held[name] for name in self.graph.outputs}
        return Execution(measurements, outputs, self.weights.used, start)

    def _measured(self, node: Node) -> Measurement:
        """Run one layer and hold its output."""
        op = self._at(node.op)
        arrays = [self.held[name] for name in node.inputs]
        wanted = op.weights(*(array.shape for array in arrays))
        weights = self.weights.of(node.owner, wanted)
        meter = Meter() if self.metered else None
        start = perf_counter()
        y = self._run(node, op, arrays, weights, meter)
        seconds = perf_counter() - start
        self.held[node.name] = y
        if not arrays:  # a constant is there before the run, as an input is
            self.inputs = (*self.inputs, ref(root(y)))
        if self.watch:
            self.watch(node.name, y)
        own = node.owner == node.name
        params, buffers = self.weights.counted(wanted, weights) if own else (0, 0)
        cost = Cost(**meter.tally) if meter else None
        size = live(self.held.values(), self.weights.memory)
        return Measurement(node.name, y.shape, named(y.dtype), params, buffers, cost, seconds, size)

    def _at(self, op: Operator) -> Operator:
        """An operator with numbers; many layers have the same."""
        if id(op) not in self.ops:
            self.ops[id(op)] = op.at(self.values)
        return self.ops[id(op)]

    def _run(
        self, node: Node, op: Operator, arrays: list[Array], weights: dict[str, Array], meter: Meter | None
    ) -> Array:
        """The output, in memory of its own unless the operator gives its input, or writes over it."""
        seen: list[Any] = [meter.watch(array) if meter else single(array) for array in arrays]
        if self._spare(node, op, arrays):
            return np.asarray(op.run(*seen, out=seen[0], **weights))
        y = np.asarray(op.run(*seen, **weights))
        if not arrays:
            return y.astype(self.dtype, copy=False) if y.dtype.kind == "f" else y
        return y if op.is_view else owned(y, arrays)

    def _spare(self, node: Node, op: Operator, arrays: list[Array]) -> bool:
        """Whether the first input may be written over: nothing that is held for later looks at its memory."""
        if not op.rewrites or node.inputs.count(node.inputs[0]) > 1:
            return False
        memory = root(arrays[0])
        others = (array for name, array in self.held.items() if name != node.inputs[0] or self._needed(name, node))
        kept = (*map(root, others), *(known() for known in self.inputs))
        return id(memory) not in self.weights.memory and not any(memory is other for other in kept)

    def _needed(self, name: str, node: Node) -> bool:
        """Whether a tensor is read after this layer, or is an output."""
        return name in self.graph.outputs or self.last.get(name) != node.name

    def _free(self, names: Any) -> None:
        """Let go of tensors, unless they are outputs."""
        for name in [*names]:
            if name not in self.graph.outputs:
                self.held.pop(name, None)
