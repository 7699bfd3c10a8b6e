"""What a file of weights holds, as its header says it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.dtypes import BITS
from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["MOST_AXES", "MOST_HEADER", "MOST_TENSORS", "Checkpoint", "Stored", "extents", "unreadable"]

MOST_TENSORS: Final = 200_000
MOST_AXES: Final = 64
MOST_HEADER: Final = 100_000_000
"""The most tensors, axes of one, and bytes of a header that are read."""

LARGEST: Final = 2**62


class Stored(NamedTuple):
    """One tensor of a file.

    Args:
        dtype: of its elements, as numpy calls it.
        shape: its extents.
        storage: what tells its memory from that of others; two names with the same one are one tensor.
    """

    dtype: str
    shape: tuple[int, ...]
    storage: Any = None

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """What they take."""
        return (self.elements * BITS[self.dtype] + 7) // 8


@dataclass(frozen=True)
class Checkpoint:
    """A file of weights: names, shapes and types from its header; numbers when they are asked for.

    Args:
        file: where it is.
        format: safetensors, npz, npy, onnx or state_dict.
        tensors: by name, in the order of the file.
        size: bytes on disk.
        read: gives the array of a name.
    """

    file: Path
    format: str
    tensors: Mapping[str, Stored]
    size: int
    read: Callable[[str], Any] = field(repr=False, compare=False)

    def renamed(self, names: Mapping[str, str]) -> Checkpoint:
        """The same with other names for tensors.

        Args:
            names: what each is called in the file, by its new name; the others keep theirs.
        """
        renamed = set(names.values())
        called = {name: name for name in self.tensors if name not in renamed} | dict(names)
        tensors = {name: self.tensors[old] for name, old in called.items()}
        return replace(self, tensors=tensors, read=lambda name: self.read(called[name]))

    @property
    def elements(self) -> int:
        """How many numbers it holds, tied ones once."""
        seen = {stored.storage if stored.storage is not None else name: stored for name, stored in self.tensors.items()}
        return sum(stored.elements for stored in seen.values())

    @property
    def dtypes(self) -> dict[str, int]:
        """How many tensors there are of each type, the most frequent first."""
        found: dict[str, int] = {}
        for stored in self.tensors.values():
            found[stored.dtype] = found.get(stored.dtype, 0) + 1
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    @property
    def ties(self) -> tuple[tuple[str, ...], ...]:
        """The names that are one tensor under several names."""
        groups: dict[Any, list[str]] = {}
        for name, stored in self.tensors.items():
            if stored.storage is not None:
                groups.setdefault((stored.storage, stored.shape), []).append(name)
        return tuple(tuple(names) for names in groups.values() if len(names) > 1)

    def __str__(self) -> str:
        """`model.safetensors: 161 tensors, 11,699,112 numbers, float32, 46,830,571 bytes (safetensors)`."""
        types = " and ".join(f"{n} {dtype}" for dtype, n in self.dtypes.items()) if len(self.dtypes) > 1 else ""
        types = types or "".join(self.dtypes)
        count = len(self.tensors)
        numbers = f"{count:,} tensor{'s' * (count != 1)}, {self.elements:,} numbers"
        return f"{self.file}: {numbers}, {types or 'empty'}, {self.size:,} bytes ({self.format})"


def unreadable(file: Path, reason: object) -> UsageError:
    """The error of a file that cannot be read."""
    return UsageError(f"{file}: weights cannot be read: {reason}")


def extents(value: Any) -> tuple[int, ...]:
    """Extents as a header tells them.

    Raises:
        ValueError: they are none.
    """
    if not isinstance(value, list | tuple) or len(value) > MOST_AXES:
        raise ValueError(f"a shape is a list of at most {MOST_AXES} numbers")
    if any(type(extent) is not int or extent < 0 for extent in value) or prod(value) > LARGEST:
        raise ValueError(f"{list(value)!r:.80} is no shape")
    return tuple(value)
