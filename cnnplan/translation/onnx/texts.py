"""Arguments as the language writes them: sizes as what they are of the layer's own input, where that is shorter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Condition, Count, eq, exact_div, floor_div, prod
from cnnplan.translation.onnx.conditions import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnnplan.sizes import Shape

__all__ = ["argument", "counted"]

PARTS = (2, 3, 4, 5, 6, 7, 8, 12, 14, 16, 24, 32)
"""Numbers that an extent is looked for a part of."""

STARTS = (211, 346, 509, 780, 1023, 1377)
"""Values that tell remainders apart."""


def argument(value: Any, shapes: Sequence[Shape]) -> Any:
    """An argument as YAML holds it: numbers as they are, sizes as the text of an expression."""
    if isinstance(value, list | tuple):
        return [argument(item, shapes) for item in value]
    if isinstance(value, Condition):
        return written(value)
    return _size(value, shapes[0] if shapes else ()) if isinstance(value, Count) else value


def counted(shape: Sequence[Any], have: Shape, texts: list[Any]) -> list[Any]:
    """The shape of a reshape, its only size as -1 where that is what is left at all sizes."""
    places = [place for place, extent in enumerate(shape) if isinstance(extent, Count)]
    if len(places) != 1 or eq(prod(shape), prod(have)).verdict is not True:
        return texts
    return [-1 if place == places[0] else text for place, text in enumerate(texts)]


def _size(size: Count, shape: Shape) -> str | int:
    """A size of one of these extents, or as a formula of symbols; a number where it is one at all values."""
    own = [(axis, extent) for axis, extent in enumerate(shape) if isinstance(extent, Count)]
    found = _part(size, own)
    if found:
        return found
    tried = _tried(size, size.symbols)
    if len({*tried}) == 1 and eq(size, tried[0]).verdict is True:
        return int(tried[0])
    return _remainder(size, tried, own) or str(size)


def _part(size: Count, own: Sequence[tuple[int, Count]]) -> str:
    """A size as one of these extents, a part or a multiple of one, or a product of two; "" if it is none."""
    for axis, extent in own:
        if extent == size:
            return f"in_shape[{axis}]"
    for axis, extent in own:
        for part in PARTS:
            if floor_div(extent, part) == size:
                return f"in_shape[{axis}] // {part}"
        times = exact_div(size, extent)
        if isinstance(times, int) and times * extent == size:
            return f"{times} * in_shape[{axis}]"
    for axis, extent in own:
        for other, behind in own:
            if other > axis and extent * behind == size:
                return f"in_shape[{axis}] * in_shape[{other}]"
    return ""


def _remainder(size: Count, tried: Sequence[Any], own: Sequence[tuple[int, Count]]) -> str:
    """What one of these extents is over a multiple of a number, or short of one, and a number more; "" if it is not.

    A few values tell which are worth a proof.
    """
    for axis, extent in own:
        values = _tried(extent, extent.symbols) if extent.symbols == size.symbols else ()
        for part in PARTS if values else ():
            for sign, text in ((1, f"in_shape[{axis}] % {part}"), (-1, f"-in_shape[{axis}] % {part}")):
                apart = {whole - sign * value % part for whole, value in zip(tried, values, strict=True)}
                more = apart.pop()
                if not apart and eq(size - more, sign * extent - part * floor_div(sign * extent, part)).verdict is True:
                    return f"{text} + {more}" if more > 0 else f"{text} - {-more}" if more else text
    return ""


def _tried(size: Count, names: Iterable[str]) -> list[Any]:
    """A size at a few values of its symbols."""
    return [size.at({name: start + 17 * place for place, name in enumerate(sorted(names))}) for start in STARTS]
