"""How the values of arguments are read, and how an editor is told what may stand there.

A Kind says only the cause of a refusal ("must be at least 1"); whoever asked adds the name, the value and the place.
A Count is taken wherever a whole number is: what its symbols may be is for the operator's `requires` to say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

from cnnplan.models import Reader, refuse
from cnnplan.sizes import Condition, Count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Kind",
    "either",
    "extents",
    "factor",
    "flag",
    "flat",
    "keyword",
    "listed",
    "measured",
    "nested",
    "number",
    "optional",
    "paddings",
    "plain",
    "text",
    "truth",
    "whole",
]

LARGEST_DENOMINATOR = 2**20
"""Beyond it a factor is a number that nobody means exactly."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind(Reader):
    """What a field takes.

    Args:
        read: gives the value in its normal form, or refuses it.
        schema: the same as JSON Schema.
        least: the least whole number, where there is one; what a Count has to be shown to reach.
        spatial: whether a list has one element per spatial axis.
        words: the keywords that it knows.
        open: whether it takes a comparison of sizes.
        literal: whether letters for axes stand for themselves, and are no expression.
        prose: whether any text stands for itself.
    """

    read: Callable[[Any], Any]
    schema: dict[str, Any]
    least: int | None = None
    spatial: bool = False
    words: tuple[str, ...] = ()
    open: bool = False
    literal: bool = False
    prose: bool = False

    def per_spatial_axis(self) -> Kind:
        """One value for every spatial axis, or a list of one each."""
        return replace(either(self, listed(self, "a list of one number per axis")), spatial=True)


def is_list(value: Any) -> bool:
    """Whether it is a list of the spec language."""
    return isinstance(value, (tuple, list))


def whole(least: int | None = None) -> Kind:
    """A whole number of at least that much."""

    def read(value: Any) -> Any:
        if type(value) is int:
            return value if least is None or value >= least else refuse(f"must be at least {least}")
        if isinstance(value, Fraction) and value.denominator == 1:
            return read(int(value))
        cure = ": floor, ceil or round makes one of it" if isinstance(value, Fraction) and value > 1 else ""
        return value if isinstance(value, Count) else refuse(f"must be a whole number{cure}")

    return Kind(read, {"type": "integer"} | ({} if least is None else {"minimum": least}), least)


def plain(what: str, least: int | None = None) -> Kind:
    """A whole number that decides the structure, so that no symbol can stand for it."""

    def read(value: Any) -> int:
        if type(value) is not int:
            refuse(f"must be {what}, a plain whole number")
        return value if least is None or value >= least else refuse(f"must be at least {least}")

    return Kind(read, {"type": "integer"} | ({} if least is None else {"minimum": least}))


def number(least: float | None = None, most: float | None = None, *, infinite: bool = False) -> Kind:
    """A number that takes no part in the arithmetic of sizes; `-.inf` only where it has a meaning."""

    def read(value: Any) -> Any:
        if isinstance(value, Count):
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)):
            refuse("must be a number")
        if not infinite and isinstance(value, float) and not isfinite(value):
            refuse("must be finite")
        if least is not None and most is not None and not least <= value <= most:
            refuse(f"must be from {least:g} to {most:g}")
        return float(value)

    limits = {"minimum": least, "maximum": most}
    return Kind(read, {"type": "number"} | {key: limit for key, limit in limits.items() if limit is not None})


def factor() -> Kind:
    """What a size is multiplied by: a fraction, or the decimal that a float is written as."""

    def read(value: Any) -> Any:
        if isinstance(value, Count):
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)):
            refuse("must be a number")
        if isinstance(value, float) and not isfinite(value):
            refuse("must be a number")
        exact = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
        if exact <= 0:
            refuse("must be above 0")
        if exact.denominator > LARGEST_DENOMINATOR:
            refuse("must be a fraction of small numbers or a short decimal, such as 2, 0.5 or 1.6; give size instead")
        return exact.numerator if exact.denominator == 1 else exact

    return Kind(read, {"type": "number", "exclusiveMinimum": 0})


def flag() -> Kind:
    """True or false, and nothing that merely looks like it."""

    def read(value: Any) -> bool:
        return value if isinstance(value, bool) else refuse("must be true or false")

    return Kind(read, {"type": "boolean"})


def truth() -> Kind:
    """A comparison, decided or open."""

    def read(value: Any) -> bool | Condition:
        return value if isinstance(value, bool | Condition) else refuse("must be a comparison, such as H % 32 == 0")

    return Kind(read, {"type": ["boolean", "string"]}, open=True)


def keyword(*choices: str) -> Kind:
    """One of these words."""
    cause = "must be one of " + ", ".join(choices)

    def read(value: Any) -> str:
        return value if isinstance(value, str) and value in choices else refuse(cause)

    return Kind(read, {"enum": list(choices)}, words=choices)


def listed(item: Kind, what: str) -> Kind:
    """A list, every element of one kind."""

    def read(value: Any) -> tuple[Any, ...]:
        return tuple(map(item.read, value)) if is_list(value) and value else refuse(f"must be {what}")

    return Kind(read, {"type": "array", "items": item.schema, "minItems": 1}, item.least)


def nested(item: Kind, what: str) -> Kind:
    """A list, or a list of lists of equal length, and so on."""
    cause = f"must be a list of {what}, or a list of such lists of equal length"

    def read(value: Any) -> tuple[Any, ...]:
        if not is_list(value) or not value:
            refuse(cause)
        deeper = [is_list(part) for part in value]
        if any(deeper) is not all(deeper):
            refuse(cause)
        found = tuple(read(part) if deeper[0] else item.read(part) for part in value)
        if deeper[0] and len({measured(part) for part in found}) > 1:
            refuse(cause)
        return found

    items = {"anyOf": [item.schema, {"type": "array"}]}
    return Kind(read, {"type": "array", "items": items, "minItems": 1})


def measured(value: Any) -> tuple[int, ...]:
    """The extents of a list of lists; none of a number."""
    return (len(value), *measured(value[0])) if is_list(value) else ()


def flat(value: Any) -> Iterator[Any]:
    """The numbers in lists of lists; a number by itself."""
    if is_list(value):
        for part in value:
            yield from flat(part)
    else:
        yield value


def text(*, prose: bool = False) -> Kind:
    """A text that means itself: letters for axes, or any."""

    def read(value: Any) -> str:
        return value if isinstance(value, str) else refuse("must be a text")

    return Kind(read, {"type": "string"}, literal=not prose, prose=prose)


def extents(most: int | None = 1) -> Kind:
    """A shape, of which one extent, or some, or any (None) may be -1, for what is left or stays.

    Where none may, it may be empty: that of a number.
    """
    item = whole(-1)
    allowed = {0: "", 1: ", and one -1 at most"}.get(-1 if most is None else most, ", or -1")

    def read(value: Any) -> tuple[Any, ...]:
        if most == 0 and value in ((), []):
            return ()
        shape: tuple[Any, ...] = listed(item, "a list of extents").read(value)
        unknown = sum(type(n) is int and n == -1 for n in shape)
        if any(type(n) is int and n == 0 for n in shape) or (most is not None and unknown > most):
            refuse(f"must hold extents of at least 1{allowed}")
        return shape

    return Kind(read, {"type": "array", "items": {"type": "integer", "minimum": -1}, "minItems": int(most != 0)}, 1)


def either(single: Kind, several: Kind) -> Kind:
    """One value, or a list."""

    def read(value: Any) -> Any:
        return several.read(value) if is_list(value) else single.read(value)

    return Kind(read, {"anyOf": [single.schema, several.schema]}, single.least)


def optional(item: Kind) -> Kind:
    """The same, or nothing."""
    schema = {"anyOf": [item.schema, {"type": "null"}]}
    return Kind(lambda value: None if value is None else item.read(value), schema, item.least)


def pair(item: Kind) -> Kind:
    """A list of two."""

    def read(value: Any) -> tuple[Any, ...]:
        if not is_list(value) or len(value) != 2:  # noqa: PLR2004
            refuse("must hold [before, after] pairs")
        return tuple(map(item.read, value))

    return Kind(read, {"type": "array", "items": item.schema, "minItems": 2, "maxItems": 2}, item.least)


def paddings(*words: str, least: int | None = 0) -> Kind:
    """A number, one per spatial axis, a pair per spatial axis, or one of these words."""
    single = whole(least)
    flat = listed(single, "a list of one number per axis")
    nested = listed(pair(single), "a list of one pair per axis")
    *forms, last = ["a number", "a list", *words]
    cause = f"must be {', '.join(forms)} or {last}"

    def read(value: Any) -> Any:
        if isinstance(value, str):
            return value if value in words else refuse(cause)
        if not is_list(value):
            return single.read(value)
        if len(set(map(is_list, value))) > 1:
            refuse("must hold numbers only, or [before, after] pairs only")
        return (nested if value and is_list(value[0]) else flat).read(value)

    known = [{"enum": list(words)}] if words else []
    return Kind(read, {"anyOf": [single.schema, flat.schema, nested.schema, *known]}, least, spatial=True, words=words)
