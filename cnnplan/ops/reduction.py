"""Axes that become one number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import along
from cnnplan.ops.base import Operator, Requirement, broken, show
from cnnplan.ops.dims import outside, position
from cnnplan.ops.fields import Correction, DimOrDims, Flag, Reduction
from cnnplan.ops.links import Link
from cnnplan.sizes import gt, prod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Mean", "Reduce"]


class Reducing(Operator):
    """What makes one number of all elements along some axes."""

    ranks = (1, None)

    dim: DimOrDims | None = field(default=None, description="The axis or axes; left out, all of them.")
    keepdim: Flag = field(default=False, description="Whether the axes stay, with extent 1.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Axes that there are, each named once."""
        rank = len(shapes[0])
        dims = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        for dim in dims:
            if dim is not None:
                yield from outside("dim", dim, rank)
        if len({dim % rank for dim in dims if dim is not None}) < len(dims) and self.dim is not None:
            yield broken("CNN107", "dim (={dims}) names an axis twice", {"dims": show(self.dim)}, "", "dim")

    def output(self, *shapes: Shape) -> Shape:
        """The axes that are left."""
        (x,) = shapes
        gone = self._positions(len(x))
        if self.keepdim:
            return tuple(1 if dim in gone else n for dim, n in enumerate(x))
        return tuple(n for dim, n in enumerate(x) if dim not in gone)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Other axes; those that are reduced as a whole."""
        del operand
        gone = self._positions(len(shapes[0]))
        if dim in gone:
            return None
        return Link(dim if self.keepdim else dim - sum(other < dim for other in gone))

    def _positions(self, rank: int) -> frozenset[int]:
        if self.dim is None:
            return frozenset(range(rank))
        dims = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        return frozenset(position(dim, rank) for dim in dims)


class Mean(Reducing):
    """The mean along some axes.

    Output   the input without those axes, or with extent 1 there if keepdim
    Weights  none
    Cost     k - 1 adds and a divide for each mean of k elements
    Source   torch.mean

    >>> Mean(dim=(2, 3)).output((2, 64, 7, 5))
    (2, 64)
    """

    saves = "nothing"

    def run(self, x: Array) -> Array:
        """NumPy's."""
        return np.mean(x, axis=along(self.dim, x.ndim), keepdims=self.keepdim)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A sum and a divide."""
        means = prod(output)
        return Cost(adds=prod(shapes[0]) - means, divides=means)


class Reduce(Reducing):
    """The sum, mean, greatest or least element, product, norm, variance or logarithm of a sum of exp along some axes.

    Output   the input without those axes, or with extent 1 there if keepdim
    Weights  none
    Cost     of k elements sum, l1: k - 1 adds; mean: a divide more; max, min: k - 1 compares; prod: k - 1 multiplies;
             sum_square: k multiplies, k - 1 adds; l2: a root more; logsumexp: k - 1 compares, k subtractions, k exp,
             k - 1 adds, a log, an add; var: 2 (k - 1) adds, k subtractions, k multiplies, 2 divides; std: a root more
    Source   torch.sum, torch.mean, torch.amax, torch.amin, torch.prod, torch.linalg.vector_norm, torch.logsumexp,
             torch.var, torch.std

    >>> Reduce(mode="max", dim=1).output((2, 64, 7, 5))
    (2, 7, 5)
    >>> Reduce(mode="l2", dim=1).cost(((2, 3),), (2,))
    Cost(macs=0, adds=4, multiplies=6, divides=0, compares=0, transcendentals=2)
    """

    mode: Reduction = field(
        description="What becomes of them: sum, mean, max, min, prod, l1, l2, sum_square, logsumexp, var or std."
    )
    correction: Correction | None = field(
        default=None, description="Of var and std: what is taken from the number of elements; left out, 1."
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Axes that there are; more elements than the correction takes away."""
        yield from super().needs(*shapes)
        if self.mode in SPREADS:
            elements, taken = self._elements(shapes[0]), self._taken()
            message = "{mode} of {elements} elements is divided by {elements} - {taken}"
            values = {"mode": self.mode, "elements": elements, "taken": taken}
            hint = "correction: 0 divides by the number of elements"
            yield Requirement(gt(elements, taken), "CNN106", message, values, hint, "correction")
        elif self.correction is not None:
            values = {"mode": self.mode}
            yield broken("CNN013", "correction is for var and std, not {mode}", values, "", "correction")

    def _elements(self, x: Shape) -> Extent:
        """How many become one."""
        elements: Extent = prod(x[dim] for dim in self._positions(len(x)))
        return elements

    def _taken(self) -> int:
        return 1 if self.correction is None else self.correction

    def run(self, x: Array) -> Array:
        """NumPy's, or made of NumPy's."""
        axes = along(self.dim, x.ndim)
        if self.mode in ("var", "std"):
            return self._spread(x, axes, 1 if self.correction is None else self.correction)
        if self.correction is not None:
            raise ValueError(f"no correction of {self.mode}")
        kernel = KERNELS.get(self.mode)
        if kernel is None:
            kernel = getattr(np, self.mode)
        return kernel(x, axis=axes, keepdims=self.keepdim)

    def _spread(self, x: Array, axes: tuple[int, ...], taken: int) -> Array:
        y = x - np.mean(x, axis=axes, keepdims=True)
        squares = np.sum(np.multiply(y, y, out=y), axis=axes, keepdims=self.keepdim)
        divisor = x.size // squares.size - taken
        if divisor < 1:
            raise ValueError(f"{self.mode} of too few of {x.shape}")
        variance = np.divide(squares, divisor)
        return variance if self.mode == "var" else np.sqrt(variance)

    def keeps(self, *shapes: Shape) -> str:
        """Nothing of a sum; which element was the greatest, or what the others multiply to, shows from both."""
        del shapes
        return {"sum": "nothing", "mean": "nothing", "sum_square": "inputs", "var": "inputs"}.get(self.mode, "both")

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """One operation less than elements, of their kind, and what belongs to each or to the result."""
        return COSTS[self.mode](prod(shapes[0]), prod(output))


SPREADS = ("var", "std")


def _logsumexp(x: Array, axis: tuple[int, ...], *, keepdims: bool) -> Array:
    """From the greatest on, so that nothing overflows."""
    most = np.max(x, axis=axis, keepdims=True)
    y = np.log(np.sum(np.exp(x - most), axis=axis, keepdims=True)) + most
    return y if keepdims else np.squeeze(y, axis=axis)


def _sum_square(x: Array, axis: tuple[int, ...], *, keepdims: bool) -> Array:
    return np.sum(np.multiply(x, x), axis=axis, keepdims=keepdims)


KERNELS: dict[str, Any] = {
    "l1": lambda x, **options: np.sum(np.absolute(x), **options),
    "l2": lambda x, **options: np.sqrt(_sum_square(x, **options)),
    "sum_square": _sum_square,
    "logsumexp": _logsumexp,
}
"""Those that NumPy has under no such name."""

COSTS: dict[str, Callable[[Extent, Extent], Cost]] = {
    "sum": lambda k, m: Cost(adds=k - m),
    "mean": lambda k, m: Cost(adds=k - m, divides=m),
    "max": lambda k, m: Cost(compares=k - m),
    "min": lambda k, m: Cost(compares=k - m),
    "prod": lambda k, m: Cost(multiplies=k - m),
    "l1": lambda k, m: Cost(adds=k - m),
    "l2": lambda k, m: Cost(multiplies=k, adds=k - m, transcendentals=m),
    "sum_square": lambda k, m: Cost(multiplies=k, adds=k - m),
    "logsumexp": lambda k, m: Cost(compares=k - m, adds=2 * k, transcendentals=k + m),
    "var": lambda k, m: Cost(adds=2 * (k - m) + k, multiplies=k, divides=2 * m),
    "std": lambda k, m: Cost(adds=2 * (k - m) + k, multiplies=k, divides=2 * m, transcendentals=m),
}
"""The arithmetic on k elements that become m."""
