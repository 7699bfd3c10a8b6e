"""`cnnplan check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cnnplan.cli.exits import CLEAN, COULD_NOT_RUN, exit_code, exit_codes, say
from cnnplan.cli.options import Paths  # noqa: TC001 - typer reads it
from cnnplan.errors import UsageError
from cnnplan.report.text import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["check"]

SUFFIXES = {".yaml", ".yml"}


def check(paths: Paths) -> None:
    """Print every error of these specs."""
    with exit_codes():
        raise typer.Exit(max(map(_check, _specs(paths)), default=CLEAN))


def _check(path: Path) -> int:
    """Print the findings of one file; the exit code they ask for."""
    import cnnplan  # noqa: PLC0415

    try:
        findings = cnnplan.check(path)
    except UsageError as error:
        say(str(error))
        return COULD_NOT_RUN
    for finding in findings:
        typer.echo(told(finding))
    return exit_code(findings)


def _specs(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, and those below the folders."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
        if not found:
            raise UsageError(f"{path}: there is no spec in this folder")
        yield from found
