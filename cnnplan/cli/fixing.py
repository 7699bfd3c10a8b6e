"""`cnnplan check --fix` and `--diff`: what is wrong is mended in the files, or shown as it would be."""

from __future__ import annotations

from contextlib import ExitStack
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cnnplan.cli.exits import CLEAN, FINDINGS, say
from cnnplan.cli.files import is_foreign, specs
from cnnplan.cli.output import replacing
from cnnplan.errors import SpecError, UsageError
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.configuration import Configuration
    from cnnplan.repairs import Mended

__all__ = ["fix", "show", "unified"]

BOM = "\ufeff"


def fix(paths: Iterable[Path], wanted: Configuration, *, unsafe: bool, quiet: bool) -> None:
    """Mend the specs, all files that one repair touches or none, and tell on stderr what was done."""
    files: set[str] = set()
    count = held = 0
    for path, found in _mended(paths, wanted, unsafe=unsafe):
        held += found.held_back
        if not found.texts:
            continue
        _write(found.texts)
        files |= found.texts.keys()
        count += len(found.repairs)
        for repair in () if quiet else found.repairs:
            where = repair.finding.location or path
            typer.echo(printable(f"{where}: fixed: {repair.title} [{repair.finding.rule}]"), err=True)
    if not quiet:
        _sum(count, len(files), held)


def show(paths: Iterable[Path], wanted: Configuration, *, unsafe: bool) -> int:
    """Print what `fix` would change, as a unified diff, and write nothing; the exit code says whether there is any."""
    code, held, told = CLEAN, 0, set[str]()
    for _, found in _mended(paths, wanted, unsafe=unsafe):
        held += found.held_back
        for file, text in found.texts.items():
            if file not in told:
                typer.echo(unified(file, found.before[file], text), nl=False)
                told.add(file)
            code = FINDINGS
    if held:
        say(_held(held))
    return code


def unified(file: str, before: str, after: str) -> str:
    """Two texts of a file as a unified diff, which `git apply` and `patch` read."""
    name = Path(file).as_posix().lstrip("/")
    lines = unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """The lines of a text, ended by what ends lines for diff alone."""
    return [line for line in text.replace("\n", "\n\0").split("\0") if line]


def _mended(paths: Iterable[Path], wanted: Configuration, *, unsafe: bool) -> Iterator[tuple[Path, Mended]]:
    """Each spec with what can be mended; what is no spec of our own is left alone, and what cannot be read is told."""
    from cnnplan.repairs import mended  # noqa: PLC0415 - only who mends needs it

    for path in specs(paths):
        try:
            if not is_foreign(path):
                yield path, mended(path, configuration=wanted, unsafe=unsafe)
        except (UsageError, SpecError):
            continue  # which `check` tells


def _write(texts: Mapping[str, str]) -> None:
    """Every file, or, where one cannot be written, none."""
    with ExitStack() as stack:
        for file, text in texts.items():
            path = Path(file).resolve()
            try:
                with path.open("r+b") as old:  # a file that is read-only is not replaced either
                    mark = BOM if old.read(3) == BOM.encode() else ""
                new = stack.enter_context(replacing(path))
                new.buffer.write(f"{mark}{text}".encode())
            except OSError as error:
                raise UsageError(f"{file}: cannot be written: {error.strerror}") from error


def _sum(count: int, files: int, held: int) -> None:
    if count:
        typer.echo(f"{count} fixed in {files} file{'s' * (files != 1)}", err=True)
    if held:
        say(_held(held))


def _held(count: int) -> str:
    what = "1 finding" if count == 1 else f"{count} findings"
    return f"{what} can be fixed by changing what is legal already, or what is claimed: --unsafe-fixes"
