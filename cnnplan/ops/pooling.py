"""Pooling: one number for each window of each channel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import expanded, padded, same_sides, sides, taps, together, windows
from cnnplan.ops.base import Requirement, broken
from cnnplan.ops.fields import Flag, Margins, Number, Positive
from cnnplan.ops.windows import Dilated, Windowed, is_same, margins, per_axis
from cnnplan.sizes import ge, minimum, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["AvgPool", "LpPool", "MaxPool"]

CUBES = 3
"""The axes for which PyTorch's mean has a kernel of its own, that wants the windows inside of the input."""


class Ceiling(Windowed):
    """Windows of which the last may stick out; `stride` left out is `kernel_size`."""

    ceil_mode: Flag = field(
        default=False,
        description="Whether a window may stick out at the end; it must start inside the input or in front of it.",
    )

    def slack(self, stride: Extent) -> Extent:
        """All but one step, in ceil mode."""
        return stride - 1 if self.ceil_mode else 0

    def reach(self, span: Extent, stride: Extent, before: Extent, after: Extent) -> Extent:
        """One floor in ceil mode, too: rounding up and the rule for the last window are a minimum."""
        if not self.ceil_mode:
            return before + after - span + stride
        last: Extent = minimum(before + after - span + stride - 1, before - 1)
        return last + stride


class Pooling(Ceiling):
    """What poolings with a window have in common."""

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Padding of at most half a window, and a window that fits."""
        (x,) = shapes
        if self.padding != 0 and not is_same(self.padding):
            yield from self._halves(len(x) - 2)
        yield from super().needs(x)

    def _halves(self, axes: int) -> Iterator[Requirement]:
        message = "padding (={pad}) must be at most half of kernel_size (={kernel})"
        kernels = per_axis(self.kernel_size, axes)
        pairs = ((pad, k) for pads, k in zip(margins(self.padding, axes), kernels, strict=True) for pad in pads)
        for pad, kernel in dict.fromkeys(pairs):
            values = {"pad": pad, "kernel": kernel}
            yield Requirement(ge(kernel, 2 * pad), "CNN108", message, values, "put a pad in front", "padding")

    def _windows(self, x: Array, fill: float, beyond: float, dilation: Any = 1) -> Array:
        """The windows on the padded input; in ceil mode also those that stick out into what is beyond."""
        axes = x.ndim - 2
        kernel, strides, dilations = expanded(self.kernel_size, axes), self._distances(axes), expanded(dilation, axes)
        pads = self._sides(x.shape[2:], dilations)
        ends = tuple(before + n for n, (before, _) in zip(x.shape[2:], pads, strict=True))
        x = padded(x, pads, value=fill)
        if not self.ceil_mode:
            return windows(x, kernel, strides, dilations)
        return windows(padded(x, [(0, s - 1) for s in strides], value=beyond), kernel, strides, dilations, ends)

    def _distances(self, axes: int) -> tuple[int, ...]:
        return expanded(self.kernel_size if self.stride is None else self.stride, axes)

    def _sides(self, sizes: tuple[int, ...], dilations: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """The padding of the kernel."""
        kernel = expanded(self.kernel_size, len(sizes))
        if self.padding in ("same", "same_lower"):
            geometry = zip(sizes, kernel, dilations, self._distances(len(sizes)), strict=True)
            lower = self.padding == "same_lower"
            return tuple(same_sides(n, (k - 1) * d + 1, s, lower=lower) for n, k, d, s in geometry)
        found = sides(self.padding, len(sizes))
        if any(2 * max(pads) > k for pads, k in zip(found, kernel, strict=True)):
            raise ValueError(f"padding of {found} is more than half of {kernel}")
        return found

    def taps(self, output: Shape) -> Extent:
        """The elements of one window."""
        elements: Extent = prod(per_axis(self.kernel_size, len(output) - 2))
        return elements


class MaxPool(Pooling, Dilated):
    """The greatest element of each window; padding is less than everything.

    Output   (N, C, *steps): how often the dilated window fits on the padded input, `stride` apart
    Weights  none
    Cost     k - 1 compares for each element of the output, with k elements in a window, padding included
    Source   torch.nn.MaxPool2d

    >>> MaxPool(kernel_size=3, stride=2, ceil_mode=True).output((1, 4, 12, 9))
    (1, 4, 6, 4)
    """

    def run(self, x: Array) -> Array:
        """The maximum of the first elements of all windows and the second and so on."""
        return together(np.maximum, taps(self._windows(x, -np.inf, -np.inf, self.dilation), x.ndim - 2))

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """Where the greatest elements were."""
        return {"int64": prod(self.output(*shapes))}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Compares."""
        del shapes
        return Cost(compares=prod(output) * (self.taps(output) - 1))


class AvgPool(Pooling):
    """The mean of each window.

    Output   (N, C, *steps): how often the window fits on the padded input, `stride` apart
    Weights  none
    Cost     k - 1 adds and a divide for each element of the output, with k elements in a window, padding included
    Source   torch.nn.AvgPool2d

    >>> AvgPool(kernel_size=2).output((1, 4, 12, 9))
    (1, 4, 6, 4)
    """

    count_include_pad: Flag = field(default=True, description="Whether the zeros of the padding count in the mean.")
    divisor_override: Positive | None = field(
        default=None, description="What to divide by, instead of the number of elements."
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """That a window fits on the padded input; PyTorch's kernel for 3 axes wants it on the input as it is."""
        yield from super().needs(*shapes)
        sizes = shapes[0][2:]
        pads = () if is_same(self.padding) else margins(self.padding, len(sizes))
        if len(sizes) < CUBES or not pads or any(before != after for before, after in pads):
            return
        message = "kernel_size (={kernel}) is more than the {size} of axis {dim}: in 3-d padding does not count"
        hint = "a smaller kernel_size, or pad in a layer of its own"
        for dim, (n, kernel) in enumerate(zip(sizes, self.spans(len(sizes)), strict=True), 2):
            values = {"kernel": kernel, "size": n, "dim": dim}
            yield Requirement(ge(n, kernel), "CNN101", message, values, hint, "kernel_size")

    def run(self, x: Array) -> Array:
        """The sum of the first elements of all windows and the second and so on, divided."""
        kernel = expanded(self.kernel_size, x.ndim - 2)
        alike = self.padding not in ("same", "same_lower") and all(a == b for a, b in sides(self.padding, len(kernel)))
        if len(kernel) == CUBES and alike and any(k > n for k, n in zip(kernel, x.shape[2:], strict=True)):
            raise ValueError(f"a kernel of {kernel} does not fit on {x.shape}, in 3-d without its padding")
        y = together(np.add, taps(self._windows(x, 0, 0), x.ndim - 2))
        return np.divide(y, self._divisors(x), out=y)

    def _divisors(self, x: Array) -> Any:
        """How many elements of each window count."""
        if self.divisor_override is not None:
            return self.divisor_override
        ones = np.ones((1, 1, *x.shape[2:]), dtype=x.dtype)
        return together(np.add, taps(self._windows(ones, float(self.count_include_pad), 0), x.ndim - 2))

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A sum and a divide."""
        del shapes
        elements = prod(output)
        return Cost(adds=elements * (self.taps(output) - 1), divides=elements)


class LpPool(Ceiling):
    """The norm of each window: the root of the sum of its elements' powers.

    Output   (N, C, *steps): how often the window fits on the padded input, `stride` apart
    Weights  none
    Cost     a power for each element of the input, and for each element of the output k - 1 adds, with k elements in a
             window, and a root; in ceil mode a multiply more
    Source   torch.nn.LPPool2d, with padding; of a window that sticks out, k times the mean of what it holds is the sum

    >>> LpPool(norm_type=2, kernel_size=2).output((1, 4, 12, 9))
    (1, 4, 6, 4)
    """

    norm_type: Number = field(description="The power; 1 adds, and the greater it is, the more the greatest counts.")
    padding: Margins = 0

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """A power that has a root, and a window that fits."""
        if self.norm_type == 0:
            yield broken("CNN013", "norm_type (={power:g}) must not be 0", {"power": self.norm_type}, "", "norm_type")
            return
        yield from super().needs(*shapes)

    def run(self, x: Array) -> Array:
        """Powers, summed and brought back; of a negative sum there may be no root."""
        axes = x.ndim - 2
        kernel = expanded(self.kernel_size, axes)
        strides = kernel if self.stride is None else expanded(self.stride, axes)
        pads = sides(self.padding, axes)
        powers = padded(np.power(x, self.norm_type), pads)
        ends = [before + n for n, (before, _) in zip(x.shape[2:], pads, strict=True)]
        y = self._sums(powers, kernel, strides, ends)
        if self.ceil_mode:
            ones = np.ones((1, 1, *powers.shape[2:]), dtype=x.dtype)
            y = np.multiply(y, math.prod(kernel) / self._sums(ones, kernel, strides, ends), out=y)
        with np.errstate(invalid="ignore"):
            return np.power(y, 1 / self.norm_type, out=y)

    def _sums(self, x: Array, kernel: tuple[int, ...], strides: tuple[int, ...], ends: list[int]) -> Array:
        """The sum of each window; in ceil mode also of those that stick out."""
        ones = (1,) * len(kernel)
        if not self.ceil_mode:
            return together(np.add, taps(windows(x, kernel, strides, ones), len(kernel)))
        longer = padded(x, [(0, s - 1) for s in strides])
        return together(np.add, taps(windows(longer, kernel, strides, ones, ends), len(kernel)))

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """The powers, and four steps from their mean to its root: mean, sign, absolute value and sum."""
        return {"": prod(shapes[0]) + 4 * prod(self.output(*shapes))}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Powers, sums, roots."""
        elements = prod(output)
        kernel = prod(per_axis(self.kernel_size, len(output) - 2))
        powers = prod(shapes[0]) + elements
        scaled = elements if self.ceil_mode else 0
        return Cost(adds=elements * (kernel - 1), multiplies=scaled, transcendentals=powers)
