"""Formulas on product grids: a polynomial taken apart by axes, so that a point costs a few multiply-adds.

A total is a sum of products of sizes. On a grid every size is computed along its own axes only; the products of the
sizes along the longest axis, and those along all others, leave one multiplication and one addition a point and term.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, lcm
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.lazy import np
from cnnplan.sizes.evaluating.bulk import BLOCK, INT64
from cnnplan.sizes.evaluating.evaluation import evaluate
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["Axis", "Grid", "column"]


class Axis(NamedTuple):
    """Where the values of a symbol lie: along which dimension of the grid, and what they are, a list or an array."""

    dim: int
    values: Any


class Grid:
    """All combinations of the values of some symbols.

    Args:
        shape: how many values each dimension has.
        axes: the dimension and the values of each symbol; several symbols may share one.
    """

    def __init__(self, shape: tuple[int, ...], axes: Mapping[str, Axis]) -> None:
        self.shape = shape
        self.axes = axes
        self._sizes: dict[Any, np.ndarray] = {}

    def values(self, name: str) -> np.ndarray:
        """The values of a symbol along its dimension, ready to broadcast."""
        axis = self.axes[name]
        return column(axis.values).reshape([-1 if dim == axis.dim else 1 for dim in range(len(self.shape))])

    def of(self, value: Any) -> np.ndarray:
        """The value of a formula at every point, of a shape that broadcasts to the grid's: int64 wherever it fits."""
        total, scale = self.scaled(value)
        return total if scale == 1 else total // scale

    def scaled(self, value: Any) -> tuple[np.ndarray, int]:
        """The same times a whole number that leaves no fractions, and that number."""
        if is_number(value):
            whole = int(value * Fraction(value).denominator)
            kind = np.int64 if abs(whole) < INT64 else object
            return np.full((1,) * len(self.shape), whole, kind), Fraction(value).denominator
        if isinstance(value, Size):
            return self._size(value), 1
        terms = _terms(value)
        scale = lcm(*(Fraction(coef).denominator for coef, _ in terms))
        return self._total([(int(coef * scale), [self._size(size) for size in sizes]) for coef, sizes in terms]), scale

    def _size(self, size: Size) -> np.ndarray:
        """A size along the dimensions of its own symbols."""
        if size not in self._sizes:
            self._sizes[size] = _narrowed(
                np.asarray(evaluate(size, {name: self.values(name) for name in size.symbols}))
            )
        return self._sizes[size]

    def _total(self, terms: list[tuple[int, list[np.ndarray]]]) -> np.ndarray:
        reach = sum(abs(coef) * _reach(arrays) for coef, arrays in terms)
        if reach >= INT64 or any(array.dtype == object for _, arrays in terms for array in arrays):
            return _summed([(coef, [array.astype(object) for array in arrays]) for coef, arrays in terms])
        last = max(range(len(self.shape)), key=self.shape.__getitem__, default=0)
        if len(terms) > 1 and all(_one_sided(array, last) for _, arrays in terms for array in arrays):
            return self._outer(terms, last)
        return _summed(terms)

    def _outer(self, terms: list[tuple[int, list[np.ndarray]]], last: int) -> np.ndarray:
        """The total as a sum of outer products: what varies along the longest dimension, and all the rest."""
        axes = len(self.shape)
        inner = [_product([a for a in arrays if a.shape[last] > 1], 1, axes).reshape(-1) for _, arrays in terms]
        outer = [_product([a for a in arrays if a.shape[last] == 1], coef, axes) for coef, arrays in terms]
        around = np.broadcast_shapes(*(array.shape for array in outer))
        length = max(map(len, inner))
        left = [np.broadcast_to(array, around).reshape(-1, 1) for array in outer]
        total = _accumulated(left, [np.broadcast_to(array, (length,)) for array in inner])
        shape = [extent for dim, extent in enumerate(around) if dim != last]
        return np.moveaxis(total.reshape((*shape, length)), -1, last)


def _accumulated(left: list[np.ndarray], right: list[np.ndarray]) -> np.ndarray:
    """The sum of the products of columns and rows, block by block, so that sums stay in the cache."""
    height, length = len(left[0]), len(right[0])
    total = np.empty((height, length), np.int64)
    rows = max(1, BLOCK // length)
    spare = np.empty((min(rows, height), length), np.int64)
    for start in range(0, height, rows):
        block = total[start : start + rows]
        product = spare[: len(block)]
        np.multiply(left[0][start : start + rows], right[0], out=block)
        for factor, row in zip(left[1:], right[1:], strict=True):
            np.multiply(factor[start : start + rows], row, out=product)
            np.add(block, product, out=block)
    return total


def column(values: Any) -> np.ndarray:
    """Numbers as an array: int64 where all are whole and fit, else Python's own."""
    if hasattr(values, "dtype"):
        return values  # type: ignore[no-any-return]
    if isinstance(values, range):
        return np.arange(values.start, values.stop, values.step)
    fits = all(type(value) is int and abs(value) < INT64 for value in values)
    array = np.empty(len(values), np.int64 if fits else object)
    array[:] = values
    return array


def _terms(count: Count) -> list[tuple[Number, tuple[Size, ...]]]:
    terms = [(coef, monomial) for monomial, coef in count.products.items()]
    if isinstance(count.rest, Size):
        return [*terms, (1, (count.rest,))]
    return [*terms, (count.rest, ())] if count.rest else terms


def _one_sided(array: np.ndarray, last: int) -> bool:
    """Whether it varies along the last dimension only, or not at all along it."""
    return bool(array.shape[last] == 1 or array.size == array.shape[last])


def _product(arrays: Sequence[np.ndarray], coef: int, axes: int) -> Any:
    product: Any = np.full((1,) * axes, coef, np.int64)
    for array in arrays:
        product = product * array
    return product


def _summed(terms: list[tuple[int, list[np.ndarray]]]) -> np.ndarray:
    total: Any = 0
    for coef, arrays in terms:
        term: Any = coef
        for array in sorted(arrays, key=lambda array: array.size):
            term = term * array
        total = total + term
    return np.asarray(total)


def _reach(arrays: list[np.ndarray]) -> int:
    reach = 1
    for array in arrays:
        reach *= max(1, ceil(abs(array.max())), ceil(abs(array.min())))
    return reach


def _narrowed(array: np.ndarray) -> np.ndarray:
    """Python's numbers as int64 where all of them are whole and fit."""
    if array.dtype != object or any(Fraction(x).denominator != 1 or abs(x) >= INT64 for x in array.flat):
        return array
    return array.astype(np.int64)
