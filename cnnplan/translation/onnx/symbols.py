"""The extents of inputs: numbers, names that stand for the same everywhere, and axes of which nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.draft import legal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.translation.onnx.translator import Translator

__all__ = ["Symbols"]

LETTERS: Final = {
    1: "N",
    2: "NF",
    3: "NCL",
    4: "NCHW",
    5: "NCDHW",
}
"""What axes are called that have no name, by how many there are."""

NAMELESS: Final = frozenset({"", "?", "unk", "unknown", "-1", "0", "None", "none"})
"""Names that say nothing: every axis that is called so is one of its own."""


class Symbols:
    """Makes the symbols of a file.

    Args:
        translator: what makes sizes.
        several: whether there are several inputs, so that unknown axes are told apart by their input.
    """

    def __init__(self, translator: Translator, several: bool) -> None:  # noqa: FBT001
        self.translator = translator
        self.several = several
        self._called: dict[str, Any] = {}
        self._taken: set[str] = set()

    def shape(self, name: str, dims: Sequence[int | str]) -> tuple[Any, ...]:
        """The extents of an input as numbers and sizes."""
        return tuple(self._extent(name, axis, len(dims), dim) for axis, dim in enumerate(dims))

    def _extent(self, name: str, axis: int, rank: int, dim: int | str) -> Any:
        if isinstance(dim, int) and dim > 0:
            return dim
        text = str(dim).strip()
        if isinstance(dim, int) or text in NAMELESS or text.startswith("unk__"):
            return self._new(self._letter(name, axis, rank))
        if text not in self._called:
            self._called[text] = self._new(text)
        return self._called[text]

    def _letter(self, name: str, axis: int, rank: int) -> str:
        """What an unknown axis is called."""
        letters = LETTERS.get(rank, "")
        letter = letters[axis] if axis < len(letters) else f"D{axis}"
        return f"{legal(name)}_{letter}" if self.several else letter

    def _new(self, name: str) -> Any:
        called = legal(name)
        number = 1
        while called in self._taken:
            number += 1
            called = f"{legal(name)}{number}"
        self._taken.add(called)
        return self.translator.symbol(called)
