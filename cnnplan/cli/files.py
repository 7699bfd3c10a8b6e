"""Which files are meant: those that are named, and the specs below the folders that are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["specs"]

SUFFIXES = {".yaml", ".yml"}
_OURS = re.compile(r"""^\{?[ ]*["']?cnnplan["']?[ ]*:""", re.MULTILINE)


def specs(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, and the specs below the folders; what is hidden or somebody else's is left alone."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = [file for file in sorted(path.rglob("*")) if file.suffix in SUFFIXES and _shown(file, path)]
        known = [file for file in found if file.is_file() and _ours(file)]
        if not known:
            raise UsageError(f"{path}: there is no spec in this folder")
        yield from known


def _shown(file: Path, folder: Path) -> bool:
    return not any(part.startswith(".") for part in file.relative_to(folder).parts)


def _ours(file: Path) -> bool:
    """Whether a file that was found in a folder is written in the language, and not for another program."""
    from cnnplan.spec.source import read_text  # noqa: PLC0415

    try:
        return _OURS.search(read_text(file)) is not None
    except UsageError:
        return False
