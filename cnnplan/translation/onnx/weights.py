"""The tensors of a file as weights of layers: under which names, in which types, and where their contents are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.lazy import np
from cnnplan.sizes import Condition, Count
from cnnplan.translation.onnx.contents import DTYPES, array

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cnnplan.sizes import Shape
    from cnnplan.translation.onnx.values import Value

__all__ = ["Weights"]


class Weights(Mapping[str, Any]):
    """The weights of the layers of a file, by origin and name, each read when it is asked for.

    Args:
        folder: that of the file, below which external data must lie.

    Attributes:
        kept: how many elements are kept in each type.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._named: dict[str, Value] = {}
        self.kept: Counter[str] = Counter()
        self._at: Mapping[str, Any] = {}

    def at(self, values: Mapping[str, Any] | None = None) -> Weights:
        """The same where symbols have these values, on which constants may depend."""
        self._at = values or {}
        return self

    def sized(self, extent: Any) -> Any:
        """A size, or a list of them, at the values of the symbols.

        Raises:
            UsageError: a symbol has none.
        """
        if isinstance(extent, list | tuple):
            return tuple(map(self.sized, extent))
        if isinstance(extent, slice):
            return slice(self.sized(extent.start), self.sized(extent.stop), extent.step)
        if not isinstance(extent, Count | Condition):
            return extent
        if missing := [name for name in sorted(extent.symbols) if name not in self._at]:
            raise UsageError(f"no value for {' and '.join(missing)}, on which a constant of the file depends")
        return extent.holds(self._at) if isinstance(extent, Condition) else extent.at(self._at)

    def __getitem__(self, name: str) -> Any:
        return self.elements(self._named[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def kind(self, name: str) -> tuple[str, tuple[int, ...]]:
        """The type of its elements and its extents, which are not looked at."""
        value = self._named[name]
        extents: Any = value.shape
        return DTYPES[value.dtype], tuple(extents)

    def keep(self, origin: str, weights: Mapping[str, Value]) -> None:
        """Keep the weights of a layer."""
        for name, value in weights.items():
            self._named[f"{origin}.{name}"] = value

    def unused(self, origin: str, weights: Iterable[str]) -> str:
        """An origin that no other layer has that has weights of these names."""
        return f"{origin}#{len(self._named)}" if self.has(origin, weights) else origin

    def has(self, origin: str, weights: Iterable[str]) -> bool:
        """Whether a layer of this origin has one of these weights already."""
        return any(f"{origin}.{name}" in self._named for name in weights)

    def count(self, values: Iterable[Value]) -> None:
        """Note in which types the file keeps weights."""
        for value in values:
            if value.tensor is not None:
                self.kept[DTYPES.get(value.kept or value.tensor.dtype, "")] += _count(value.shape)

    def elements(self, value: Value) -> Any:
        """The elements of a value that rests on no input, as an array.

        Raises:
            UsageError: they depend on sizes that are not told, or are not there.
        """
        if value.derived is not None:
            return value.derived()
        if value.tensor is not None:
            found = array(value.tensor, self.folder)
            for step in value.steps:
                found = step(found)
            return found
        known = value.numbers
        if known is None:
            raise UsageError(f"{value.name} is stored nowhere")
        name = DTYPES.get(value.dtype, "float32")
        name = "float32" if name.startswith("bfloat") else name
        return np.array([_machine(self.sized(n)) for n in known.flat], name).reshape(known.shape)


def _count(shape: Shape) -> int:
    """How many elements a tensor of the file has."""
    extents: Any = shape
    return prod(extents)


def _machine(value: Any) -> Any:
    return float(value) if isinstance(value, Fraction) else value
