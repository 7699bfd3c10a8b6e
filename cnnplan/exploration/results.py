"""What a sweep gives: columns by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cnnplan.errors import MissingExtra

if TYPE_CHECKING:
    from cnnplan.exploration.sweeping import Columns
    from cnnplan.lazy import np

__all__ = ["Sweep"]


class Sweep(Mapping[str, Any]):
    """Columns of a sweep: the symbols, the extents of the output, the totals, and whether a design is legal.

    The figures of a design that is not legal are -1.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def __getitem__(self, name: str) -> np.ndarray:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        """How many columns there are; `rows` says how many rows."""
        return len(self._columns)

    @property
    def rows(self) -> int:
        """How many designs."""
        return len(self._columns["legal"])

    def to_pandas(self) -> Any:
        """The same as a pandas.DataFrame, in which the figures of what is not legal are missing.

        Raises:
            MissingExtra: pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415
        except ImportError:
            raise MissingExtra("to_pandas", "pandas", "pandas") from None
        frame = pd.DataFrame(dict(self._columns))
        for name, column in self._columns.items():
            if column.dtype.kind == "i" and not self._columns["legal"].all():
                frame[name] = frame[name].astype("Int64").mask(~self._columns["legal"] & (column == -1))
        return frame

    def __repr__(self) -> str:
        return f"Sweep({self.rows:,} rows of {', '.join(self)})"
