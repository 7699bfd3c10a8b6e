"""The elements of values that are known without running anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.translation.onnx import names
from cnnplan.translation.onnx.contents import BOOL, INTEGERS, numbers

if TYPE_CHECKING:
    from cnnplan.translation.onnx.numbers import Numbers
    from cnnplan.translation.onnx.values import Value

__all__ = ["Tensors"]

MOST_TABLE: Final = 65_536
"""The most elements of a table of whole numbers that is looked into."""


class Tensors:
    """Looks into the tensors of a file, each once."""

    def __init__(self) -> None:
        self._known: dict[str, Numbers | None] = {}

    def numbers(self, value: Value, *, every: bool = False) -> Numbers | None:
        """The elements of a value, where they are known without running anything.

        Args:
            value: which.
            every: True to look into tensors that may be trained weights too: they say how, not what.
        """
        if value.numbers is not None or value.tensor is None or value.steps:
            return value.numbers
        tensor = value.tensor
        whole = tensor.dtype in INTEGERS or tensor.dtype == BOOL
        alone = tensor.size <= 1 and not names.module([value.name])
        if not (whole or alone or every) or tensor.size > MOST_TABLE:
            return None
        if value.name not in self._known:
            self._known[value.name] = numbers(tensor)
        return self._known[value.name]
