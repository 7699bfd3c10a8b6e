"""One half of an axis that gates the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import along
from cnnplan.ops.base import Operator, Requirement
from cnnplan.ops.dims import outside, position
from cnnplan.ops.fields import Dim
from cnnplan.ops.links import Link
from cnnplan.sizes import divides, exact_div, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Glu"]


class Glu(Operator):
    """The first half of an axis times the sigmoid of the second half.

    Output   half as many elements along `dim`
    Weights  none
    Cost     a / (1 + exp(-b)): an exponential, an add and a divide per element of the output
    Source   Dauphin et al. (2016), Language Modeling with Gated Convolutional Networks; torch.nn.GLU

    >>> Glu().output((2, 16, 5, 7))
    (2, 8, 5, 7)
    """

    ranks = (1, None)

    dim: Dim = field(default=1, description="The axis that is halved.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """An axis with two halves."""
        (x,) = shapes
        fault = next(outside("dim", self.dim, len(x)), None)
        if fault is not None:
            yield fault
            return
        values = {"dim": position(self.dim, len(x)), "size": x[self.dim]}
        message = "the {size} elements of axis {dim} have no two halves"
        yield Requirement(divides(2, x[self.dim]), "CNN106", message, values, "an even number of them", "dim")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element; an element of each half."""
        del operand
        return None if dim == position(self.dim, len(shapes[0])) else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """Half of an axis."""
        (x,) = shapes
        dim = position(self.dim, len(x))
        return (*x[:dim], exact_div(x[dim], 2), *x[dim + 1 :])

    def run(self, x: Array) -> Array:
        """The formula, in place."""
        (axis,) = along(self.dim, x.ndim)
        one, other = np.split(x, 2, axis=axis)
        with np.errstate(over="ignore"):
            y = np.exp(-other)
        y = np.add(y, 1, out=y)
        return np.divide(one, y, out=y)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """An exponential, an add, a divide."""
        del shapes
        elements = prod(output)
        return Cost(adds=elements, divides=elements, transcendentals=elements)
