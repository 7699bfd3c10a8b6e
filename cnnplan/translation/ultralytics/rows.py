"""The rows of a file: where each reads, how often it stands, which module, which arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnplan.translation.ultralytics.document import SECTIONS, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Path
    from cnnplan.translation.ultralytics.document import Document

__all__ = ["ASTRAY", "FROM", "REPEATS", "Row", "read_rows"]

FROM, REPEATS, MODULE, ARGS = range(4)
ASTRAY = -2
"""Stands for the number of a layer that cannot be read."""

WRITTEN = "a layer is [from, repeats, module, arguments], as in [-1, 1, Conv, [64, 3, 2]]"


MOST = 1_000
"""The most copies of a module; the package's own files have 18 at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """One layer as it is written.

    Args:
        index: its number in the file.
        path: where it stands.
        sources: the numbers of the layers that it reads, -1 for the image, ASTRAY where one is at fault; None where
            the row cannot be read.
        listed: whether they are written as a list.
        repeats: as written.
        module: the name of the module.
        args: its arguments, as written.
    """

    index: int
    path: Path
    sources: tuple[int, ...] | None
    listed: bool
    repeats: int
    module: str
    args: list[Any]

    @property
    def is_astray(self) -> bool:
        """Whether nobody knows what it reads."""
        return self.sources is None or ASTRAY in self.sources

    @property
    def name(self) -> str:
        """What the layer is called: its module and its number."""
        return f"{self.module.rpartition('.')[2]}_{self.index}"


def read_rows(document: Document) -> list[Row]:
    """The rows; of one that cannot be read, which is reported, nothing is known."""
    written = enumerate(_written(document))
    return [_row(document, i, path, data) or _unread(i, path) for i, (path, data) in written]


def _unread(index: int, path: Path) -> Row:
    return Row(index, path, sources=None, listed=False, repeats=1, module="layer", args=[])


def _written(document: Document) -> Iterator[tuple[Path, Any]]:
    for section in SECTIONS:
        layers = document.data.get(section)
        if isinstance(layers, list):
            yield from (((section, i), layer) for i, layer in enumerate(layers))
        elif section in document.data:
            document.fault("CNN013", (section,), f"{section} is a list of layers: {WRITTEN}")
        else:
            document.fault("CNN012", (), f"the file needs {section}, a list of layers")


def _row(document: Document, index: int, path: Path, data: Any) -> Row | None:
    if not isinstance(data, list) or len(data) != 4:  # noqa: PLR2004
        count = f"here {'is' if len(data) == 1 else 'are'} {len(data)}" if isinstance(data, list) else "this is no list"
        document.fault("CNN016", path, f"{WRITTEN}; {count}", layer=f"layer {index}")
        return None
    source, repeats, module, args = data
    if not isinstance(module, str):
        message = f"the module (={shown(module)}) is a name"
        document.fault("CNN010", (*path, MODULE), message, layer=f"layer {index}")
        return None
    layer = f"{module.rpartition('.')[2]}_{index}"
    if type(repeats) is not int or repeats < 1:
        message = f"repeats (={shown(repeats)}) must be a whole number above 0"
        document.fault("CNN013", (*path, REPEATS), message, layer=layer)
        repeats = 1
    if repeats > MOST:
        message = f"repeats (={repeats:,}) is more than {MOST:,}"
        document.fault("CNN019", (*path, REPEATS), message, layer=layer)
        repeats = 1
    if not isinstance(args, list):
        message = f"the arguments (={shown(args)}) are a list"
        document.fault("CNN013", (*path, ARGS), message, layer=layer, hint=f"write [{shown(args)}]")
        return None
    sources = _sources(document, index, (*path, FROM), source, layer)
    return Row(index, path, sources, isinstance(source, list), repeats, module, args)


def _sources(document: Document, index: int, path: Path, data: Any, layer: str) -> tuple[int, ...]:
    written = data if isinstance(data, list) else [data]
    found = [
        _source(document, index, (*path, i) if written is data else path, each, layer) for i, each in enumerate(written)
    ]
    return tuple(found) or (ASTRAY,)


def _source(document: Document, index: int, path: Path, data: Any, layer: str) -> int:
    """The number of a layer that is read, -1 for the image, ASTRAY where there is none."""
    if type(data) is not int:
        message = f"from (={shown(data)}) is the number of a layer, or -1 for the one before"
        document.fault("CNN013", path, message, layer=layer)
        return ASTRAY
    known: tuple[int, ...]
    if index == 0:
        known = (-1,)
        absolute = data if data < 0 else data + 1
    else:
        known = tuple(range(index))
        absolute = data if data >= 0 else index + data
    if absolute in known:
        return absolute
    counted = f", which is layer {absolute}" if index and data < 0 else ""
    message = f"from (={data}){counted}: layer {index} can read layers 0 to {index - 1}"
    if index == 0:
        message = f"from (={data}): the first layer reads the image, -1"
    document.fault("CNN015", path, message, layer=layer, hint="layers are counted from 0, through backbone and head")
    return ASTRAY
