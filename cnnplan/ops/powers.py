"""Powers, roots, logarithms, waves and absolute values, element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.fields import Number
from cnnplan.ops.rectifiers import Pointwise
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Abs", "Cos", "Exp", "Log", "Pow", "Sin", "Sqrt"]


class Transcendental(Pointwise):
    """One such function of every element."""

    overwrites = True

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A transcendental."""
        del shapes
        return Cost(transcendentals=prod(output))


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


class Pow(Transcendental):
    """Elements to a power.

    Output   the shape of the input
    Weights  none
    Cost     a transcendental per element
    Source   torch.pow

    >>> Pow(exponent=3).cost(((2, 3),), (2, 3)).transcendentals
    6
    """

    exponent: Number = field(description="The power.")

    def run(self, x: Array, out: Array | None = None) -> Array:
        """NumPy's."""
        return np.power(x, self.exponent, out=out)


class Sqrt(Transcendental):
    """The square root of elements; of negative ones there is none.

    Output   the shape of the input
    Weights  none
    Cost     a transcendental per element
    Source   torch.sqrt

    >>> Sqrt().cost(((2, 3),), (2, 3)).transcendentals
    6
    """

    saves = "output"

    def run(self, x: Array, out: Array | None = None) -> Array:
        """NumPy's; where there is no result, it is nan or infinite."""
        with np.errstate(all="ignore"):
            return np.sqrt(x, out=out)


class Exp(Transcendental):
    """e to the power of elements.

    Output   the shape of the input
    Weights  none
    Cost     a transcendental per element
    Source   torch.exp

    >>> Exp().cost(((2, 3),), (2, 3)).transcendentals
    6
    """

    saves = "output"

    def run(self, x: Array, out: Array | None = None) -> Array:
        """NumPy's; where there is no result, it is nan or infinite."""
        with np.errstate(all="ignore"):
            return np.exp(x, out=out)


class Log(Transcendental):
    """The natural logarithm of elements; of negative ones there is none.

    Output   the shape of the input
    Weights  none
    Cost     a transcendental per element
    Source   torch.log

    >>> Log().cost(((2, 3),), (2, 3)).transcendentals
    6
    """

    def run(self, x: Array, out: Array | None = None) -> Array:
        """NumPy's; where there is no result, it is nan or infinite."""
        with np.errstate(all="ignore"):
            return np.log(x, out=out)


class Sin(Transcendental):
    """The sine of elements, in radians.

    Output   the shape of the input
    Weights  none
    Cost     a transcendental per element
    Source   torch.sin

    >>> Sin().cost(((2, 3),), (2, 3)).transcendentals
    6
    """

    def run(self, x: Array, out: Array | None = None) -> Array:
        """NumPy's; where there is no result, it is nan or infinite."""
        with np.errstate(all="ignore"):
            return np.sin(x, out=out)


class Cos(Transcendental):
    """The cosine of elements, in radians.

    Output   the shape of the input
    Weights  none
    Cost     a transcendental per element
    Source   torch.cos

    >>> Cos().cost(((2, 3),), (2, 3)).transcendentals
    6
    """

    def run(self, x: Array, out: Array | None = None) -> Array:
        """NumPy's; where there is no result, it is nan or infinite."""
        with np.errstate(all="ignore"):
            return np.cos(x, out=out)
