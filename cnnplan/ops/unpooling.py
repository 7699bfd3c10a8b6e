"""Maxima back in the places where they were found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.ops.base import Requirement, broken, show
from cnnplan.ops.links import Link
from cnnplan.ops.pooling import Pooling
from cnnplan.sizes import eq

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Shape

__all__ = ["MaxUnpool"]


class MaxUnpool(Pooling):
    """Puts each element where the max_pool of a second input found its maximum, with zeros elsewhere.

    The second input is what that max_pool read, `from: [prev, conv1]`, and the arguments are those of the max_pool; the
    first input has an element for each of its windows. Where windows overlap and find the same place, the last element
    stays.

    Output   the shape of the second input: (N, C, *sizes), for (N, C, *steps) and (N, C, *sizes)
    Weights  none
    Cost     nothing: elements are copied, and the places are those that max_pool compares for
    Source   torch.nn.MaxUnpool2d, on the indices of torch.nn.MaxPool2d

    >>> MaxUnpool(kernel_size=2).output((1, 4, 6, 4), (1, 4, 12, 9))
    (1, 4, 12, 9)
    """

    arity = (2, 2)
    picks = True
    hides = True
    saves = "nothing"

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """As many elements as windows on the second input."""
        x, z = shapes
        if len(x) != len(z):
            message = "what was pooled has as many axes as what is put back, and these are {z} and {x}"
            yield broken("CNN104", message, {"x": show(x), "z": show(z)})
            return
        yield from super().needs(z)
        windows = (*z[:2], *self.steps(z[2:]))
        hint = "the arguments are those of the max_pool, the second input is what it reads"
        for dim, (given, wanted) in enumerate(zip(x, windows, strict=True)):
            values: dict[str, Any] = {"dim": dim, "given": given, "wanted": wanted, "shape": show(z)}
            message = "axis {dim} has {given} elements, and max_pool gives {wanted} of {shape}"
            yield Requirement(eq(given, wanted), "CNN103", message, values, hint)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The windows that an element is in, and what these look at."""
        if dim < 2:  # noqa: PLR2004 - N and C
            return Link(dim)
        sizes = shapes[1][2:]
        span, stride = self.spans(len(sizes))[dim - 2], self.strides(len(sizes))[dim - 2]
        before = self.margins(sizes)[dim - 2][0]
        if operand == 0:
            return Link(dim, 1, before - span + 1, before, stride)
        if before == 0 and span == stride:
            return Link(dim, span, 0, span - 1, block=span)
        return Link(dim, 1, 1 - span, span - 1)

    def output(self, *shapes: Shape) -> Shape:
        """What was pooled."""
        return shapes[1]

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """None."""
        del shapes, output
        return Cost()

    def run(self, x: Array, z: Array) -> Array:
        """The greatest of each window, found again on plain numbers: it was counted in max_pool."""
        axes = z.ndim - 2
        view = self._windows(np.asarray(z), -np.inf, -np.inf)
        steps = view.shape[2 : 2 + axes]
        if x.shape != (*z.shape[:2], *steps):
            raise ValueError(f"{x.shape} for the maxima {steps} of {z.shape}")
        taps = np.unravel_index(view.reshape(*x.shape, -1).argmax(-1), view.shape[2 + axes :])
        pads, strides = self._sides(z.shape[2:], (1,) * axes), self._distances(axes)
        places = [
            np.arange(count).reshape(-1, *(1,) * (axes - 1 - axis)) * stride + tap - before
            for axis, (count, stride, tap, (before, _)) in enumerate(zip(steps, strides, taps, pads, strict=True))
        ]
        flat: Any = np.ravel_multi_index(tuple(places), z.shape[2:]).reshape(-1, x[0, 0].size)
        y = np.zeros_like(x, shape=(z.shape[0] * z.shape[1], z[0, 0].size))
        for line, where, values in zip(y, flat, x.reshape(flat.shape), strict=True):
            line[where] = values
        return y.reshape(z.shape)
