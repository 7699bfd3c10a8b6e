"""Smooth activations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import erf
from cnnplan.ops.base import Operator, Requirement
from cnnplan.ops.dims import outside, position, without
from cnnplan.ops.fields import Approximate, Dim, Number
from cnnplan.ops.links import Link
from cnnplan.ops.rectifiers import Pointwise
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Gelu", "LogSoftmax", "Mish", "Sigmoid", "Silu", "Softmax", "Softplus", "Tanh"]

HALF_ROOT = math.sqrt(0.5)
SLOPE = math.sqrt(2 / math.pi)
BEND = 0.044715 * SLOPE


class Sigmoid(Pointwise):
    """Elements are brought between 0 and 1.

    Output   the shape of the input
    Weights  none
    Cost     1 / (1 + exp(-x)): an exponential, an add and a divide per element
    Source   torch.nn.Sigmoid

    >>> Sigmoid().cost(((2, 3),), (2, 3)).flops
    18
    """

    saves = "output"

    def run(self, x: Array) -> Array:
        """The formula, in place."""
        with np.errstate(over="ignore"):
            y = np.exp(-x)
        y = np.add(y, 1, out=y)
        return np.divide(1, y, out=y)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """An exponential, an add, a divide."""
        del shapes
        elements = prod(output)
        return Cost(adds=elements, divides=elements, transcendentals=elements)


class Silu(Pointwise):
    """An element times its sigmoid.

    Output   the shape of the input
    Weights  none
    Cost     x / (1 + exp(-x)): an exponential, an add and a divide per element
    Source   torch.nn.SiLU

    >>> Silu().cost(((2, 3),), (2, 3)).flops
    18
    """

    def run(self, x: Array) -> Array:
        """The formula, in place."""
        with np.errstate(over="ignore"):
            y = np.exp(-x)
        y = np.add(y, 1, out=y)
        return np.divide(x, y, out=y)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """An exponential, an add, a divide."""
        del shapes
        elements = prod(output)
        return Cost(adds=elements, divides=elements, transcendentals=elements)


class Tanh(Pointwise):
    """Elements are brought between -1 and 1.

    Output   the shape of the input
    Weights  none
    Cost     tanh(x): a transcendental per element
    Source   torch.nn.Tanh

    >>> Tanh().cost(((2, 3),), (2, 3)).transcendentals
    6
    """

    overwrites = True
    saves = "output"

    def run(self, x: Array, out: Array | None = None) -> Array:
        """NumPy's."""
        return np.tanh(x, out=out)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A transcendental."""
        del shapes
        return Cost(transcendentals=prod(output))


class Gelu(Pointwise):
    """An element times the probability that a normal variable is less.

    Output   the shape of the input
    Weights  none
    Cost     none: 0.5 * x * (1 + erf(x * sqrt(1/2))), 3 multiplies, an add, a transcendental per element;
             tanh: 0.5 * x * (1 + tanh(x * (a + b * x * x))), 5 multiplies, 2 adds, a transcendental per element
    Source   Hendrycks & Gimpel (2016); torch.nn.GELU

    >>> Gelu(approximate="tanh").cost(((2, 3),), (2, 3)).multiplies
    30
    """

    approximate: Approximate = field(default="none", description="`tanh` for the approximation by it.")

    def run(self, x: Array) -> Array:
        """Half the input, times 1 and a curve between -1 and 1."""
        y = self._bell(x)
        y = np.add(y, 1, out=y)
        return np.multiply(np.multiply(x, 0.5), y, out=y)

    def _bell(self, x: Array) -> Array:
        if self.approximate == "none":
            return erf(x * HALF_ROOT)
        y = np.multiply(x, x)
        y = np.add(np.multiply(y, BEND, out=y), SLOPE, out=y)
        return np.tanh(np.multiply(x, y, out=y), out=y)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Multiplies, adds, a transcendental."""
        del shapes
        elements = prod(output)
        multiplies, adds = (3, 1) if self.approximate == "none" else (5, 2)
        return Cost(multiplies=multiplies * elements, adds=adds * elements, transcendentals=elements)


class Softplus(Pointwise):
    """A smooth relu; the element itself where they do not differ in floats.

    Output   the shape of the input
    Weights  none
    Cost     x if beta * x > threshold else log1p(exp(beta * x)) / beta: a multiply, a compare, 2 transcendentals and a
             divide per element
    Source   torch.nn.Softplus

    >>> Softplus().cost(((2, 3),), (2, 3)).transcendentals
    12
    """

    beta: Number = field(default=1.0, description="How sharp the bend is.")
    threshold: Number = field(default=20.0, description="From where on an element stays as it is.")

    def run(self, x: Array) -> Array:
        """A line where the curve cannot be told from it."""
        scaled = x * self.beta
        with np.errstate(over="ignore"):
            y = np.log1p(np.exp(scaled))
        y = np.divide(y, self.beta, out=y)
        return np.where(scaled > self.threshold, x, y)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A multiply, a compare, two transcendentals, a divide."""
        del shapes
        elements = prod(output)
        return Cost(multiplies=elements, compares=elements, divides=elements, transcendentals=2 * elements)


class Mish(Pointwise):
    """An element times the tanh of its softplus.

    Output   the shape of the input
    Weights  none
    Cost     x * tanh(log1p(exp(x))): 3 transcendentals and a multiply per element
    Source   Misra (2019); torch.nn.Mish

    >>> Mish().cost(((2, 3),), (2, 3)).transcendentals
    18
    """

    def run(self, x: Array) -> Array:
        """The formula, in place."""
        with np.errstate(over="ignore"):
            y = np.log1p(np.exp(x))
        return np.multiply(x, np.tanh(y, out=y), out=y)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Three transcendentals, a multiply."""
        del shapes
        elements = prod(output)
        return Cost(multiplies=elements, transcendentals=3 * elements)


class AlongAxis(Operator):
    """A function of all elements along an axis."""

    ranks = (1, None)
    saves = "output"

    dim: Dim = field(default=1, description="The axis along which the exponentials add up to 1; negative from the end.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """An axis of that number."""
        yield from outside("dim", self.dim, len(shapes[0]))

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element, but for the axis itself."""
        del operand
        (x,) = shapes
        return None if dim == position(self.dim, len(x)) else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """The shape of the input."""
        (x,) = shapes
        return x

    def lines(self, x: Shape) -> Extent:
        """How many lines there are along the axis."""
        number: Extent = prod(without(x, position(self.dim, len(x))))
        return number


class Softmax(AlongAxis):
    """Exponentials, divided by their sum along an axis.

    Output   the shape of the input
    Weights  none
    Cost     e / sum(e) with e = exp(x - max(x)): for each line of k elements k - 1 compares, k subtractions,
             k exponentials, k - 1 adds, k divides
    Source   torch.nn.Softmax

    >>> Softmax().cost(((2, 10),), (2, 10)).compares
    18
    """

    def run(self, x: Array) -> Array:
        """Exponentials of what is at most 0; a line that is masked as a whole has no shares: NaN, as in PyTorch."""
        with np.errstate(invalid="ignore"):
            y = x - np.max(x, axis=self.dim, keepdims=True)
        y = np.exp(y, out=y)
        return np.divide(y, np.sum(y, axis=self.dim, keepdims=True), out=y)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A maximum, a difference, exponentials, a sum, a quotient."""
        del shapes
        elements = prod(output)
        steps = elements - self.lines(output)
        return Cost(adds=elements + steps, divides=elements, compares=steps, transcendentals=elements)


class LogSoftmax(AlongAxis):
    """The logarithm of softmax, computed without its overflow.

    Output   the shape of the input
    Weights  none
    Cost     d - log(sum(exp(d))) with d = x - max(x): for each line of k elements k - 1 compares, 2 k subtractions,
             k exponentials, k - 1 adds, a logarithm
    Source   torch.nn.LogSoftmax

    >>> LogSoftmax().cost(((2, 10),), (2, 10)).transcendentals
    22
    """

    def run(self, x: Array) -> Array:
        """Without exponentials of what is above 0."""
        y = x - np.max(x, axis=self.dim, keepdims=True)
        return np.subtract(y, np.log(np.sum(np.exp(y), axis=self.dim, keepdims=True)), out=y)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A maximum, a difference, exponentials, a sum, logarithms, a difference."""
        del shapes
        elements, lines = prod(output), self.lines(output)
        steps = elements - lines
        return Cost(adds=2 * elements + steps, compares=steps, transcendentals=elements + lines)
