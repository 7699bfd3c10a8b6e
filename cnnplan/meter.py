"""An array that counts the arithmetic that NumPy does to it.

The meter measures and asks no rule. What is watched stays watched through views, copies and results, and every
operation on it is counted by kind, as `cnnplan.cost` names them. Arithmetic among arrays that are not watched (weights)
is not seen. What the meter does not know it refuses: nothing is counted as zero in silence.

A contraction of k elements is k multiply-adds, of which the last has yet nothing to be added to. An add in place,
`sums += a @ b`, is where it goes: it belongs to the contraction and is not counted again.
"""

from __future__ import annotations

from math import isqrt, prod
from typing import Any

import numpy as np

__all__ = ["Meter", "Watched"]

KINDS = ("macs", "adds", "multiplies", "divides", "compares", "transcendentals")

UFUNCS = {
    "adds": "add subtract",
    "multiplies": "multiply square",
    "divides": "divide floor_divide reciprocal remainder fmod",
    "compares": "maximum minimum fmax fmin greater greater_equal less less_equal equal not_equal clip",
    "transcendentals": "exp exp2 expm1 log log2 log10 log1p sqrt cbrt power float_power sin cos tan arcsin arccos "
    "arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh hypot logaddexp logaddexp2 erf",
    "": "floor ceil trunc rint negative positive absolute fabs sign signbit copysign isnan isfinite isinf "
    "logical_and logical_or logical_not logical_xor bitwise_and bitwise_or bitwise_xor invert",
}
"""The elementwise operations, by what one of them counts as; the last row is free."""

KIND = {name: kind for kind, names in UFUNCS.items() for name in names.split()}
TWICE = {"clip"}
PLACES = {"argmax", "argmin"}
"""Functions that compare like a maximum, and tell where it is: a number that is not watched."""

CONTRACTIONS = {"matmul": -1, "vecdot": -1, "matvec": -1, "vecmat": -1}
"""Generalized operations, with the axis of the first operand that is contracted."""

FREE = {
    "array_split", "atleast_1d", "atleast_2d", "broadcast_arrays", "broadcast_to", "concatenate", "copy", "copyto",
    "empty_like", "expand_dims", "flip", "full_like", "moveaxis", "ndim", "ones_like", "ravel", "repeat", "reshape",
    "roll", "rollaxis", "shape", "shares_memory", "size", "sliding_window_view", "split", "squeeze", "stack",
    "swapaxes", "take", "take_along_axis", "tile", "transpose", "where", "zeros_like", "as_strided",
}  # fmt: skip
"""Functions that move elements."""

THROUGH = {"all", "any", "max", "min", "sum", "prod", "cumsum", "cumprod", "mean", "var", "std", "clip", "amax", "amin"}
"""Functions that NumPy makes of operations which are counted one by one."""


class Meter:
    """Counts what is done to the arrays it watches; `tally` holds a number per kind."""

    def __init__(self) -> None:
        self.tally = dict.fromkeys(KINDS, 0)

    def watch(self, array: np.ndarray[Any, Any]) -> Watched:
        """The same elements, counted from now on."""
        watched = np.asarray(array).view(Watched)
        watched.meter = self
        watched.contracted = False
        return watched

    def count(self, kind: str, number: int) -> None:
        """Add to a kind; the empty kind is free."""
        if kind:
            self.tally[kind] += int(number)


class Watched(np.ndarray[Any, Any]):
    """An array that tells its meter what is done to it.

    Attributes:
        meter: who counts.
        contracted: whether this is what a contraction gave, not yet added to anything.
    """

    meter: Meter | None
    contracted: bool

    def __array_finalize__(self, source: Any) -> None:
        self.meter = getattr(source, "meter", None)
        self.contracted = getattr(source, "contracted", False)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = (), **options: Any) -> Any:
        """Do it on plain arrays, and count it."""
        meter = _meter((*inputs, *out))
        if meter is None:
            raise TypeError(f"{ufunc.__name__} of watched arrays without a meter")
        if any(not isinstance(array, Watched) for array in out):
            raise TypeError(f"{ufunc.__name__} would write watched elements into an array that is not")
        if out:
            options["out"] = tuple(map(plain, out))
        result = getattr(ufunc, method)(*map(plain, inputs), **options)
        contraction = ufunc.__name__ in CONTRACTIONS
        if any(isinstance(array, Watched) for array in inputs) and not _completes(ufunc, method, inputs, out):
            meter.count(*_counted(ufunc, method, inputs, out[0] if out else result, options))
        if method == "at":
            return None
        found = out[0] if len(out) == 1 else meter.watch(result)
        found.contracted = contraction
        return found

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Let through what moves elements or is made of operations that are counted; count contractions here."""
        name = func.__name__
        if name in ("dot", "inner", "tensordot", "einsum"):
            return _contraction(name, func, args, kwargs)
        if name == "copyto" and not isinstance(args[0], Watched):
            raise TypeError("copyto would write watched elements into an array that is not")
        if name in PLACES:
            return self._place(func, *args, **kwargs)
        if name not in FREE and name not in THROUGH:
            raise TypeError(f"the meter does not know numpy.{name}")
        result = super().__array_function__(func, types, args, kwargs)
        return self._kept(result) if name in FREE else result

    def _place(self, func: Any, array: Any, *args: Any, **options: Any) -> Any:
        """Where the greatest or least elements are, a compare less than there are elements."""
        result = func(plain(array), *args, **options)
        if self.meter is not None:
            self.meter.count("compares", np.size(array) - np.size(result))
        return result

    def argmax(self, *args: Any, **kwargs: Any) -> Any:
        """The method, counted like the function."""
        return np.argmax(self, *args, **kwargs)

    def argmin(self, *args: Any, **kwargs: Any) -> Any:
        """The method, counted like the function."""
        return np.argmin(self, *args, **kwargs)

    def _kept(self, result: Any) -> Any:
        """What NumPy gave, watched again where it forgot."""
        if isinstance(result, list):
            return list(map(self._kept, result))
        meter = self.meter
        return meter.watch(result) if type(result) is np.ndarray and meter is not None else result

    def dot(self, other: Any, out: Any = None) -> Any:
        """The method, counted like the function."""
        return np.dot(self, other, out=out)

    def trace(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: NumPy would add without a word."""
        del args, kwargs
        raise TypeError("the meter does not know trace")

    def round(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: NumPy would round without a word."""
        del args, kwargs
        raise TypeError("the meter does not know round")


def plain(value: Any) -> Any:
    """The array without its meter; anything else as it is."""
    return value.view(np.ndarray) if isinstance(value, Watched) else value


def _meter(values: Any) -> Meter | None:
    return next((value.meter for value in values if isinstance(value, Watched) and value.meter is not None), None)


def _completes(ufunc: np.ufunc, method: str, inputs: Any, out: Any) -> bool:
    """Whether this is the add of a multiply-add: what a contraction gave is added in place."""
    if ufunc is not np.add or method != "__call__" or not out:
        return False
    sums, product = inputs
    return sums is out[0] and isinstance(product, Watched) and product.contracted


def _counted(ufunc: np.ufunc, method: str, inputs: Any, result: Any, options: Any) -> tuple[str, int]:
    """Which kind of arithmetic it was, and how often."""
    name = ufunc.__name__.split()[0]
    if name in CONTRACTIONS and method == "__call__":
        return "macs", np.size(result) * np.shape(inputs[0])[-1]
    if name not in KIND or options.get("where", True) is not True:
        raise TypeError(f"the meter does not know numpy.{name}{' where' if name in KIND else ''}")
    return KIND[name], _times(method, inputs, result, options) * (2 if name in TWICE else 1)


def _times(method: str, inputs: Any, result: Any, options: Any) -> int:
    """How many elements were computed."""
    if method in ("__call__", "outer"):
        return int(np.size(result[0] if isinstance(result, tuple) else result))
    first = plain(inputs[0])
    if method == "reduce":
        given = options.get("initial", np._NoValue) not in (np._NoValue, None)  # noqa: SLF001 - what NumPy fills in
        return int(first.size - (0 if given else np.size(result)))
    if method == "accumulate":
        return int(first.size - first.size // first.shape[options.get("axis", 0)])
    if method == "at":
        return int(np.size(first[inputs[1]]))
    raise TypeError(f"the meter does not know the method {method}")


def _contraction(name: str, func: Any, args: Any, kwargs: Any) -> Any:
    """What NumPy computes without a ufunc."""
    meter = _meter((*args, kwargs.get("out")))
    out = kwargs.get("out")
    if meter is None or (out is not None and not isinstance(out, Watched)):
        raise TypeError(f"{name} would write watched elements into an array that is not")
    result = func(*map(plain, args), **{key: plain(value) for key, value in kwargs.items()})
    kind, number = _summands(args) if name == "einsum" else ("macs", _products(name, args, result))
    meter.count(kind, number)
    found = meter.watch(result) if out is None else out
    found.contracted = kind == "macs"
    return found


def _products(name: str, args: Any, result: Any) -> int:
    """How many products `dot`, `inner` and `tensordot` sum up; those with a number are refused."""
    left, right = args[:2]
    if not np.ndim(left) or not np.ndim(right):
        raise TypeError(f"the meter takes {name} of arrays only")
    inner = isqrt(np.size(left) * np.size(right) // np.size(result))
    return inner * int(np.size(result))


def _summands(args: Any) -> tuple[str, int]:
    """What einsum does: one operation per combination of all letters."""
    text, *operands = args
    if not isinstance(text, str) or "." in text or len(operands) not in (1, 2):
        raise TypeError("the meter takes einsum of one or two operands, with letters for all axes")
    inputs, arrow, output = text.replace(" ", "").partition("->")
    names = inputs.split(",")
    extents = {
        letter: extent
        for letters, operand in zip(names, operands, strict=True)
        for letter, extent in zip(letters, np.shape(operand), strict=True)
    }
    if not arrow:
        output = "".join(sorted(letter for letter in extents if inputs.count(letter) == 1))
    if any(len(set(letters)) < len(letters) for letters in names):
        raise TypeError("the meter takes einsum without diagonals")
    everything, kept = prod(extents.values()), prod(extents[letter] for letter in output)
    if len(operands) == 1:
        return "adds", everything - kept
    return ("macs" if set(output) != set(extents) else "multiplies"), everything
