"""The text of a file as data with places, and what is wrong with it gathered."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.findings import Finding, Place, Severity
from cnnplan.spec.faults import Faults

if TYPE_CHECKING:
    from cnnplan.findings import Location, Path
    from cnnplan.spec.source import Source

__all__ = ["SECTIONS", "Document", "shown"]

SECTIONS = ("backbone", "head")
"""The keys of the rows."""

MOST = 10**9
"""The greatest number that a file may hold."""


class Document:
    """A file of the dialect.

    Args:
        source: its data and where they stand.

    Attributes:
        origins: where an entry of our language comes from: paths of the file, by the entry's number.
        arguments: where an argument stands, by the number of its entry and its name.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.file = source.file
        self.data: dict[str, Any] = source.data if isinstance(source.data, dict) else {}
        self.faults = Faults()
        self.remarks: list[Finding] = []
        self.origins: list[Path] = []
        self.arguments: dict[tuple[int, str], Path] = {}

    def locate(self, place: Place) -> Location:
        """Where a place of the data of our language stands in the file."""
        steps = place.path
        if len(steps) > 1 and steps[0] == "layers" and isinstance(steps[1], int) and steps[1] < len(self.origins):
            argument = self.arguments.get((steps[1], str(steps[-1])))
            return self.source.locate(Place(self.file, argument or self.origins[steps[1]]))
        return self.source.locate(Place(self.file))

    def fault(  # noqa: PLR0913 - what a fault is made of
        self, rule: str, path: Path, message: str, *, hint: str = "", layer: str | None = None, key: bool = False
    ) -> None:
        """Keep an error of a place of the file."""
        location = self.source.locate(Place(self.file, path, key))
        self.faults.add(rule, self._entry(path), message, layer=layer, hint=hint, location=location)

    def remark(self, path: Path, message: str, hint: str = "", layer: str | None = None) -> None:
        """Keep a warning about a place of the file."""
        location = self.source.locate(Place(self.file, path))
        found = Finding("CNN032", Severity.WARNING, message, self._entry(path), location, layer, hint)
        self.remarks.append(found)

    def _entry(self, path: Path) -> Place:
        """The place of our entry for a row: one stands for each, also for those at fault."""
        if len(path) < 2 or path[0] not in SECTIONS:  # noqa: PLR2004
            return Place(self.file)
        before = self.data.get(SECTIONS[0]) if path[0] == SECTIONS[1] else None
        number = path[1] + (len(before) if isinstance(before, list) else 0) if isinstance(path[1], int) else 0
        return Place(self.file, ("layers", number))

    def usage(self, message: str) -> None:
        """Refuse an option."""
        raise UsageError(f"{self.file}: {message}")

    def number(self, key: str, default: int) -> int:
        """A whole number above 0 of the header."""
        value = self.data.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST:
            return value
        self.fault("CNN013", (key,), f"{key} (={shown(value)}) must be a whole number above 0")
        return default

    def numbers(self, path: Path, value: Any, count: int) -> tuple[int, ...]:
        """So many whole numbers."""
        if isinstance(value, list) and len(value) == count and all(type(each) is int and each > 0 for each in value):
            return tuple(value)
        self.fault("CNN013", path, f"{path[-1]} (={shown(value)}) must be a list of {count} whole numbers")
        return (1,) * count

    def fraction(self, path: Path, value: Any, name: str = "") -> Fraction | int:
        """A number above 0; by its name, where that is no key."""
        if isinstance(value, int | Fraction) and not isinstance(value, bool) and 0 < value <= MOST:
            return value
        self.fault("CNN013", path, f"{name or path[-1]} (={shown(value)}) must be a number above 0, at most {MOST:,}")
        return 1


def shown(value: Any) -> str:
    """A value as it would be written."""
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, Fraction):
        return str(float(value))
    return str(value)
