"""Which files are meant: those that are named, and the specs below the folders that are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["is_foreign", "is_stdin", "specs", "suffixes"]

MODULES, ENVIRONMENT = "node_modules", "pyvenv.cfg"
"""Folders of other people's packages: what node's is called, and what Python's has inside."""

STDIN = "-"
"""What stands for stdin."""


def is_stdin(paths: Iterable[Path]) -> bool:
    """Whether a spec comes from stdin.

    Raises:
        UsageError: files are named besides.
    """
    names = [str(path) for path in paths]
    if STDIN in names and len(names) > 1:
        raise UsageError("- stands for stdin, and beside it no file is checked")
    return STDIN in names


def is_foreign(path: Path) -> bool:
    """Whether it is no spec of our own."""
    from cnnplan.translation import kind_of  # noqa: PLC0415

    return kind_of(path) is not None


def specs(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, and the specs below the folders; what is hidden or somebody else's is left alone."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        from cnnplan.translation import kinds  # noqa: PLC0415 - a file that is named needs none

        found = [file for file in sorted(_below(path)) if file.suffix in suffixes()]
        known = [file for file in found if file.is_file() and kinds.is_network(file)]
        if not known:
            raise UsageError(f"{path}: there is no spec in this folder")
        yield from known


def _below(folder: Path) -> Iterator[Path]:
    """The files that a folder holds of its own, however deep."""
    for place, folders, names in os.walk(folder):
        if ENVIRONMENT in names and Path(place) != folder:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".") and name != MODULES]
        yield from (Path(place, name) for name in names if not name.startswith("."))


def suffixes() -> set[str]:
    """How the names of files end that may be networks."""
    from cnnplan.translation import kinds  # noqa: PLC0415

    return set(kinds.SUFFIXES).union(*(kind.suffixes for kind in kinds.KINDS))
