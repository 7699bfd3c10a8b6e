"""Recurrent layers: the same weights at every step of a sequence."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.ops.arrays import affine, held
from cnnplan.ops.base import Weight
from cnnplan.ops.fields import Flag, Nonlinearity, Positive, Several
from cnnplan.ops.links import Link
from cnnplan.ops.sharing import Weighted
from cnnplan.sizes import combine, prod

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Gru", "Lstm", "Rnn"]

KINDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), in place."""
    with np.errstate(over="ignore"):
        y = np.exp(np.negative(x, out=x), out=x)
    y = np.add(y, 1, out=y)
    return np.divide(1, y, out=y)


class Recurrent(Weighted):
    """Layers, one on top of the other, whose every step takes the state that the step before left.

    The output is the state at every step, in the order (N, T, features): the batch comes first. The last state is a
    slice of it, `slice: {dim: 1, start: -1}`; backwards, it is the first.
    """

    ranks = (3, 3)

    gates: ClassVar[int]
    """How many times the weights of a state there are."""

    hidden_size: Positive = Field(description="Features of the state.")
    num_layers: Several = Field(default=1, description="How many layers, each on what the one before gives.")
    bias: Flag = Field(default=True, description="Whether numbers are added, to what comes in and to the state.")
    bidirectional: Flag = Field(default=False, description="Whether a second state runs backwards, beside the first.")

    def output(self, *shapes: Shape) -> Shape:
        """The state of all directions, at every step."""
        (x,) = shapes
        return (*x[:2], self.hidden_size * len(self._directions))

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """Those of each layer and direction."""
        found: dict[str, Weight] = {}
        for suffix, features in self._cells(shapes[0][2]):
            rows = self.gates * self.hidden_size
            extents: tuple[Shape, ...] = ((rows, features), (rows, self.hidden_size), (rows,), (rows,))
            pairs = zip(KINDS if self.bias else KINDS[:2], extents, strict=False)
            found |= {f"{kind}_{suffix}": Weight(shape) for kind, shape in pairs}
        return found

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Two products, their sum and the rest of a step, for each step, layer and direction."""
        (x,) = shapes
        together = Cost()
        for _, features in self._cells(x[2]):
            rows = self.gates * self.hidden_size
            sums = rows * (2 if self.bias else 0)
            products = Cost(macs=rows * (features + self.hidden_size), adds=sums)
            together += products + self.step_cost() * self.hidden_size
        del output
        return together * (x[0] * x[1])

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """All weights, for each step: what a network as deep as the sequence is long would have."""
        steps, weights = shapes[0][1], self.weights(*shapes).values()
        del output
        return combine((prod(weight.shape), 1) for weight in weights) * steps  # type: ignore[no-any-return]

    def run(self, x: Array, **weights: Array) -> Array:
        """Layer by layer, both directions beside each other."""
        ends = ["", "_reverse"] if self.bidirectional else [""]
        for layer in range(self.num_layers):
            states = [self._states(x, f"l{layer}{end}", weights) for end in ends]
            x = np.concatenate(states, axis=2)
        if weights:
            raise TypeError(f"{', '.join(weights)} are no weights of this layer")
        return x

    def _states(self, x: Array, suffix: str, weights: dict[str, Array]) -> Array:
        """The states of one layer, in one direction."""
        w, u, b, c = (weights.pop(f"{kind}_{suffix}", None) for kind in KINDS)
        rows = self.gates * self.hidden_size
        held(f"weight_ih_{suffix}", w, rows, x.shape[2])
        held(f"weight_hh_{suffix}", u, rows, self.hidden_size)
        held(f"bias_ih_{suffix}", b, rows, there=self.bias)
        held(f"bias_hh_{suffix}", c, rows, there=self.bias)
        inputs = affine(x, w, b)
        wide: Any = self.hidden_size
        state = np.zeros_like(x, shape=(x.shape[0], wide))
        memory: Any = np.zeros_like(state)
        found: list[Array] = [state] * x.shape[1]
        steps = range(x.shape[1])
        for step in reversed(steps) if suffix.endswith("_reverse") else steps:
            state, memory = self.step(inputs[:, step], affine(state, u, c), state, memory)
            found[step] = state
        return np.stack(found, axis=1)

    @abstractmethod
    def step(self, inputs: Array, recurrent: Array, state: Array, memory: Array) -> tuple[Array, Array]:
        """The next state, and the next memory, from what comes in and what comes back."""

    @abstractmethod
    def step_cost(self) -> Cost:
        """What that takes, per feature of the state."""

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Each sample for itself; a step looks at all before it."""
        del operand, shapes
        return Link(dim) if dim == 0 else None

    def notes(self, *shapes: Shape) -> Mapping[str, Extent]:
        """What every step leaves, and all states together where they go into a further layer."""
        n, steps, _ = shapes[0]
        features = self.hidden_size * len(self._directions)
        layers: Extent = self.num_layers
        return {"": n * features * (self.left(steps) * layers + steps * (layers - 1))}

    def left(self, steps: Extent) -> Extent:
        """How many numbers of a feature all steps leave: seven each, and the first state for the last."""
        return 7 * steps

    @property
    def _directions(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    def _cells(self, features: Extent) -> Iterator[tuple[str, Extent]]:
        """The suffix of the weights of each layer and direction, and the features that come in."""
        for layer in range(self.num_layers):
            yield from ((f"l{layer}{direction}", features) for direction in self._directions)
            features = self.hidden_size * len(self._directions)


def _parts(x: Array, number: int) -> list[Array]:
    """The gates, which lie one behind the other."""
    return np.split(x, number, axis=-1)


class Rnn(Recurrent):
    """The state is a function of a weighted sum of what comes in and the state before.

    Output   (N, T, hidden_size), twice as wide if bidirectional
    Weights  weight_ih_l0 (hidden_size, C), weight_hh_l0 (hidden_size, hidden_size), bias_ih_l0, bias_hh_l0
             (hidden_size,), of further layers l1, and of backward ones l0_reverse
    Cost     per step: a multiply-add per weight, an add per bias, an add and a tanh (relu: a compare) per feature
    Source   Elman (1990), Finding Structure in Time; torch.nn.RNN with batch_first

    >>> Rnn(hidden_size=5).output((2, 7, 3))
    (2, 7, 5)
    """

    gates = 1

    nonlinearity: Nonlinearity = Field(default="tanh", description="The function: tanh or relu.")

    def step(self, inputs: Array, recurrent: Array, state: Array, memory: Array) -> tuple[Array, Array]:
        """The function of a sum."""
        del state
        y = np.add(inputs, recurrent)
        return (np.tanh(y, out=y) if self.nonlinearity == "tanh" else np.maximum(y, 0, out=y)), memory

    def left(self, steps: Extent) -> Extent:
        """All states, the first included."""
        return steps + 1

    def step_cost(self) -> Cost:
        """A sum and the function."""
        return Cost(adds=1, transcendentals=1) if self.nonlinearity == "tanh" else Cost(adds=1, compares=1)


class Lstm(Recurrent):
    """A memory beside the state, that gates keep, fill and show.

    Output   (N, T, hidden_size), twice as wide if bidirectional
    Weights  weight_ih_l0 (4 hidden_size, C), weight_hh_l0 (4 hidden_size, hidden_size), bias_ih_l0, bias_hh_l0
             (4 hidden_size,), rows in the order input, forget, cell, output; of further layers l1, backward l0_reverse
    Cost     per step: a multiply-add per weight, an add per bias; per feature 4 sums, 3 sigmoids, 2 tanh, 3 multiplies
             and an add
    Source   Hochreiter & Schmidhuber (1997), Long Short-Term Memory; torch.nn.LSTM with batch_first

    >>> Lstm(hidden_size=5).weights((2, 7, 3))["weight_ih_l0"].shape
    (20, 3)
    """

    gates = 4

    def step(self, inputs: Array, recurrent: Array, state: Array, memory: Array) -> tuple[Array, Array]:
        """Keep some, add some, show some."""
        del state
        fill, keep, new, show = _parts(np.add(inputs, recurrent), 4)
        memory = np.add(np.multiply(sigmoid(keep), memory), np.multiply(sigmoid(fill), np.tanh(new)))
        return np.multiply(sigmoid(show), np.tanh(memory)), memory

    def step_cost(self) -> Cost:
        """4 sums, 3 sigmoids, 2 tanh, 3 multiplies, an add."""
        return Cost(adds=4 + 3 + 1, divides=3, transcendentals=3 + 2, multiplies=3)


class Gru(Recurrent):
    """A state that one gate keeps and another hides from what is new.

    Output   (N, T, hidden_size), twice as wide if bidirectional
    Weights  weight_ih_l0 (3 hidden_size, C), weight_hh_l0 (3 hidden_size, hidden_size), bias_ih_l0, bias_hh_l0
             (3 hidden_size,), rows in the order reset, update, new; of further layers l1, and of backward l0_reverse
    Cost     per step: a multiply-add per weight, an add per bias; per feature 3 sums, 2 sigmoids, a tanh, 3 multiplies,
             a difference and an add
    Source   Cho et al. (2014), Learning Phrase Representations using RNN Encoder-Decoder; torch.nn.GRU with batch_first

    >>> Gru(hidden_size=5).weights((2, 7, 3))["weight_hh_l0"].shape
    (15, 5)
    """

    gates = 3

    def step(self, inputs: Array, recurrent: Array, state: Array, memory: Array) -> tuple[Array, Array]:
        """Between the state and what is new."""
        pairs = zip(_parts(inputs, 3), _parts(recurrent, 3), strict=True)
        (reset, hidden), (update, kept), (new, back) = pairs
        r, z = sigmoid(np.add(reset, hidden)), sigmoid(np.add(update, kept))
        n = np.tanh(np.add(new, np.multiply(r, back)))
        return np.add(np.multiply(np.subtract(1, z), n), np.multiply(z, state)), memory

    def step_cost(self) -> Cost:
        """3 sums, 2 sigmoids, a tanh, 3 multiplies, a difference, an add."""
        return Cost(adds=3 + 2 + 1 + 1, divides=2, transcendentals=2 + 1, multiplies=3)
