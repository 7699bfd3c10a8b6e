"""Which files are meant: those that are named, and the specs below the folders that are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["is_stdin", "specs", "suffixes"]

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


def specs(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, and the specs below the folders; what is hidden or somebody else's is left alone."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        from cnnplan.translation import kinds  # noqa: PLC0415 - a file that is named needs none

        found = [file for file in sorted(path.rglob("*")) if file.suffix in suffixes() and _shown(file, path)]
        known = [file for file in found if file.is_file() and kinds.is_network(file)]
        if not known:
            raise UsageError(f"{path}: there is no spec in this folder")
        yield from known


def _shown(file: Path, folder: Path) -> bool:
    return not any(part.startswith(".") for part in file.relative_to(folder).parts)


def suffixes() -> set[str]:
    """How the names of files end that may be networks."""
    from cnnplan.translation import kinds  # noqa: PLC0415

    return set(kinds.SUFFIXES).union(*(kind.suffixes for kind in kinds.KINDS))
