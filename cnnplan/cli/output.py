"""Where an answer goes: to stdout, or to a file that is whole or not there."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from cnnplan.cli.terminal import fitting
from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import TextIOWrapper

__all__ = ["opened", "put", "replacing"]


def put(text: str | bytes, output: Path | None, *, color: bool = False, fit: bool = False) -> None:
    """The answer, where it was asked for; a file is whole or not there.

    Args:
        text: the answer.
        output: the file; None for stdout.
        color: True to keep the codes of colors in a pipe too.
        fit: True for words that people read: lines go on below where a terminal ends.
    """
    if output is None:
        if isinstance(text, bytes) and sys.stdout.isatty():
            raise UsageError("this is no text for a terminal: write it to a file with -o FILE")
        shown = fitting(text, sys.stdout) if fit and isinstance(text, str) else text
        typer.echo(shown, nl=False, color=color or None)
        return
    try:
        _write(text, output.resolve())
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error


@contextmanager
def opened(output: Path | None) -> Iterator[TextIO]:
    """Where rows go as they are made: stdout, or a file that takes its place when the last one is written."""
    if output is None:
        yield sys.stdout
        return
    try:
        with replacing(output.resolve()) as file:
            yield file
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error


def _write(text: str | bytes, path: Path) -> None:
    """Write beside the file, then take its place; what is not a file, such as /dev/null, is written to."""
    with replacing(path) as file:
        file.buffer.write(text.encode() if isinstance(text, str) else text)


@contextmanager
def replacing(path: Path) -> Iterator[TextIOWrapper]:
    """A file beside the one of that path, which takes its place if all goes well."""
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8") as file:
            yield file
        return
    from tempfile import mkstemp  # noqa: PLC0415 - most answers go to stdout

    _sweep(path)
    handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}.")
    try:
        with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a handle, not a path
            yield file
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sweep(path: Path) -> None:
    """Remove what runs that were killed left beside a file."""
    from glob import escape  # noqa: PLC0415 - likewise

    start = f".{path.name}."
    for left in path.parent.glob(f"{escape(start)}*"):
        owner = left.name.removeprefix(start).partition(".")[0]
        if owner.isdigit() and not _runs(int(owner)):
            left.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
