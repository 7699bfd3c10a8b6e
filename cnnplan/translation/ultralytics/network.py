"""The network in the making: what every layer is called, how wide and how coarse its output is, the entries of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.translation.ultralytics.rows import ASTRAY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cnnplan.findings import Path
    from cnnplan.translation.ultralytics.document import Document
    from cnnplan.translation.ultralytics.rows import Row
    from cnnplan.translation.ultralytics.settings import Settings

__all__ = ["IMAGE", "TEXT", "Layer", "Network"]

IMAGE = "images"
TEXT = "text"
"""The names of the inputs, where there are several."""


@dataclass(slots=True)
class Layer:
    """What is known of a layer.

    Args:
        name: what others read it by.
        channels: of its output; None where they depend on a symbol, or are not known.
        stride: how many pixels of the image one of its own stands for; None where it is not known.
        steps: how its channels came about, for people.
        parts: the channels of its outputs, where it has several.
        lost: whether it has a fault, or cannot be read.
    """

    name: str
    channels: int | None
    stride: Fraction | None
    steps: list[str] = field(default_factory=list)
    parts: tuple[int, ...] = ()
    lost: bool = False


class Network:
    """What the rows have made so far.

    Args:
        document: the file.
        settings: its header.
        blocks: the blocks that rows may call, as data.
        own: the names of those that the user gives.
        spoken: whether there are texts beside the image.
    """

    def __init__(
        self,
        document: Document,
        settings: Settings,
        blocks: Mapping[str, Any],
        own: Collection[str] = (),
        *,
        spoken: bool = False,
    ) -> None:
        self.document = document
        self.settings = settings
        self.blocks = blocks
        self.own = own
        self.spoken = spoken
        self.layers: dict[int, Layer] = {-1: Layer(IMAGE if spoken else "input", settings.channels, Fraction(1))}
        self.layers[ASTRAY] = Layer(self.layers[-1].name, None, None, lost=True)
        self.entries: list[dict[str, Any]] = []
        self.outputs: list[str] = []
        self.used: set[int] = set()
        self.legacy = True
        self.text = TEXT

    def read(self, row: Row) -> list[Layer]:
        """What a row reads."""
        self.used.update(row.sources or ())
        return [self.layers[source] for source in row.sources or ()]

    def reads(self, row: Row) -> Any:
        """The same as `from` of an entry."""
        names = [layer.name for layer in self.read(row)]
        return names if row.listed else names[0]

    def add(self, row: Row, entry: dict[str, Any], layer: Layer) -> None:
        """Append the entry of a row, under the row's name."""
        layer.name = row.name
        self.document.origins.append(row.path)
        self.entries.append({**entry, "name": row.name, "origin": f"model.{row.index}"})
        self.layers[row.index] = layer

    def lost(self, row: Row) -> None:
        """Stand in for a row that has a fault, so that what reads it is not judged."""
        self.read(row)
        if row.index in self.layers:
            self.entries.pop()
            self.document.origins.pop()
        entry: dict[str, Any] = {"identity": None}
        if row.sources:
            entry["from"] = self.layers[row.sources[0]].name
        self.add(row, entry, Layer(row.name, None, None, lost=True))

    def fault(self, row: Row, rule: str, path: Path, message: str, hint: str = "") -> None:
        """Keep an error of a row; `path` goes on from the row."""
        self.document.fault(rule, (*row.path, *path), message, layer=row.name, hint=hint)

    def remark(self, row: Row, path: Path, message: str, hint: str = "") -> None:
        """Keep a warning about a row."""
        self.document.remark((*row.path, *path), message, hint, row.name)
