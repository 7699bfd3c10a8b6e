"""Recurrent layers: simple, with a memory, with gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import affine, held
from cnnplan.ops.base import Requirement, Weight, broken
from cnnplan.ops.fields import Flag, Nonlinearity, Positive, Reset
from cnnplan.ops.sequences import Recurrent, parts, sigmoid
from cnnplan.sizes import gt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.ops.sequences import Cell
    from cnnplan.sizes import Extent, Shape

__all__ = ["Gru", "Lstm", "Rnn"]


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

    nonlinearity: Nonlinearity = field(default="tanh", description="The function: tanh or relu.")

    def step(self, inputs: Array, cell: Cell, state: Array, memory: Array) -> tuple[Array, Array]:
        """The function of a sum."""
        y = np.add(inputs, cell.back(state))
        return (np.tanh(y, out=y) if self.nonlinearity == "tanh" else np.maximum(y, 0, out=y)), memory

    def left(self, steps: Extent) -> Extent:
        """All states, the first included."""
        return steps + 1

    def step_cost(self) -> Cost:
        """A sum and the function."""
        return Cost(adds=1, transcendentals=1) if self.nonlinearity == "tanh" else Cost(adds=1, compares=1)


class Lstm(Recurrent):
    """A memory beside the state, that gates keep, fill and show.

    A third input is the memory to begin with. With `memory` each direction gives its memory too, behind its state.

    Output   (N, T, hidden_size), twice as wide if bidirectional, and with memory
    Weights  weight_ih_l0 (4 hidden_size, C), weight_hh_l0 (4 hidden_size, hidden_size), bias_ih_l0, bias_hh_l0
             (4 hidden_size,), rows in the order input, forget, cell, output; of further layers l1, backward l0_reverse;
             with proj_size weight_hh_l0 (4 hidden_size, proj_size) and weight_hr_l0 (proj_size, hidden_size)
    Cost     per step: a multiply-add per weight, an add per bias; per feature 4 sums, 3 sigmoids, 2 tanh, 3 multiplies
             and an add
    Source   Hochreiter & Schmidhuber (1997), Long Short-Term Memory; torch.nn.LSTM with batch_first

    >>> Lstm(hidden_size=5).weights((2, 7, 3))["weight_ih_l0"].shape
    (20, 3)
    """

    gates = 4
    arity = (1, 3)

    memory: Flag = field(default=False, description="Whether the memory comes out at every step, behind the state.")
    proj_size: Positive | None = field(
        default=None, description="Features that the state is brought to before it comes back, and out; left out, all."
    )

    @property
    def shown(self) -> Extent:
        """Those it is brought to, if it is."""
        return self.hidden_size if self.proj_size is None else self.proj_size

    @property
    def begins(self) -> tuple[tuple[str, Extent], ...]:
        """A memory too."""
        return (*super().begins, ("memory", self.hidden_size))

    def output(self, *shapes: Shape) -> Shape:
        """The state of all directions, at every step, with or without the memory."""
        *front, width = super().output(*shapes)
        return (*front, width + self.hidden_size * len(self._directions) if self.memory else width)

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A projection to fewer features; a memory beside a state to begin with."""
        if len(shapes) == 2:  # noqa: PLR2004 - a sequence and a state
            hint = "give both or none, as PyTorch's (h_0, c_0)"
            yield broken("CNN105", "takes a state and a memory to begin with, and got one of them", {}, hint)
            return
        yield from super().needs(*shapes)
        if self.proj_size is not None:
            values = {"features": self.proj_size, "hidden": self.hidden_size}
            message = "proj_size (={features}) must be less than hidden_size (={hidden})"
            yield Requirement(gt(self.hidden_size, self.proj_size), "CNN106", message, values, "", "proj_size")

    def kept(self, steps: Extent) -> Extent:
        """Those, and what they are brought to."""
        return super().kept(steps) + (0 if self.proj_size is None else self.proj_size * steps)

    def more(self) -> dict[str, Weight]:
        """The projection."""
        return {} if self.proj_size is None else {"weight_hr": Weight((self.proj_size, self.hidden_size))}

    def _projected(self, name: str, weight: Array | None) -> None:
        wanted: Any = self.proj_size
        if wanted is not None and wanted >= self.hidden_size:
            raise ValueError(f"{wanted} is not less than {self.hidden_size}")
        held(name, weight, wanted, self.hidden_size, there=wanted is not None)

    def given(self, state: Array, memory: Array) -> Array:
        """The state, and the memory if it is asked for."""
        return np.concatenate([state, memory], axis=-1) if self.memory else state

    def step(self, inputs: Array, cell: Cell, state: Array, memory: Array) -> tuple[Array, Array]:
        """Keep some, add some, show some."""
        fill, keep, new, show = parts(np.add(inputs, cell.back(state)), 4)
        memory = np.add(np.multiply(sigmoid(keep), memory), np.multiply(sigmoid(fill), np.tanh(new)))
        state = np.multiply(sigmoid(show), np.tanh(memory))
        return state if cell.r is None else affine(state, cell.r, None), memory

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

    reset: Reset = field(
        default="after",
        description="Whether the reset gate hides what the state gives (`after` its product: PyTorch, mlx, Keras' "
        "reset_after) or the state (`before` it: Cho's, Keras' other).",
    )

    def step(self, inputs: Array, cell: Cell, state: Array, memory: Array) -> tuple[Array, Array]:
        """Between the state and what is new."""
        size: Any = 2 * self.hidden_size
        c = None if cell.c is None or self.biases == "new" else cell.c[:size]
        last = cell.c if cell.c is None or self.biases == "new" else cell.c[size:]
        gates = np.add(inputs[:, :size], affine(state, cell.u[:size], c))
        reset, update = parts(gates, 2)
        r, z = sigmoid(reset), sigmoid(update)
        if self.reset == "after":
            back = np.multiply(r, affine(state, cell.u[size:], last))
        else:
            back = affine(np.multiply(r, state), cell.u[size:], last)
        n = np.tanh(np.add(inputs[:, size:], back))
        return np.add(np.multiply(np.subtract(1, z), n), np.multiply(z, state)), memory

    def step_cost(self) -> Cost:
        """3 sums, 2 sigmoids, a tanh, 3 multiplies, a difference, an add."""
        return Cost(adds=3 + 2 + 1 + 1, divides=2, transcendentals=2 + 1, multiplies=3)
