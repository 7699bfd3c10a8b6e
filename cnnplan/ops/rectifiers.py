"""Activations with a corner at zero: cheap, piecewise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import beside, held
from cnnplan.ops.base import Operator, Requirement, Weight
from cnnplan.ops.fields import Number, Positive
from cnnplan.ops.links import Link
from cnnplan.sizes import eq, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Elu", "HardSigmoid", "HardSwish", "LeakyRelu", "Pointwise", "Prelu", "Relu", "Relu6", "Selu"]

ALPHA, SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
"""The constants of selu: mean 0 and variance 1 stay so."""


class Pointwise(Operator):
    """The same function of every element."""

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element."""
        del operand, shapes
        return Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """The shape of the input."""
        (x,) = shapes
        return x


class Relu(Pointwise):
    """Negative elements become 0.

    Output   the shape of the input
    Weights  none
    Cost     max(x, 0): a compare per element
    Source   torch.nn.ReLU

    >>> Relu().cost(((2, 3),), (2, 3)).compares
    6
    """

    overwrites = True
    saves = "output"

    def run(self, x: Array, out: Array | None = None) -> Array:
        """A maximum; NumPy compares arrays several times faster than an array and a number."""
        return np.maximum(x, np.zeros_like(x, shape=x.shape[-2:]), out=out)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A compare."""
        del shapes
        return Cost(compares=prod(output))


class Relu6(Pointwise):
    """Elements are brought into 0 to 6.

    Output   the shape of the input
    Weights  none
    Cost     min(max(x, 0), 6): 2 compares per element
    Source   Howard et al. (2017), MobileNets; torch.nn.ReLU6

    >>> Relu6().cost(((2, 3),), (2, 3)).compares
    12
    """

    overwrites = True

    def run(self, x: Array, out: Array | None = None) -> Array:
        """A maximum and a minimum in one."""
        return np.clip(x, 0, 6, out=out)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Two compares."""
        del shapes
        return Cost(compares=2 * prod(output))


class LeakyRelu(Pointwise):
    """Negative elements are made small.

    Output   the shape of the input
    Weights  none
    Cost     x if x > 0 else negative_slope * x: a compare and a multiply per element
    Source   torch.nn.LeakyReLU

    >>> LeakyRelu(negative_slope=0.1).cost(((2, 3),), (2, 3)).multiplies
    6
    """

    negative_slope: Number = field(default=0.01, description="What negative elements are multiplied by.")

    def run(self, x: Array) -> Array:
        """One of two lines."""
        return np.where(x > 0, x, x * self.negative_slope)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A compare and a multiply."""
        del shapes
        elements = prod(output)
        return Cost(compares=elements, multiplies=elements)


class Prelu(Pointwise):
    """Negative elements are multiplied by a trained slope, one for all or one per channel.

    Output   the shape of the input
    Weights  weight (num_parameters,)
    Cost     x if x > 0 else weight * x: a compare and a multiply per element
    Source   He et al. (2015), Delving deep into rectifiers; torch.nn.PReLU

    >>> Prelu(num_parameters=3).weights((2, 3, 5))["weight"].shape
    (3,)
    """

    ranks = (2, None)

    num_parameters: Positive = field(default=1, description="Number of slopes: 1, or the number of channels.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """One slope, or one per channel."""
        (x,) = shapes
        if self.num_parameters != 1:
            values = {"slopes": self.num_parameters, "channels": x[1]}
            message = "num_parameters (={slopes}) must be 1 or the {channels} channels of the input"
            yield Requirement(eq(self.num_parameters, x[1]), "CNN106", message, values, "", "num_parameters")

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """The slopes."""
        del shapes
        return {"weight": Weight((self.num_parameters,))}

    def run(self, x: Array, weight: Array) -> Array:
        """One of two lines per channel."""
        held("weight", weight, self.num_parameters)
        slopes = weight if self.num_parameters == 1 else beside(weight, x)
        return np.where(x > 0, x, x * slopes)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A compare and a multiply."""
        del shapes
        elements = prod(output)
        return Cost(compares=elements, multiplies=elements)


class Elu(Pointwise):
    """Negative elements approach -alpha.

    Output   the shape of the input
    Weights  none
    Cost     x if x > 0 else alpha * expm1(min(x, 0)): 2 compares, a multiply and an exponential per element
    Source   Clevert et al. (2015); torch.nn.ELU

    >>> Elu().cost(((2, 3),), (2, 3)).transcendentals
    6
    """

    alpha: Number = field(default=1.0, description="What negative elements approach, less its sign.")

    def run(self, x: Array) -> Array:
        """A line or a curve."""
        return np.where(x > 0, x, np.expm1(np.minimum(x, 0)) * self.alpha)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Two compares, a multiply, an exponential."""
        del shapes
        elements = prod(output)
        return Cost(compares=2 * elements, multiplies=elements, transcendentals=elements)


class Selu(Pointwise):
    """An elu with the two constants that keep mean 0 and variance 1.

    Output   the shape of the input
    Weights  none
    Cost     scale * (x if x > 0 else alpha * expm1(min(x, 0))): 2 compares, 2 multiplies, an exponential per element
    Source   Klambauer et al. (2017); torch.nn.SELU

    >>> Selu().cost(((2, 3),), (2, 3)).multiplies
    12
    """

    def run(self, x: Array) -> Array:
        """A line or a curve, scaled."""
        return np.where(x > 0, x, np.expm1(np.minimum(x, 0)) * ALPHA) * SCALE

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Two compares, two multiplies, an exponential."""
        del shapes
        elements = prod(output)
        return Cost(compares=2 * elements, multiplies=2 * elements, transcendentals=elements)


class HardSigmoid(Pointwise):
    """A sigmoid of straight lines.

    Output   the shape of the input
    Weights  none
    Cost     min(max(x + 3, 0), 6) / 6: an add, 2 compares and a divide per element
    Source   Howard et al. (2019), MobileNetV3; torch.nn.Hardsigmoid

    >>> HardSigmoid().cost(((2, 3),), (2, 3)).flops
    24
    """

    overwrites = True

    def run(self, x: Array, out: Array | None = None) -> Array:
        """Moved, cut off, scaled."""
        y = np.add(x, 3, out=out)
        return np.divide(np.clip(y, 0, 6, out=y), 6, out=y)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """An add, two compares, a divide."""
        del shapes
        elements = prod(output)
        return Cost(adds=elements, compares=2 * elements, divides=elements)


class HardSwish(Pointwise):
    """An element times its hard sigmoid.

    Output   the shape of the input
    Weights  none
    Cost     x * min(max(x + 3, 0), 6) / 6: an add, 2 compares, a multiply and a divide per element
    Source   Howard et al. (2019), MobileNetV3; torch.nn.Hardswish

    >>> HardSwish().cost(((2, 3),), (2, 3)).flops
    30
    """

    def run(self, x: Array) -> Array:
        """Moved, cut off, times the input, scaled."""
        y = np.add(x, 3)
        y = np.multiply(x, np.clip(y, 0, 6, out=y), out=y)
        return np.divide(y, 6, out=y)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """An add, two compares, a multiply, a divide."""
        del shapes
        elements = prod(output)
        return Cost(adds=elements, compares=2 * elements, multiplies=elements, divides=elements)
