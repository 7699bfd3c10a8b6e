"""Ultralytics' YAML: rows of [from, repeats, module, arguments], read by the rules of VERSION.

Modules are blocks of our language, in `blocks/`. Rules were found out by running the package and are held against it.
"""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final

from cnnplan.spec.source import Source, read_text
from cnnplan.translation.draft import Foreign
from cnnplan.translation.kinds import KINDS
from cnnplan.translation.ultralytics.account import account
from cnnplan.translation.ultralytics.document import Document
from cnnplan.translation.ultralytics.library import library
from cnnplan.translation.ultralytics.modules import SPOKEN, place
from cnnplan.translation.ultralytics.network import IMAGE, TEXT, Network
from cnnplan.translation.ultralytics.rows import read_rows
from cnnplan.translation.ultralytics.settings import CLASSES, SIZE, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cnnplan.translation.options import Options
    from cnnplan.translation.ultralytics.rows import Row

__all__ = ["VERSION", "network", "read"]

VERSION: Final = next(kind.version for kind in KINDS if kind.module == __name__)
"""The release whose rules are followed."""

PIXELS: Final = 224
"""The size of an image that is classified."""

EMBEDDING: Final = 512
"""The numbers of a text."""


def read(path: Path, options: Options) -> Foreign:
    """The network of a file, as the data of a spec."""
    source = Source(str(path), read_text(path))
    made, rows, own = network(source, options)
    document = made.document
    foreign = Rows(document.file, _data(made, path.stem, options), text=source.text)
    foreign.document = document
    foreign.faults.found.extend([*source.faults.found, *document.faults.found])
    foreign.remarks = document.remarks
    foreign.library = library(_verbs(made.entries), made.settings.activation)
    foreign.included = own
    foreign.judged = bool(made.entries)
    foreign.account = lambda topic: account(made, rows, topic, VERSION)
    return foreign


class Rows(Foreign):
    """A file whose places are those of its own rows."""

    document: Document

    def locate(self, place: Any) -> Any:
        """Where a place of the data stands in the file."""
        return self.document.locate(place)


def network(source: Source, options: Options) -> tuple[Network, list[Row], tuple[Source, ...]]:
    """What the rows make, the rows, and the files of blocks of the user's own."""
    document = Document(source)
    settings = read_settings(document, options.scale)
    rows = read_rows(document)
    own = tuple(Source(str(file), read_text(file)) for file in map(FilePath, options.modules))
    blocks: dict[str, Any] = {}
    for each in library((row.module for row in rows), settings.activation):
        blocks |= each.data["blocks"]
    names: dict[str, Any] = {}
    for each in own:
        names |= each.data.get("blocks") or {} if isinstance(each.data, dict) else {}
    made = Network(document, settings, blocks | names, names, spoken=any(row.module in SPOKEN for row in rows))
    for row in rows:
        place(made, row)
    _unread(made, rows)
    return made, rows, own


def _unread(made: Network, rows: list[Row]) -> None:
    """Say which layers nothing reads."""
    ends = {rows[-1].index} if rows else set()
    for row in rows:
        if row.index not in made.used | ends and row.module != "ImagePoolingAttn":
            message = f"nothing reads layer {row.index}, and it is not the last"
            made.remark(row, (), message, "name its number in a from, or take it out")
            made.outputs += [row.name] if made.outputs else []


def _data(made: Network, name: str, options: Options) -> dict[str, Any]:
    """The data of a spec."""
    settings = made.settings
    title = f"{name} {settings.scale}".strip()
    image = options.dims.get(IMAGE) or options.dims.get("input") or ("N", settings.channels, "H", "W")
    size = PIXELS if any("Classify" in entry for entry in made.entries) else SIZE
    known: dict[Any, int] = {"N": 1, "H": size, "W": size}
    prompted = made.spoken and not any("WorldDetect" in str(entry["name"]) for entry in made.entries)
    text = ["N", "T" if prompted else "nc", EMBEDDING]
    inputs = {IMAGE: [*image], **({TEXT: text} if made.spoken else {})}
    symbols = {each: known.get(each) for each in dict.fromkeys(filter(_is_symbol, image))}
    if made.spoken:
        symbols.setdefault("N", 1)
    if prompted:
        symbols["T"] = CLASSES
    if (made.spoken and not prompted) or _reads(made.entries, "nc"):
        symbols["nc"] = settings.classes
    data: dict[str, Any] = {"cnnplan": 1, "name": title, "description": f"By the rules of Ultralytics {VERSION}."}
    data["symbols"] = symbols
    data |= {"inputs": inputs} if made.spoken else {"input": inputs[IMAGE]}
    data["layers"] = made.entries
    if made.outputs:
        data["outputs"] = made.outputs
    return data


def _is_symbol(extent: Any) -> bool:
    return isinstance(extent, str)


_NAME: Final = re.compile(r"\bnc\b")


def _reads(data: Any, name: str) -> bool:
    """Whether an expression reads the number of classes."""
    if isinstance(data, dict):
        return any(_reads(value, name) for value in data.values())
    if isinstance(data, list):
        return any(_reads(value, name) for value in data)
    return isinstance(data, str) and _NAME.search(data) is not None


def _verbs(data: Any) -> Iterator[str]:
    """The verbs of entries and of those inside them, and the arguments that may be verbs."""
    for entry in data:
        yield from entry
        yield from _verbs(entry.get("sequence", ()))
        for args in entry.values():
            if isinstance(args, dict):
                yield from (value for value in args.values() if isinstance(value, str))
