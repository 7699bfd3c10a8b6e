"""Specs that nothing was found in, remembered: one that has not changed since is not looked at again.

What counts is the contents of the spec and of every file it includes, the configuration, and cnnplan itself. Only what
is clean is remembered, so that whatever there is to tell is always found anew. The memory is in the folder
CNNPLAN_CACHE, or else where programs of this user keep such things; where it cannot be written, nothing is remembered.
"""

from __future__ import annotations

import json
import os
import sys
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.configuration import Configuration

__all__ = ["Cache"]

MOST = 10_000
"""Specs that are remembered; beyond it all are forgotten."""


class Cache:
    """The specs that were clean under one configuration.

    Args:
        wanted: the configuration.
    """

    def __init__(self, wanted: Configuration) -> None:
        self._folder = _folder()
        self._key = _digest(repr((wanted, os.getcwd(), sys.version, *_ourselves())).encode())  # noqa: PTH109 - as told

    def clean(self, path: Path) -> bool:
        """Whether nothing was found in this spec when it, and what it includes, was as it is now."""
        try:
            known: dict[str, str] = json.loads(self._entry(path).read_bytes())
            return all(_digest(Path(file).read_bytes()) == digest for file, digest in known.items())
        except (OSError, ValueError, AttributeError):
            return False

    def remember(self, path: Path, sources: Mapping[str, str]) -> None:
        """Nothing was found in this spec, which was read from these texts, by file."""
        texts = {str(Path(file).resolve()): text.encode() for file, text in sources.items()}
        try:
            if texts and all(Path(file).read_bytes() == text for file, text in texts.items()):
                self._write(self._entry(path), {file: _digest(text) for file, text in texts.items()})
        except OSError:
            return

    def _entry(self, path: Path) -> Path:
        return self._folder / _digest(f"{self._key} {path.resolve()}".encode())

    def _write(self, entry: Path, known: Mapping[str, str]) -> None:
        """Whole or not at all, as others may read it at the same time."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not entry.exists() and len(os.listdir(self._folder)) >= MOST:  # noqa: PTH208 - names alone
            for old in self._folder.iterdir():
                old.unlink(missing_ok=True)
        written = entry.with_suffix(f".{os.getpid()}")
        written.write_text(json.dumps(known), encoding="utf-8")
        written.replace(entry)


def _folder() -> Path:
    """Where the memory is."""
    named = os.environ.get("CNNPLAN_CACHE")
    if named:
        return Path(named)
    usual = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(usual) if usual else Path.home() / ".cache") / "cnnplan"


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _ourselves() -> Iterator[tuple[str, int, int]]:
    """The program as it is: the sizes and times of its files, as a version says nothing of a checkout."""
    folders = [str(Path(__file__).parents[1])]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir():
                    folders += [] if entry.name == "__pycache__" else [entry.path]
                else:
                    stat = entry.stat()
                    yield entry.path, stat.st_size, stat.st_mtime_ns
