"""How the elements of a tensor are arranged anew, told so that layers are seen to have the same weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["FLAT", "Permuted", "Reshaped"]


@dataclass(frozen=True, slots=True)
class Permuted:
    """Axes in another order."""

    dims: tuple[int, ...]

    def __call__(self, array: Any) -> Any:
        """The array with its axes in that order."""
        return array.transpose(self.dims)


@dataclass(frozen=True, slots=True)
class Reshaped:
    """Elements in other extents."""

    shape: tuple[int, ...]

    def __call__(self, array: Any) -> Any:
        """The array with these extents."""
        return array.reshape(self.shape)


FLAT = Reshaped((-1,))
"""All of them in a row."""
