"""Normalization by what is around an element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import taps, together
from cnnplan.ops.base import Operator
from cnnplan.ops.fields import Number, Positive
from cnnplan.ops.links import Link
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["LocalResponseNorm"]


class LocalResponseNorm(Operator):
    """Every element is divided by a power of the squares around it, `size` channels wide, `size // 2` of them before.

    Output   the shape of the input
    Weights  none
    Cost     x / (k + alpha / size * sum(x * x)) ** beta: 2 multiplies, size - 1 adds for the sum (zeros beyond the edge
             included) and one for k, a power and a divide per element
    Source   Krizhevsky et al. (2012); torch.nn.LocalResponseNorm

    >>> LocalResponseNorm(size=5).cost(((1, 2, 3, 4),), (1, 2, 3, 4)).adds
    120
    """

    ranks = (3, 5)

    size: Positive = field(description="Number of channels that are added up.")
    alpha: Number = field(default=1e-4, description="Weight of the squares.")
    beta: Number = field(default=0.75, description="The power.")
    k: Number = field(default=1.0, description="What is added to the squares.")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Channels around it, at the same place."""
        del operand, shapes
        before = self.size // 2
        return Link(dim, 1, -before, self.size - 1 - before) if dim == 1 else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """The shape of the input."""
        (x,) = shapes
        return x

    def run(self, x: Array) -> Array:
        """A sum over neighbouring channels, of which there are zeros beyond the edge."""
        squares = np.multiply(x, x)
        size: Any = self.size
        before = size // 2
        frame = np.zeros_like(x, shape=(x.shape[0], x.shape[1] + size - 1, *x.shape[2:]))
        frame[:, before : before + x.shape[1]] = squares
        view = np.lib.stride_tricks.sliding_window_view(frame, (size,), axis=(1,), subok=True)
        y = together(np.add, taps(view, 1))
        y = np.add(np.multiply(y, self.alpha / size, out=y), self.k, out=y)
        return np.divide(x, np.power(y, self.beta, out=y), out=y)

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """The squares in their frame, what they add up to, and its power."""
        (x,) = shapes
        return {"": x[0] * (x[1] + (self.size - 1)) * prod(x[2:]) + 2 * prod(x)}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A sum over channels, a power, a divide."""
        del shapes
        n = prod(output)
        return Cost(multiplies=2 * n, adds=self.size * n, divides=n, transcendentals=n)
