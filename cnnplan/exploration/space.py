"""The design space of a spec: the values that each symbol runs through, as one product grid.

Symbols with choices run through them, the others have their default; what the caller gives comes first. Symbols may be
tied: with `W=H` both run along one dimension.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.graph import bindings
from cnnplan.sizes.evaluating.grids import Axis, Grid, column
from cnnplan.spec import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnnplan.spec import Spec

__all__ = ["Box", "Space", "label"]


class Box:
    """A part of a space that is a grid itself.

    Args:
        space: what it is a part of.
        indexes: for each dimension, which of the space's values belong to it.
    """

    def __init__(self, space: Space, indexes: tuple[Sequence[int], ...]) -> None:
        self.space = space
        self.indexes = indexes

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each dimension has."""
        return tuple(map(len, self.indexes))

    @property
    def size(self) -> int:
        """How many points it has."""
        return prod(self.shape)

    def point(self) -> dict[str, Any]:
        """Its first point."""
        return {name: axis.values[self.indexes[axis.dim][0]] for name, axis in self.space.axes.items()}

    def restricted(self, dim: int, indexes: Sequence[int]) -> Box:
        """The part with these values of one dimension."""
        return Box(self.space, (*self.indexes[:dim], indexes, *self.indexes[dim + 1 :]))

    def grid(self) -> Grid:
        """The grid of its numbers."""
        axes = {}
        for name, values in self.space.arrays.items():
            dim = self.space.axes[name].dim
            axes[name] = Axis(dim, values[_slice(self.indexes[dim])])
        return Grid(self.shape, axes)


class Space:
    """All combinations of the values of a spec's symbols.

    Args:
        spec: the network.
        given: for each symbol a value, several values, or the name of the symbol that it follows; texts are read as
            the command line writes them: `128:320:32`, `0.5,1`, `resnet18,resnet50`.

    Raises:
        UsageError: a symbol is unknown, has no value, or may not have one of these.
    """

    def __init__(self, spec: Spec, given: Mapping[str, Any]) -> None:
        self.spec = spec
        bindings(spec, {name: None for name in given if name not in spec.symbols})  # refuses what is no symbol
        read = {name: _read(spec, name, values) for name, values in given.items()}
        self.ties = {name: values for name, values in read.items() if isinstance(values, str)}
        self.axes: dict[str, Axis] = {}
        for name in spec.symbols:
            if name not in self.ties:
                values = read[name] if name in read else _declared(spec, name)
                self.axes[name] = Axis(len(self.axes), _legal(spec, name, values))
        free = len(self.axes)
        for name, other in self.ties.items():
            if other not in self.axes or other in self.ties:
                raise UsageError(f"{name}={other}: {other} must be a symbol with values of its own")
            self.axes[name] = Axis(self.axes[other].dim, _legal(spec, name, self.axes[other].values))
        self.axes = {name: self.axes[name] for name in spec.symbols}
        self.shape = tuple(len(axis.values) for axis in list(self._by_dim())[:free])
        self.arrays = {name: column(axis.values) for name, axis in self.axes.items() if spec.symbols[name].numeric}
        self.shown = tuple(name for name, axis in self.axes.items() if len(axis.values) > 1 or name in given)

    def _by_dim(self) -> Iterator[Axis]:
        seen = {axis.dim: axis for axis in self.axes.values()}
        return (seen[dim] for dim in sorted(seen))

    @property
    def size(self) -> int:
        """How many points it has."""
        return prod(self.shape)

    def whole(self) -> Box:
        """All of it."""
        return Box(self, tuple(range(extent) for extent in self.shape))

    def slabs(self, points: int) -> Iterator[Box]:
        """Parts of at most that many points, one after the other in the order of the grid."""
        yield from _slabs(self.whole(), 0, points)


def _slabs(box: Box, dim: int, points: int) -> Iterator[Box]:
    if box.size <= points or dim == len(box.indexes):
        yield box
        return
    indexes, rest = box.indexes[dim], box.size // len(box.indexes[dim])
    step = max(1, points // rest)
    for start in range(0, len(indexes), step):
        yield from _slabs(box.restricted(dim, indexes[start : start + step]), dim + 1, points)


def _slice(indexes: Sequence[int]) -> Any:
    return slice(indexes[0], indexes[-1] + 1) if isinstance(indexes, range) else list(indexes)


def label(value: Any) -> Any:
    """A value as it stands in a column: a number, or the name of what is none."""
    if isinstance(value, Record):
        return value.label
    return value if isinstance(value, int | Fraction) and not isinstance(value, bool) else str(value)


def _declared(spec: Spec, name: str) -> Sequence[Any]:
    """The choices of a symbol, or its default."""
    symbol = spec.symbols[name]
    if symbol.choices:
        return list(symbol.choices.values())
    if symbol.default is None:
        raise UsageError(f"{name} needs a value: --set {name}=..., or a default in the spec")
    return [symbol.default]


def _legal(spec: Spec, name: str, values: Sequence[Any]) -> Sequence[Any]:
    """The values as the symbol may have them, without repetitions."""
    if isinstance(values, range) and not spec.symbols[name].choices:
        for value in (values[0], values[min(1, len(values) - 1)], values[-1]):  # all others lie between, in equal steps
            bindings(spec, {name: value})
        return values
    bound = [bindings(spec, {name: value})[name] for value in values]
    return list(dict.fromkeys(bound))


def _read(spec: Spec, name: str, values: Any) -> Sequence[Any] | str:
    """Values as they were given; the name of another symbol stays a text."""
    if not isinstance(values, str):
        several = hasattr(values, "__iter__") and not isinstance(values, Record)
        found = [int(value) if hasattr(value, "dtype") else value for value in values] if several else [values]
        if not found:
            raise UsageError(f"{name} has no values")
        return found
    text = values.strip()
    choices = spec.symbols[name].choices or {}
    if text in spec.symbols and text not in choices:
        return text
    parts = [_part(name, part.strip(), choices) for part in text.split(",")]
    return parts[0] if len(parts) == 1 else [value for part in parts for value in part]


def _part(name: str, text: str, choices: Mapping[str, Any]) -> Sequence[Any]:
    """One value, or a range with both of its ends."""
    if text in choices:
        return [text]
    numbers = [_number(name, part) for part in text.split(":")] if ":" in text else []
    if not numbers:
        return [text if choices else _number(name, text)]
    first, last, step = [*numbers, Fraction(1)][:3]
    if len(numbers) > 3 or step <= 0 or last < first:  # noqa: PLR2004 - first, last, step
        raise UsageError(f"{name}={text}: a range is first:last or first:last:step, from the lesser to the greater")
    count = int((last - first) // step) + 1
    if count > 10**8:
        raise UsageError(f"{name}={text}: {count:,} values are too many")
    if all(number.denominator == 1 for number in (first, step)):
        return range(int(first), int(first) + count * int(step), int(step))
    return [first + i * step for i in range(count)]


def _number(name: str, text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"{name} (={text}) must be a number, a list 1,2,4 or a range 128:320:32") from None
