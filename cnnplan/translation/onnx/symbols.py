"""The extents of inputs: numbers, names that stand for the same everywhere, and axes of which nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import TooDeep
from cnnplan.findings import Place
from cnnplan.sizes import Count
from cnnplan.spec import EvaluationError, UnknownName, parse
from cnnplan.spec.faults import Unreadable
from cnnplan.translation.draft import legal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.translation.onnx.building import Builder

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
        builder: what makes sizes.
        several: whether there are several inputs, so that unknown axes are told apart by their input.
        declared: what the file declares of its symbols; extents may be formulas of these.
    """

    def __init__(self, builder: Builder, declared: Mapping[str, Mapping[str, int]], *, several: bool) -> None:
        self.builder = builder
        self.several = several
        self.declared = declared
        self._called: dict[str, Any] = {}
        self._taken: set[str] = set()

    def extents(self, name: str, dims: Sequence[int | str]) -> tuple[Any, ...]:
        """The extents of an input as numbers and sizes."""
        return tuple(self._extent(name, axis, len(dims), dim) for axis, dim in enumerate(dims))

    def _extent(self, name: str, axis: int, rank: int, dim: int | str) -> Any:
        if isinstance(dim, int) and dim > 0:
            return dim
        text = str(dim).strip()
        if isinstance(dim, int) or text in NAMELESS or text.startswith("unk__"):
            return self._new(self._letter(name, axis, rank))
        if text not in self._called:
            formula = None if text.isidentifier() else self._formula(text)
            self._called[text] = self._new(text) if formula is None else formula
        return self._called[text]

    def _formula(self, text: str) -> Any:
        """An extent that is a formula of symbols that are declared; None where it is not."""
        try:
            expression = parse(text, Place(""))
            if not expression.names or not expression.names <= self.declared.keys():
                return None
            for name in sorted(expression.names - self._called.keys()):
                self._called[name] = self._new(name)
            found = expression.evaluate(self)
        except (Unreadable, EvaluationError, TooDeep):
            return None
        return found if isinstance(found, Count) else None

    def lookup(self, name: str) -> Any:
        """A symbol by name, for formulas."""
        return self._called[name]

    def shape(self, name: str) -> Any:
        """No layer comes before an input; for formulas too."""
        raise UnknownName(name)

    def decide(self, condition: Any) -> bool:
        """Formulas of inputs choose nothing."""
        raise UnknownName(str(condition))

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
        return self.builder.symbol(called, self.declared.get(name))
