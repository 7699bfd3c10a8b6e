"""Products of matrices that the network itself computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.ops.base import Limits, Requirement
from cnnplan.ops.elementwise import Broadcasting, broadcast, together, unequal_ranks
from cnnplan.ops.links import Link
from cnnplan.sizes import eq, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["Matmul"]


class Matmul(Broadcasting):
    """The matrix products of the last two axes of two inputs, one for each index of the axes in front.

    Output   (..., n, m) from (..., n, k) and (..., k, m); in front, an extent that is the number 1 is repeated
    Weights  none
    Cost     a multiply-add per element of the inner axis, for each element of the output
    Source   torch.matmul; unlike there, both have as many axes

    >>> Matmul().output((2, 3, 5), (2, 5, 7))
    (2, 3, 7)
    >>> Matmul().output((2, 8, 3, 5), (2, 1, 5, 7))
    (2, 8, 3, 7)
    """

    arity: ClassVar[Limits] = (2, 2)
    ranks: ClassVar[Limits] = (2, None)

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Axes in front and inner axes that meet."""
        fault = next(unequal_ranks(shapes), None)
        if fault is not None:
            yield fault
            return
        left, right = shapes
        yield from together([left[:-2], right[:-2]])
        values = {"left": left[-1], "right": right[-2]}
        message = "the inner axes have {left} and {right} elements"
        yield Requirement(
            eq(left[-1], right[-2]),
            "CNN103",
            message,
            values,
            "transpose: {{dim0: -2, dim1: -1}} in front of one of them",
        )

    @staticmethod
    def _front(shape: Shape) -> Shape:
        """Those in front."""
        return shape[:-2]

    def output(self, *shapes: Shape) -> Shape:
        """The rows of the first, the columns of the second."""
        left, right = shapes
        return (*broadcast(left[:-2], right[:-2]), left[-2], right[-1])

    def run(self, a: Array, b: Array) -> Array:
        """NumPy's; nothing is repeated that the layer does not know to be a number."""
        self._refuse_others(a.shape[:-2], b.shape[:-2])
        return np.matmul(a, b)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The axes in front, rows of the first, columns of the second."""
        rank = len(shapes[0])
        if dim < rank - 2:
            return super().link(operand, dim, *shapes)
        inner = rank - (1 if operand == 0 else 2)
        return None if dim == inner else Link(dim)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A dot product per element."""
        return Cost(macs=prod(output) * shapes[0][-1])
