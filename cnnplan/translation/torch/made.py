"""How numbers were made of the extents of tensors: formulas, what they come out as, and what was decided by them."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnplan.translation.torch.places import Line

__all__ = [
    "COMPARED",
    "OPPOSITE",
    "Axis",
    "Binary",
    "Choice",
    "Guard",
    "Rounded",
    "When",
    "alike",
    "axes_of",
    "depends",
    "evaluated",
    "faithful",
    "folded",
    "holding",
    "moved",
    "never_negative",
    "opposite",
    "product_of_doubles",
    "sources",
]


@dataclass(frozen=True, slots=True)
class Axis:
    """The extent of an axis of a tensor.

    Args:
        source: the tensor.
        dim: the axis, from the front.
        value: what it was.
    """

    source: Any
    dim: int
    value: int


@dataclass(frozen=True, slots=True)
class Binary:
    """An operation on two of them, or on one and a number."""

    operator: str
    left: Any
    right: Any


@dataclass(frozen=True, slots=True)
class Rounded:
    """A quotient, brought to a whole number: floor, ceil or round."""

    function: str
    inner: Any


@dataclass(frozen=True, slots=True)
class Guard:
    """A comparison that the program decided by, as it came out: `left operator right`.

    Args:
        place: the line of the program.
        escape: what made a plain number of `left`, of which nothing is seen from there on: it is `right` alone.
        module: the one that ran.
    """

    operator: str
    left: Any
    right: Any
    place: Line | str = field(default="", compare=False)
    escape: str = ""
    module: str = field(default="", compare=False)

    @property
    def because(self) -> str:
        """What is to be said where it does not hold."""
        code = getattr(self.place, "code", "")
        where = f"{self.place} (`{code}`)" if code else str(self.place)
        if self.escape:
            return (
                f"{where or 'the program'} takes a size as a plain number ({self.escape}), and was read for one alone"
            )
        return f"{where or 'the program'} takes a path that was not read"


@dataclass(frozen=True, slots=True)
class Choice(Binary):
    """A number that is one where a comparison holds, and another where it does not; as an operation, one formula."""

    guard: Guard
    held: Any
    broken: Any


When = tuple[tuple[Guard, ...], ...]
"""Comparisons of which all of one of these rows hold."""

OPPOSITE: Final = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
COMPARED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
OPERATIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod,
    "/": operator.truediv, "**": operator.pow, "max": max, "min": min,
}  # fmt: skip
ROUNDINGS: Final[dict[str, Any]] = {"floor": math.floor, "ceil": math.ceil, "round": round}
BITS: Final = 1 << 16
"""A decimal with a denominator up to this is added, subtracted and multiplied exactly by doubles."""


def evaluated(made: Any, extent: Callable[[Axis], int]) -> Any:
    """What a formula comes out as, by Python's own arithmetic.

    Args:
        made: the formula.
        extent: gives that of an axis.

    Raises:
        ArithmeticError: it divides by zero.
    """
    if isinstance(made, Axis):
        return extent(made)
    if isinstance(made, Binary):
        return OPERATIONS[made.operator](evaluated(made.left, extent), evaluated(made.right, extent))
    if isinstance(made, Rounded):
        return ROUNDINGS[made.function](evaluated(made.inner, extent))
    return made


def holding(when: When, extent: Callable[[Axis], int]) -> bool:
    """Whether all comparisons of a row hold."""
    return any(
        all(COMPARED[each.operator](evaluated(each.left, extent), evaluated(each.right, extent)) for each in row)
        for row in when
    )


def opposite(guard: Guard) -> Guard:
    """The comparison that holds where this one does not."""
    return replace(guard, operator=OPPOSITE[guard.operator])


def moved(made: Any, axis: Callable[[Axis], Axis]) -> Any:
    """A formula in which other axes stand.

    Args:
        made: the formula.
        axis: gives what stands in the place of an axis.
    """
    if isinstance(made, Axis):
        return axis(made)
    if isinstance(made, Binary):
        return Binary(made.operator, moved(made.left, axis), moved(made.right, axis))
    return Rounded(made.function, moved(made.inner, axis)) if isinstance(made, Rounded) else made


def alike(one: Any, two: Any) -> bool:
    """Whether two numbers were made in the same way."""
    if isinstance(one, Axis) and isinstance(two, Axis):
        return one.source == two.source and one.dim == two.dim
    if isinstance(one, Binary) and isinstance(two, Binary):
        return one.operator == two.operator and alike(one.left, two.left) and alike(one.right, two.right)
    if isinstance(one, Rounded) and isinstance(two, Rounded):
        return one.function == two.function and alike(one.inner, two.inner)
    return bool(type(one) is type(two) and one == two)


def depends(made: Any) -> bool:
    """Whether a formula has an extent in it."""
    return any(True for _ in sources(made))


def sources(made: Any) -> Iterator[Any]:
    """The tensors whose extents a formula has."""
    return (axis.source for axis in axes_of(made))


def axes_of(made: Any) -> Iterator[Axis]:
    """The extents that a formula has."""
    if isinstance(made, Axis):
        yield made
    elif isinstance(made, Binary):
        yield from axes_of(made.left)
        yield from axes_of(made.right)
    elif isinstance(made, Rounded):
        yield from axes_of(made.inner)


def folded(made: Any, known: Any = None, value: int = 0) -> Any:
    """A formula with the numbers in it worked out.

    Args:
        made: the formula.
        known: what stands in it as `value`.
        value: a number.
    """
    if known is not None and alike(made, known):
        return value
    if isinstance(made, Binary):
        left, right = folded(made.left, known, value), folded(made.right, known, value)
        if isinstance(left, int) and isinstance(right, int) and not (right == 0 and made.operator in "//%"):
            return OPERATIONS[made.operator](left, right)
        return Binary(made.operator, left, right)
    return Rounded(made.function, folded(made.inner, known, value)) if isinstance(made, Rounded) else made


def product_of_doubles(made: Any) -> tuple[Any, float] | None:
    """The whole number and the decimal that a number was made of; None where it was made otherwise."""
    if isinstance(made, Binary) and made.operator == "*":
        for one, other in ((made.left, made.right), (made.right, made.left)):
            if isinstance(one, float) and one > 0 and _is_whole(other):
                return other, one
    return None


def faithful(made: Any) -> bool:
    """Whether exact arithmetic gives what doubles give, whatever the extents are below 2**32.

    So it is for whole numbers; for sums and products with halves, quarters and the like; and where one quotient of
    whole numbers is rounded, or compared with a decimal: the nearest double is never on the other side.
    """
    return _is_whole(made) or _is_dyadic(made) or _is_quotient(made) or isinstance(made, float)


def never_negative(made: Any) -> bool:
    """Whether a number is at least zero, as far as its signs tell."""
    if isinstance(made, Binary):
        signless = made.operator in {"+", "*", "/", "//", "%", "max", "min"}
        return signless and never_negative(made.left) and never_negative(made.right)
    if isinstance(made, Rounded):
        return never_negative(made.inner)
    return isinstance(made, Axis) or made >= 0


def _is_whole(made: Any) -> bool:
    """Whether it is a whole number whatever the extents are, and the same by doubles."""
    if isinstance(made, Binary):
        return made.operator != "/" and _is_whole(made.left) and _is_whole(made.right)
    if isinstance(made, Rounded):
        inner = made.inner
        scaled = made.function == "floor" and product_of_doubles(inner) is not None
        return scaled or _is_whole(inner) or _is_dyadic(inner) or _is_quotient(inner)
    return isinstance(made, int | Axis)


def _is_dyadic(made: Any) -> bool:
    """Whether it is a sum or product of whole numbers and of decimals that doubles have exactly."""
    if isinstance(made, float):
        return math.isfinite(made) and made.as_integer_ratio()[1] <= BITS
    if isinstance(made, Binary) and made.operator in {"+", "-", "*", "max", "min"}:
        return _is_dyadic(made.left) and _is_dyadic(made.right)
    if isinstance(made, Binary) and made.operator == "/":
        return _is_dyadic(made.left) and _is_power_of_two(made.right)
    return _is_whole(made)


def _is_quotient(made: Any) -> bool:
    return isinstance(made, Binary) and made.operator == "/" and _is_whole(made.left) and _is_whole(made.right)


def _is_power_of_two(made: Any) -> bool:
    return isinstance(made, int | float) and made > 0 and math.frexp(made)[0] == 0.5 and abs(math.log2(made)) <= 16  # noqa: PLR2004 - 2**n
