"""Products of matrices that the network itself computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.ops.base import Limits, Operator, Requirement
from cnnplan.ops.elementwise import meeting, unequal_ranks
from cnnplan.ops.links import Link
from cnnplan.sizes import eq, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Matmul"]


class Matmul(Operator):
    """The matrix products of the last two axes of two inputs, one for each index of the axes in front.

    Output   (..., n, m) from (..., n, k) and (..., k, m); the axes in front are equal
    Weights  none
    Cost     a multiply-add per element of the inner axis, for each element of the output
    Source   torch.matmul; unlike there, nothing is repeated

    >>> Matmul().output((2, 3, 5), (2, 5, 7))
    (2, 3, 7)
    """

    arity: ClassVar[Limits] = (2, 2)
    ranks: ClassVar[Limits] = (2, None)

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Equal axes in front, and inner axes that meet."""
        fault = next(unequal_ranks(shapes), None)
        if fault is not None:
            yield fault
            return
        left, right = shapes
        for dim, (n, m) in enumerate(zip(left[:-2], right[:-2], strict=True)):
            yield meeting(n, m, dim)
        values = {"left": left[-1], "right": right[-2]}
        message = "the inner axes have {left} and {right} elements"
        yield Requirement(eq(left[-1], right[-2]), "CNN103", message, values, "permute one of the inputs")

    def output(self, *shapes: Shape) -> Shape:
        """The rows of the first, the columns of the second."""
        left, right = shapes
        return (*left[:-1], right[-1])

    def run(self, a: Array, b: Array) -> Array:
        """NumPy's, without its repeating."""
        if a.shape[:-2] != b.shape[:-2]:
            raise ValueError(f"{a.shape} meets {b.shape}")
        return np.matmul(a, b)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The axes in front, rows of the first, columns of the second."""
        inner = len(shapes[0]) - (1 if operand == 0 else 2)
        return None if dim == inner else Link(dim)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A dot product per element."""
        return Cost(macs=prod(output) * shapes[0][-1])
