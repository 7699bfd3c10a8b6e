"""Powers, roots and absolute values, element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.ops.fields import Number
from cnnplan.ops.rectifiers import Pointwise
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Abs", "Pow", "Sqrt"]


class Abs(Pointwise):
    """Elements without their sign.

    Output   the shape of the input
    Weights  none
    Cost     nothing: a bit is dropped
    Source   torch.abs

    >>> Abs().output((2, 3))
    (2, 3)
    """

    overwrites = True

    def run(self, x: Array, out: Array | None = None) -> Array:
        """NumPy's."""
        return np.absolute(x, out=out)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Nothing."""
        del shapes, output
        return Cost()


class Pow(Pointwise):
    """Elements to a power.

    Output   the shape of the input
    Weights  none
    Cost     a transcendental per element
    Source   torch.pow

    >>> Pow(exponent=3).cost(((2, 3),), (2, 3)).transcendentals
    6
    """

    overwrites = True

    exponent: Number = Field(description="The power.")

    def run(self, x: Array, out: Array | None = None) -> Array:
        """NumPy's."""
        return np.power(x, self.exponent, out=out)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A transcendental."""
        del shapes
        return Cost(transcendentals=prod(output))


class Sqrt(Pointwise):
    """The square root of elements; of negative ones there is none.

    Output   the shape of the input
    Weights  none
    Cost     a transcendental per element
    Source   torch.sqrt

    >>> Sqrt().cost(((2, 3),), (2, 3)).transcendentals
    6
    """

    overwrites = True
    saves = "output"

    def run(self, x: Array, out: Array | None = None) -> Array:
        """NumPy's."""
        with np.errstate(invalid="ignore"):
            return np.sqrt(x, out=out)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A transcendental."""
        del shapes
        return Cost(transcendentals=prod(output))
