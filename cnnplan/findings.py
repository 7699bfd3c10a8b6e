"""What the program has to say about a spec: a rule, a severity, a message and a place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import import_module
from typing import NamedTuple

__all__ = ["Finding", "Findings", "Location", "Path", "Place", "Severity"]

Path = tuple[str | int, ...]
"""Where a value stands in its document: ("layers", 3, "conv", "groups")."""


class Severity(StrEnum):
    """How bad it is; the order of the members is the order of gravity."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Place(NamedTuple):
    """A value of a document, named by its path; a source turns it into a Location.

    `key` says that the key of the value is meant, not the value.
    """

    file: str
    path: Path = ()
    key: bool = False

    @property
    def order(self) -> tuple[tuple[int, str], ...]:
        """What sorts places of a document without lines: entries by their number, keys by their name."""
        return tuple([(step, "") if isinstance(step, int) else (-1, step) for step in self.path])

    def below(self, *steps: str | int) -> Place:
        """The place that many steps further down."""
        return Place(self.file, (*self.path, *steps))

    def at_key(self) -> Place:
        """The key of this value."""
        return Place(self.file, self.path, key=True)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a text, counted from 1, as editors do; of a file without lines the node, its line and column are 0.

    `node` is what the file itself calls it, "/layer1/Add (Add)".
    """

    file: str
    line: int
    column: int
    node: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {self.node}" if self.node else where


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell the designer.

    It is called by the node of its location where it has one, by its layer elsewhere.

    Args:
        rule: the identifier of the rule, "CNN102".
        severity: error, warning or note.
        message: one line, with the values that caused it.
        place: the value that is at fault.
        location: where that value stands in its file; None until a source has been asked.
        layer: the name of the layer, None where the fault belongs to no layer.
        hint: the way out, one line, "" where there is none to give.
        called_from: where the block was called that holds the fault, innermost first.
    """

    rule: str
    severity: Severity
    message: str
    place: Place
    location: Location | None = None
    layer: str | None = None
    hint: str = ""
    called_from: tuple[Location, ...] = ()

    def __str__(self) -> str:
        """`specs/net.yaml:9:33: error: layer2.conv1: groups (=4) does not divide the 6 input channels [CNN102]`."""
        where = self.location or Location(self.place.file, 0, 0)
        text = replace(where, node="")
        called = where.node or self.layer
        layer = f"{called}: " if called else ""
        return f"{text}: {self.severity}: {layer}{self.message} [{self.rule}]"


class Findings(list[Finding]):
    """A list of findings that shows itself: as lines where it is printed, as a table in a notebook."""

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    def _repr_html_(self) -> str:
        text: str = import_module("cnnplan.report.notebook").findings(self)  # who only collects them shows nothing
        return text
