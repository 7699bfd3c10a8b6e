"""Windows in columns, and columns that become windows again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrangement import Rearrangement
from cnnplan.ops.arrays import cropped, expanded, padded, sides, windows
from cnnplan.ops.base import Requirement
from cnnplan.ops.fields import Margins, SizePerAxis, Stride
from cnnplan.ops.links import Link
from cnnplan.ops.windows import Dilated, per_axis
from cnnplan.sizes import divides, eq, exact_div, prod

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Fold", "Unfold"]


class Columns(Rearrangement, Dilated):
    """What both have in common: windows, `stride` apart."""

    ranks = (3, 5)

    stride: Stride = 1
    padding: Margins = 0

    def elements(self, axes: int) -> Extent:
        """Those of a window."""
        found: Extent = prod(per_axis(self.kernel_size, axes))
        return found


class Unfold(Columns):
    """The elements of every window in a column, channel after channel.

    Output   (N, C * k, L) with k elements in a window of a channel and L windows
    Weights  none
    Cost     nothing: elements are copied
    Source   torch.nn.Unfold

    >>> Unfold(kernel_size=(3, 2), stride=2).output((2, 4, 7, 6))
    (2, 24, 9)
    """

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A window that fits."""
        yield from self.fits(shapes[0][2:])

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """A window, along a single axis; of several, all are in one."""
        return Dilated.link(self, operand, dim, *shapes) if dim == 0 or (dim > 1 and len(shapes[0]) == ONE) else None

    def output(self, *shapes: Shape) -> Shape:
        """As many columns as there are windows."""
        (x,) = shapes
        return (x[0], x[1] * self.elements(len(x) - 2), prod(self.steps(x[2:])))

    def run(self, x: Array) -> Array:
        """Windows as a view, in columns."""
        axes = x.ndim - 2
        kernel, strides = expanded(self.kernel_size, axes), expanded(self.stride, axes)
        view = windows(padded(x, sides(self.padding, axes)), kernel, strides, expanded(self.dilation, axes))
        columns = np.moveaxis(view, range(2 + axes, 2 + 2 * axes), range(2, 2 + axes))
        taps = np.prod(kernel)
        return columns.reshape(x.shape[0], x.shape[1] * int(taps), -1)


class Fold(Columns):
    """Columns become windows of a larger array; where windows overlap, their elements are added.

    Output   (N, C, *output_size) from (N, C * k, L) with k elements in a window of a channel and L windows
    Weights  none
    Cost     an add per element of the input
    Source   torch.nn.Fold

    >>> Fold(output_size=(7, 6), kernel_size=(3, 2), stride=2).output((2, 24, 9))
    (2, 4, 7, 6)
    """

    ranks = (3, 3)

    output_size: SizePerAxis = field(description="Extents of the output; one number stands for two axes.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Whole windows, as many as fit."""
        (x,) = shapes
        sizes = self._sizes()
        yield from self.fits(sizes)
        values: dict[str, Any] = {"taps": self.elements(len(sizes)), "channels": x[1]}
        message = "a window has {taps} elements, and {taps} does not divide the {channels} of a column"
        yield Requirement(divides(self.elements(len(sizes)), x[1]), "CNN106", message, values, "", "kernel_size")
        steps = prod(self.steps(sizes))
        values = {"steps": steps, "columns": x[2]}
        message = "{steps} windows fit on the output, and the input has {columns} columns"
        yield Requirement(eq(steps, x[2]), "CNN106", message, values, "", "output_size")

    def _misfit_list(self, axes: int, what: str = "axes of output_size") -> Requirement | None:
        del axes
        return super()._misfit_list(len(self._sizes()), what)

    def _sizes(self) -> Shape:
        return self.output_size if isinstance(self.output_size, tuple) else (self.output_size,) * 2

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Each sample for itself."""
        del operand, shapes
        return None if dim else Link(0)

    def output(self, *shapes: Shape) -> Shape:
        """The size that is asked for."""
        (x,) = shapes
        sizes = self._sizes()
        return (x[0], exact_div(x[1], self.elements(len(sizes))), *sizes)

    def run(self, x: Array) -> Array:
        """Tap after tap of all windows, added where they belong."""
        wanted: Any = self.output_size
        sizes = wanted if isinstance(wanted, tuple) else (wanted, wanted)
        axes = len(sizes)
        kernel, strides = expanded(self.kernel_size, axes), expanded(self.stride, axes)
        pads = sides(self.padding, axes)
        y = padded(np.zeros_like(x, shape=(x.shape[0], x.shape[1] // int(np.prod(kernel)), *sizes)), pads)
        view = windows(y, kernel, strides, expanded(self.dilation, axes))
        steps = view.shape[2 : 2 + axes]
        columns = x.reshape(*y.shape[:2], *kernel, *steps)
        writable = np.lib.stride_tricks.as_strided(y, view.shape, view.strides, subok=True)
        for place in np.ndindex(*kernel):
            sums = writable[(..., *place)]
            np.add(sums, columns[(slice(None), slice(None), *place)], out=sums)
        return cropped(y, pads)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Adds."""
        del output
        return Cost(adds=prod(shapes[0]))


ONE = 3
"""The axes of an input with one spatial axis."""
