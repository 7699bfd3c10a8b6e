"""The shapes of the layers as they are written, so that a number that depends on sizes is written as it comes out."""

from __future__ import annotations

import operator
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from cnnplan import sizes
from cnnplan.errors import CnnplanError
from cnnplan.lazy import pydantic_core
from cnnplan.ops import OPERATORS
from cnnplan.translation.torch.made import Axis, Binary, Guard, Rounded, product_of_doubles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnnplan.sizes import Shape

__all__ = ["Shapes", "Unknown"]


class Unknown(Exception):  # noqa: N818 - a signal
    """A shape that nobody knows."""


OPERATIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": sizes.floor_div, "%": operator.mod,
    "/": sizes.quotient, "**": operator.pow, "max": sizes.maximum, "min": sizes.minimum,
}  # fmt: skip
ROUNDINGS: Final[dict[str, Callable[[Any], Any]]] = {
    "floor": sizes.floor, "ceil": sizes.ceil, "round": sizes.round_half_even,
}  # fmt: skip
COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "==": sizes.eq, "!=": sizes.ne, "<": sizes.lt, "<=": sizes.le, ">": sizes.gt, ">=": sizes.ge,
}  # fmt: skip
ONE: Final = re.compile(r"(?!.*\b(?:in|or|and|not)\b)[\w ()+*/%,-]+ (?:<|<=|>|>=|==|!=) [\w ()+*/%,-]+")


class Shapes:
    """Shapes by the name of the layer.

    Args:
        known: those of the inputs, with the names of symbols for what is free.
    """

    def __init__(self, known: Mapping[str, Sequence[str | int]]) -> None:
        self._context = sizes.Context()
        self._known: dict[str, Shape] = {name: tuple(map(self._extent, shape)) for name, shape in known.items()}
        self._operators: dict[Any, Any] = {}

    def _extent(self, extent: str | int) -> Any:
        return self._context.symbol(extent, sizes.Domain(min=1)) if isinstance(extent, str) else extent

    def alias(self, name: str, other: str) -> None:
        """Let one layer have the shape of another."""
        if other in self._known:
            self._known[name] = self._known[other]

    def add(self, name: str, verb: str, args: Mapping[str, Any], reads: Sequence[str]) -> None:
        """The shapes that a layer gives, as far as they follow."""
        if any(read not in self._known for read in reads):
            return
        inputs = [self._known[read] for read in reads]
        try:
            made = self._operator(verb, args)
            parts = made.parts(*inputs)
            shapes = [part.output(*inputs) for part in parts] or [made.output(*inputs)]
        except (
            pydantic_core.ValidationError,
            CnnplanError,
            ArithmeticError,
            AttributeError,
            ValueError,
            TypeError,
            IndexError,
        ):
            return
        for i, shape in enumerate(shapes):
            self._known[f"{name}.{i}" if parts else name] = shape

    def _operator(self, verb: str, args: Mapping[str, Any]) -> Any:
        key = (verb, *args, *map(_frozen, args.values()))
        if key not in self._operators:
            self._operators[key] = OPERATORS[verb](**{name: _frozen(value) for name, value in args.items()})
        return self._operators[key]

    def at(self, name: str, values: Mapping[str, int]) -> tuple[int, ...] | None:
        """The shape of a layer, its letters being these numbers; None where it is not known."""
        shape = self._known.get(name)
        if shape is None:
            return None
        return tuple(extent if isinstance(extent, int) else extent.at(values) for extent in shape)

    def value(self, made: Any, name: Callable[[Axis], str]) -> Any:
        """What a formula comes out as: a number, or a size.

        Args:
            made: the formula.
            name: gives the layer whose extent is meant.

        Raises:
            Unknown: it has an extent that is not known.
        """
        if isinstance(made, Axis):
            known = self._known.get(name(made))
            if known is None:
                raise Unknown
            return known[made.dim]
        if isinstance(made, Binary):
            left, right = self.value(made.left, name), self.value(made.right, name)
            return OPERATIONS[made.operator](left, right)
        if isinstance(made, Rounded):
            product = product_of_doubles(made.inner) if made.function == "floor" else None
            if product is not None:
                return sizes.scaled(self.value(product[0], name), Fraction(str(product[1])))
            return ROUNDINGS[made.function](self.value(made.inner, name))
        return made

    def holds(self, guard: Guard, name: Callable[[Axis], str]) -> bool | None:
        """Whether a comparison comes out as it did whatever the sizes are; None where that depends."""
        verdict = self._compared(guard, name)
        return verdict if isinstance(verdict, bool | None) else verdict.verdict

    def condition(self, guard: Guard, name: Callable[[Axis], str]) -> str:
        """A comparison as it comes out, where that is one comparison in the language; else nothing."""
        text = str(self._compared(guard, name))
        return text if ONE.fullmatch(text) else ""

    def _compared(self, guard: Guard, name: Callable[[Axis], str]) -> Any:
        try:
            left, right = self.value(guard.left, name), self.value(guard.right, name)
            return COMPARISONS[guard.operator](left, right)
        except (Unknown, CnnplanError, ArithmeticError, AttributeError, TypeError, ValueError):
            return None


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value
