"""Small arrays whose elements are numbers, sizes and truth values: what shape arithmetic computes with."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["MOST", "Numbers"]

MOST: Final = 4096
"""The most elements of an array that is computed element by element."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array: its extents, plain numbers, and its elements in C order."""

    shape: tuple[int, ...]
    flat: tuple[Any, ...]

    @classmethod
    def vector(cls, values: Sequence[Any]) -> Numbers:
        """One axis."""
        return cls((len(values),), tuple(values))

    @classmethod
    def scalar(cls, value: Any) -> Numbers:
        """No axis."""
        return cls((), (value,))

    def map(self, function: Callable[[Any], Any]) -> Numbers:
        """The same with every element through a function."""
        return Numbers(self.shape, tuple(map(function, self.flat)))

    def reshape(self, shape: Sequence[int]) -> Numbers:
        """The same elements, counted otherwise; -1 is what is left."""
        known = prod(n for n in shape if n != -1)
        found = tuple(len(self.flat) // max(known, 1) if n == -1 else n for n in shape)
        if prod(found) != len(self.flat):
            raise NotUnderstood(f"{len(self.flat)} elements are no {_shown(found)}")
        return Numbers(found, self.flat)

    def strides(self) -> tuple[int, ...]:
        """How far the next element of each axis is."""
        return tuple(prod(self.shape[axis + 1 :]) for axis in range(len(self.shape)))

    def pick(self, shape: Sequence[int], strides: Sequence[int], start: int = 0) -> Numbers:
        """Elements by steps along axes; a step of 0 repeats."""
        if prod(shape) > MOST:
            raise NotUnderstood(f"shape arithmetic on {prod(shape):,} elements")
        places = product(*(range(n) for n in shape))
        flat = tuple(self.flat[start + sum(i * s for i, s in zip(at, strides, strict=True))] for at in places)
        return Numbers(tuple(shape), flat)

    def permute(self, dims: Sequence[int]) -> Numbers:
        """The axes in another order."""
        strides = self.strides()
        return self.pick([self.shape[d] for d in dims], [strides[d] for d in dims])

    def expand(self, shape: Sequence[int]) -> Numbers:
        """Axes of one element repeated, and axes in front."""
        new = len(shape) - len(self.shape)
        own = zip(self.shape, self.strides(), shape[new:], strict=True)
        if new < 0 or any(n not in (1, wanted) for n, wanted in zip(self.shape, shape[new:], strict=True)):
            raise NotUnderstood(f"{_shown(self.shape)} does not become {_shown(shape)}")
        return self.pick(shape, [*[0] * new, *(s if n == wanted else 0 for n, s, wanted in own)])

    def slice(self, axis: int, start: int, step: int, count: int) -> Numbers:
        """Some elements of an axis."""
        strides = [*self.strides()]
        shape = [*self.shape[:axis], count, *self.shape[axis + 1 :]]
        begin = start * strides[axis]
        strides[axis] *= step
        return self.pick(shape, strides, begin)

    def gather(self, axis: int, index: Numbers) -> Numbers:
        """The elements of an axis that an array asks for."""
        n = self.shape[axis]
        wanted = [i + n if i < 0 else i for i in index.flat]
        if any(not 0 <= i < n for i in wanted):
            raise NotUnderstood(f"an index lies outside the {n} elements of an axis")
        outer, inner = self.shape[:axis], self.shape[axis + 1 :]
        size = prod(inner)
        flat = [
            value
            for first in range(prod(outer))
            for i in wanted
            for value in self.flat[(first * n + i) * size : (first * n + i + 1) * size]
        ]
        return Numbers((*outer, *index.shape, *inner), tuple(flat))

    def concat(self, others: Sequence[Numbers], axis: int) -> Numbers:
        """One array after the other along an axis."""
        every = (self, *others)
        flat: list[Any] = []
        for first in range(prod(self.shape[:axis])):
            for each in every:
                size = prod(each.shape[axis:])
                flat += each.flat[first * size : (first + 1) * size]
        extent = sum(each.shape[axis] for each in every)
        return Numbers((*self.shape[:axis], extent, *self.shape[axis + 1 :]), tuple(flat))

    def meet(self, other: Numbers, function: Callable[[Any, Any], Any]) -> Numbers:
        """Element by element with another; axes of one element are repeated."""
        shape = together(self.shape, other.shape)
        left, right = self.expand(shape), other.expand(shape)
        return Numbers(shape, tuple(map(function, left.flat, right.flat)))


def together(left: Sequence[int], right: Sequence[int]) -> tuple[int, ...]:
    """What two shapes broadcast to."""
    rank = max(len(left), len(right))
    pairs = zip((*[1] * (rank - len(left)), *left), (*[1] * (rank - len(right)), *right), strict=True)
    found = tuple(b if a == 1 else a for a, b in pairs)
    if prod(found) > MOST:
        raise NotUnderstood(f"shape arithmetic on {prod(found):,} elements")
    return found


def _shown(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape)) or "scalar"
