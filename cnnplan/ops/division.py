"""An axis in several parts: layers that are unrolled to a slice for each."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrangement import Rearrangement
from cnnplan.ops.base import Requirement
from cnnplan.ops.dims import outside, position
from cnnplan.ops.fields import Dim, Sections, Several
from cnnplan.ops.selection import Slice
from cnnplan.sizes import ceil_div, divides, eq, exact_div, ge, gt, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Chunk", "Split"]


class Division(Rearrangement):
    """What stands for a slice for each part. On its own, as no network has it, its output is the first of them."""

    dim: Dim = field(default=1, description="The axis.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """An axis of that number, and parts that fill it."""
        (x,) = shapes
        fault = next(outside("dim", self.dim, len(x)), None)
        if fault is not None:
            yield fault
        else:
            yield from self.fills(x[self.dim], position(self.dim, len(x)))

    def fills(self, n: Extent, dim: int) -> Iterator[Requirement]:
        """That the parts fill an axis of that extent."""
        raise NotImplementedError

    def edges(self, n: Extent) -> tuple[Extent, ...]:
        """Where the parts of an axis of that extent begin and end."""
        raise NotImplementedError

    def parts(self, *shapes: Shape) -> tuple[Slice, ...]:
        """A slice from each edge to the next."""
        (x,) = shapes
        return tuple(Slice(dim=self.dim, start=a, end=b) for a, b in pairwise(self.edges(x[self.dim])))

    def output(self, *shapes: Shape) -> Shape:
        """That of the first part."""
        return self.parts(*shapes)[0].output(*shapes)


class Split(Division):
    """An axis cut into parts `x.0`, `x.1` and so on, as many or as long as is said.

    Output   of each part its own: n / sections of the axis, or what the list says
    Weights  none
    Cost     nothing
    Source   numpy.split; torch.split with a list

    >>> [part.output((2, 9, 5)) for part in Split(sections=(4, 5)).parts((2, 9, 5))]
    [(2, 4, 5), (2, 5, 5)]
    """

    sections: Sections = field(description="How many equal parts, or a list of their extents.")

    def fills(self, n: Extent, dim: int) -> Iterator[Requirement]:
        """Equal parts, or parts that add up."""
        values: dict[str, Any] = {"sections": self.sections, "size": n, "dim": dim}
        if isinstance(self.sections, int):
            message = "sections (={sections}) does not divide the {size} elements of axis {dim}"
            yield Requirement(divides(self.sections, n), "CNN106", message, values, "chunk leaves a rest", "sections")
            return
        for size in self.sections:
            message = "sections holds {part}, which must be at least 1"
            yield Requirement(ge(size, 1), "CNN013", message, values | {"part": size}, "", "sections")
        together = total(self.sections)
        message = "sections add up to {total}, and axis {dim} has {size} elements"
        yield Requirement(eq(together, n), "CNN106", message, values | {"total": together}, "", "sections")

    def run(self, x: Array) -> Array:
        """NumPy's; of the list a cut behind each but the last."""
        if isinstance(self.sections, int):
            return np.split(x, self.sections, self.dim)[0]
        sections: Any = self.sections
        *cuts, end = accumulate(sections)
        if end != x.shape[self.dim]:
            raise ValueError(f"{self.sections} of {x.shape[self.dim]} elements")
        return np.split(x, cuts, self.dim)[0]

    def edges(self, n: Extent) -> tuple[Extent, ...]:
        """Multiples, or sums."""
        if isinstance(self.sections, int):
            return tuple(i * exact_div(n, self.sections) for i in range(self.sections + 1))
        return (0, *accumulate(self.sections))


class Chunk(Division):
    """An axis cut into parts `x.0`, `x.1` and so on of equal extent, but for the last, which may be shorter.

    Output   ceil(n / chunks) of the axis; of the last part what is left
    Weights  none
    Cost     nothing
    Source   torch.chunk; unlike there, it is an error where there would be fewer parts

    >>> [part.output((2, 9, 5)) for part in Chunk(chunks=2).parts((2, 9, 5))]
    [(2, 5, 5), (2, 4, 5)]
    """

    chunks: Several = field(description="How many parts.")

    def fills(self, n: Extent, dim: int) -> Iterator[Requirement]:
        """Something that is left for the last part."""
        values = {"chunks": self.chunks, "size": n, "dim": dim}
        message = "chunks (={chunks}) leaves no element of the {size} of axis {dim} for the last"
        before = (self.chunks - 1) * ceil_div(n, self.chunks)
        yield Requirement(gt(n, before), "CNN106", message, values, "fewer chunks", "chunks")

    def run(self, x: Array) -> Array:
        """Cuts at multiples of what every chunk-th element counts."""
        n = x.shape[self.dim]
        starts = range(0, n, len(range(0, n, self.chunks)))
        if len(starts) != self.chunks:
            raise ValueError(f"{self.chunks} chunks of {n} elements")
        return np.split(x, starts[1:], self.dim)[0]

    def edges(self, n: Extent) -> tuple[Extent, ...]:
        """Multiples of the first, and the end."""
        return (*(i * ceil_div(n, self.chunks) for i in range(self.chunks)), n)
