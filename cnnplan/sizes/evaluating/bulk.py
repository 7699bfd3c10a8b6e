"""Many points at once: formulas compiled to NumPy, in blocks that stay in the cache, exact or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.sizes.evaluating.codegen import source, symbols_of
from cnnplan.sizes.evaluating.evaluation import evaluate, magnitude
from cnnplan.sizes.forms.polynomials import Count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.sizes.forms.rationals import Number

__all__ = ["INT64", "Compiled", "compiled", "reach"]

INT64 = 2**62
"""Beyond this an intermediate value might not fit into an int64."""

BLOCK = 1 << 13
"""Points at a time: what a few dozen arrays of may stay in a core's cache."""


class Compiled:
    """Formulas as one function of their symbols.

    Args:
        formulas: counts and numbers.
    """

    def __init__(self, formulas: Mapping[str, Any]) -> None:
        self.formulas = dict(formulas)
        self.symbols: list[str] = symbols_of(formulas.values())
        self.function = _executed(formulas, "shifting")

    def on(self, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Every formula at many points: int64, or Python's integers where one might not fit."""
        arrays = np.broadcast_arrays(*[np.atleast_1d(np.asarray(values[name])) for name in self.symbols])
        peaks = {name: _peak(array) for name, array in zip(self.symbols, arrays, strict=True)}
        if max((reach(formula, peaks) for formula in self.formulas.values()), default=0) >= INT64:
            given = {name: array.astype(object) for name, array in zip(self.symbols, arrays, strict=True)}
            return {key: evaluate(formula, given) for key, formula in self.formulas.items()}
        length = len(arrays[0]) if arrays else 1
        results = {key: np.empty(length, np.int64) for key in self.formulas}
        for start in range(0, length, BLOCK):
            block = slice(start, start + BLOCK)
            part = self.function(*[array[block] for array in arrays])
            for key, result in results.items():
                result[block] = part[key]
        return results


def compiled(count: Any) -> Callable[..., int]:
    """One formula as a function of Python's integers, its symbols in the order of `symbols_of`, compiled once."""
    if not isinstance(count, Count):
        return lambda: int(count)
    memo = count.context.memo
    key = ("compiled", count)
    if key not in memo:
        function = _executed({"": count}, "python")
        memo[key] = lambda *values: function(*values)[""]
    return memo[key]  # type: ignore[no-any-return]


def _executed(formulas: Mapping[str, Any], language: str) -> Callable[..., dict[str, Any]]:
    scope: dict[str, Any] = {}
    exec(source(formulas, language), scope)  # noqa: S102 - source that was written by us, of names and numbers
    return scope["formulas"]  # type: ignore[no-any-return]


def _peak(array: np.ndarray) -> int:
    return max(abs(int(array.max(initial=0))), abs(int(array.min(initial=0))), 1)


def reach(value: Count | Number, peaks: Mapping[str, int]) -> int:
    """A bound on every intermediate value of a formula, from the greatest magnitude of each symbol."""
    return magnitude(value, peaks, {})
