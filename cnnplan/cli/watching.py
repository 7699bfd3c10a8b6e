"""Doing something again whenever a file changes, until somebody presses Ctrl-C."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cnnplan.cli.exits import CLEAN, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["watching"]

PAUSE = 0.2
SUFFIXES = {".yaml", ".yml", ".toml"}

State = dict[Path, tuple[int, int]]


def watching(paths: Iterable[Path], act: Callable[[], int]) -> None:
    """Act now, and whenever a spec, or a file beside one that it may include, is written."""
    folders = {path if path.is_dir() else path.parent for path in paths}
    try:
        while True:
            before = _state(folders)
            act()
            say(f"watching {', '.join(map(str, sorted(folders)))}; Ctrl-C ends it")
            while _state(folders) == before:
                time.sleep(PAUSE)
    except KeyboardInterrupt:
        raise typer.Exit(CLEAN) from None


def _state(folders: Iterable[Path]) -> State:
    """When each file was written, and how long it is."""
    return {file: stamp for folder in folders for file, stamp in _stamps(folder)}


def _stamps(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    for file in folder.rglob("*"):
        if file.suffix in SUFFIXES:
            try:
                stat = file.stat()
            except OSError:
                continue
            yield file, (stat.st_mtime_ns, stat.st_size)
