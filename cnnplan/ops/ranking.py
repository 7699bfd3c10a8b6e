"""The greatest elements of an axis, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import along
from cnnplan.ops.base import Operator, Requirement
from cnnplan.ops.dims import outside, position
from cnnplan.ops.fields import Dim, Flag, Positive
from cnnplan.ops.links import Link
from cnnplan.sizes import exact_div, ge, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Topk"]


class Topk(Operator):
    """The k greatest elements along an axis, the greatest first; where they stood is not told.

    Output   k elements along `dim`
    Weights  none
    Cost     the greatest of n, then of the n - 1 that are left, and so on: k (n - 1) - k (k - 1) / 2 compares a line
    Source   torch.topk, its values

    >>> Topk(k=3, dim=-1).output((2, 16, 50))
    (2, 16, 3)
    """

    ranks = (1, None)
    picks = True
    saves = "nothing"

    k: Positive = field(description="How many.")
    dim: Dim = field(default=1, description="The axis along which elements are compared.")
    largest: Flag = field(default=True, description="Whether the greatest are taken; else the least, the least first.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """An axis with as many elements."""
        (x,) = shapes
        fault = next(outside("dim", self.dim, len(x)), None)
        if fault is not None:
            yield fault
            return
        values = {"k": self.k, "dim": position(self.dim, len(x)), "size": x[self.dim]}
        message = "k (={k}) is more than the {size} elements of axis {dim}"
        yield Requirement(ge(x[self.dim], self.k), "CNN107", message, values, "a smaller k", "k")

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element; anything along the axis."""
        del operand
        return None if dim == position(self.dim, len(shapes[0])) else Link(dim)

    def output(self, *shapes: Shape) -> Shape:
        """An axis of k."""
        (x,) = shapes
        dim = position(self.dim, len(x))
        return (*x[:dim], self.k, *x[dim + 1 :])

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """Where they stood."""
        return {"int64": prod(self.output(*shapes))}

    def run(self, x: Array) -> Array:
        """The first of those that are left, k times."""
        (axis,) = along(self.dim, x.ndim)
        number: Any = self.k
        if x.shape[axis] < number:
            raise ValueError(f"{number} of {x.shape[axis]} elements")
        left, found = np.moveaxis(x, axis, -1), []
        for _ in range(number):
            first = (np.argmax if self.largest else np.argmin)(left, axis=-1, keepdims=True)
            found.append(np.take_along_axis(left, first, axis=-1))
            others = np.arange(left.shape[-1]) != first
            left = left[others].reshape(*left.shape[:-1], left.shape[-1] - 1)
        return np.moveaxis(np.concatenate(found, axis=-1), -1, axis)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A compare less for each element that has been found."""
        n = shapes[0][self.dim]
        return Cost(compares=exact_div(prod(output) * (2 * n - self.k - 1), 2))
