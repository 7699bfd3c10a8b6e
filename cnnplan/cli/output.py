"""Where an answer goes: to stdout, or to a file that is whole or not there."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import typer

from cnnplan.errors import UsageError

__all__ = ["put"]


def put(text: str | bytes, output: Path | None) -> None:
    """The answer, where it was asked for; a file is whole or not there."""
    if output is None:
        if isinstance(text, bytes) and sys.stdout.isatty():
            raise UsageError("this is no text for a terminal: write it to a file with -o FILE")
        typer.echo(text, nl=False)
        return
    try:
        _write(text, output.resolve())
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error


def _write(text: str | bytes, path: Path) -> None:
    """Write beside the file, then take its place; what is not a file, such as /dev/null, is written to."""
    data = text.encode() if isinstance(text, str) else text
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - a handle, not a path
            file.write(data)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
