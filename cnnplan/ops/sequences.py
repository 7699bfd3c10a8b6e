"""What recurrent layers have in common: the same weights at every step of a sequence."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import affine, held
from cnnplan.ops.base import Limits, Requirement, Weight, broken, show
from cnnplan.ops.fields import Biases, Flag, Positive, Several
from cnnplan.ops.links import Link
from cnnplan.ops.sharing import Turned, Weighted
from cnnplan.sizes import combine, eq, prod, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Cell", "Recurrent", "parts", "sigmoid"]

KINDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")

GRU = 3
"""The gates of the one layer that has a new state for one of them."""


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), in place."""
    with np.errstate(over="ignore"):
        y = np.exp(np.negative(x, out=x), out=x)
    y = np.add(y, 1, out=y)
    return np.divide(1, y, out=y)


class Cell(NamedTuple):
    """The weights of one layer in one direction: of what comes in and of the state, their biases, a projection."""

    w: Array
    u: Array
    b: Array | None
    c: Array | None
    r: Array | None

    def back(self, state: Array) -> Array:
        """What comes back of a state."""
        return affine(state, self.u, self.c)


class Recurrent(Turned, Weighted):
    """Layers, one on top of the other, whose every step takes the state that the step before left.

    The output is the state at every step, in the order (N, T, features): the batch comes first. The last state is a
    slice of it, `slice: {dim: 1, start: -1}`; backwards, it is the first. A second input is the state to begin with, of
    each layer and direction: (num_layers * directions, N, features); without it that is 0.
    """

    arity: ClassVar[Limits] = (1, 2)

    ranks = (3, 3)
    order = "(N, T, C)"

    gates: ClassVar[int]
    """How many times the weights of a state there are."""

    hidden_size: Positive = field(description="Features of the state.")
    num_layers: Several = field(default=1, description="How many layers, each on what the one before gives.")
    bias: Flag = field(default=True, description="Whether numbers are added.")
    biases: Biases = field(
        default="both",
        description="What numbers are added to: `both`, what comes in and the state (PyTorch); `one`, their sum "
        "(Keras, Flax); `new`, what comes in, and the state only where it makes the new one of a gru (mlx, Equinox).",
    )
    bidirectional: Flag = field(default=False, description="Whether a second state runs backwards, beside the first.")

    def output(self, *shapes: Shape) -> Shape:
        """The state of all directions, at every step."""
        x = shapes[0]
        return (*x[:2], self.shown * len(self._directions))

    @property
    def shown(self) -> Extent:
        """The features of a state that come back, and out."""
        return self.hidden_size

    @property
    def begins(self) -> tuple[tuple[str, Extent], ...]:
        """What further inputs are to begin with, and their features."""
        return (("state", self.shown),)

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Numbers that are added to something that there is."""
        if self.biases == "new" and self.verb != "gru":
            yield broken("CNN013", "biases (=new) is for gru", {}, "both or one", "biases")
        x, *firsts = shapes
        for given, (what, features) in zip(firsts, self.begins, strict=False):
            wanted = (self.num_layers * len(self._directions), x[0], features)
            values = {"what": what, "given": show(given), "wanted": show(wanted)}
            for n, want in zip(given, wanted, strict=True):
                yield Requirement(eq(n, want), "CNN103", "the first {what} is {given}, and {wanted} is wanted", values)

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """Those of each layer and direction."""
        found: dict[str, Weight] = {}
        for suffix, features in self._cells(shapes[0][2]):
            rows = self.gates * self.hidden_size
            extents: tuple[Shape, ...] = ((rows, features), (rows, self.shown), (rows,), (self._added(),))
            there = (True, True, self.bias, self.bias and self.biases != "one")
            kept = (pair for pair, wanted in zip(zip(KINDS, extents, strict=False), there, strict=True) if wanted)
            found |= {f"{kind}_{suffix}": Weight(shape) for kind, shape in kept}
            found |= {f"{kind}_{suffix}": weight for kind, weight in self.more().items()}
        return found

    def _added(self) -> Extent:
        """How many numbers are added to the state."""
        return self.hidden_size * {"both": self.gates, "one": 0, "new": 1}[self.biases]

    def more(self) -> dict[str, Weight]:
        """Further weights of a cell."""
        return {}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Two products, their sum and the rest of a step, for each step, layer and direction."""
        x = shapes[0]
        together = Cost()
        for _, features in self._cells(x[2]):
            rows = self.gates * self.hidden_size
            sums = rows + self._added() if self.bias else 0
            products = Cost(macs=rows * (features + self.shown), adds=sums)
            products += Cost(macs=total(prod(weight.shape) for weight in self.more().values()))
            together += products + self.step_cost() * self.hidden_size
        del output
        return together * (x[0] * x[1])

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """All weights, for each step: what a network as deep as the sequence is long would have."""
        steps, weights = shapes[0][1], self.weights(*shapes).values()
        del output
        return combine((prod(weight.shape), 1) for weight in weights) * steps  # type: ignore[no-any-return]

    def run(self, x: Array, *firsts: Array, **weights: Array) -> Array:
        """Layer by layer, both directions beside each other."""
        ends = ["", "_reverse"] if self.bidirectional else [""]
        cells = [f"l{layer}{end}" for layer in range(self.num_layers) for end in ends]
        if any(len(first) != len(cells) for first in firsts):
            raise ValueError(f"{[first.shape for first in firsts]} to begin with, for {len(cells)} cells")
        for layer in range(self.num_layers):
            places = [layer * len(ends) + place for place in range(len(ends))]
            last = layer == self.num_layers - 1
            states = [self._states(x, cells[at], weights, [first[at] for first in firsts], last=last) for at in places]
            x = np.concatenate(states, axis=2)
        if weights:
            raise TypeError(f"{', '.join(weights)} are no weights of this layer")
        return x

    def _states(self, x: Array, suffix: str, weights: dict[str, Array], firsts: list[Array], *, last: bool) -> Array:
        """The states of one layer, in one direction, from those to begin with."""
        if self.biases == "new" and self.gates != GRU:
            raise ValueError("biases of the new state are for a gru")
        cell = self._cell(suffix, x.shape[2], Cell(*(weights.pop(f"{kind}_{suffix}", None) for kind in KINDS)))
        inputs = affine(x, cell.w, cell.b)
        wide: Any = (self.hidden_size, cell.u.shape[1])
        memory = _begun(firsts[1:], x, wide[0])
        state = _begun(firsts[:1], x, wide[1])
        found: list[Array] = [state] * x.shape[1]
        steps = range(x.shape[1])
        for step in reversed(steps) if suffix.endswith("_reverse") else steps:
            state, memory = self.step(inputs[:, step], cell, state, memory)
            found[step] = self.given(state, memory) if last else state
        return np.stack(found, axis=1)

    def given(self, state: Array, memory: Array) -> Array:
        """What the last layer gives of a step."""
        del memory
        return state

    def _cell(self, suffix: str, features: int, cell: Cell) -> Cell:
        """The weights of a cell, each of the extents that it must have."""
        rows, hidden = self.gates * self.hidden_size, self.hidden_size
        self._projected(f"weight_hr_{suffix}", cell.r)
        held(f"weight_ih_{suffix}", cell.w, rows, features)
        held(f"weight_hh_{suffix}", cell.u, rows, hidden if cell.r is None else cell.r.shape[0])
        held(f"bias_ih_{suffix}", cell.b, rows, there=self.bias)
        added = hidden if self.biases == "new" else rows
        held(f"bias_hh_{suffix}", cell.c, added, there=self.bias and self.biases != "one")
        return cell

    def _projected(self, name: str, weight: Array | None) -> None:
        """Refuse a projection."""
        held(name, weight, there=False)

    @abstractmethod
    def step(self, inputs: Array, cell: Cell, state: Array, memory: Array) -> tuple[Array, Array]:
        """The next state, and the next memory, from what comes in and what comes back."""

    @abstractmethod
    def step_cost(self) -> Cost:
        """What that takes, per feature of the state."""

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Each sample for itself; a step looks at all before it."""
        del shapes
        if operand:
            return Link(0) if dim == 1 else None
        return Link(dim) if dim == 0 else None

    def notes(self, *shapes: Shape) -> Mapping[str, Extent]:
        """What every step leaves, and all states together where they go into a further layer."""
        n, steps, _ = shapes[0]
        between = self.shown * steps * (self.num_layers - 1)
        return {"": n * len(self._directions) * (self.kept(steps) * self.num_layers + between)}

    def kept(self, steps: Extent) -> Extent:
        """How many numbers all steps of a cell leave."""
        return self.hidden_size * self.left(steps)

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
            features = self.shown * len(self._directions)


def _begun(first: list[Array], x: Array, features: int) -> Array:
    """A state to begin with: that which is given, else 0."""
    if not first:
        return np.zeros_like(x, shape=(x.shape[0], features))
    if first[0].shape != (x.shape[0], features):
        raise ValueError(f"{first[0].shape} to begin with, and {(x.shape[0], features)} is wanted")
    return first[0]


def parts(x: Array, number: int) -> list[Array]:
    """The gates, which lie one behind the other."""
    return np.split(x, number, axis=-1)
