"""A spec from stdin, `cnnplan check -`: judged, mended or shown as any other, under the name that it is given."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cnnplan.cli.exits import CLEAN, FINDINGS
from cnnplan.cli.workers import Judged
from cnnplan.errors import SpecError
from cnnplan.report.findings.excerpts import remember

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.configuration import Configuration
    from cnnplan.findings import Finding

__all__ = ["mend", "piped"]

NAME = "<stdin>"
"""What a spec from stdin is called where it has no name."""


def _read() -> str:
    from cnnplan.spec.source import BYTES, decoded  # noqa: PLC0415

    return decoded(sys.stdin.buffer.read(BYTES + 1))


def piped(name: str, wanted: Configuration, values: Mapping[str, Any]) -> Judged:
    """What is found in a spec from stdin, with these bindings of its symbols."""
    from cnnplan.rules import check  # noqa: PLC0415
    from cnnplan.spec import load_text  # noqa: PLC0415

    path = Path(name or NAME)
    text = _read()
    remember(str(path), text)
    try:
        spec = load_text(text, path, wanted.root, partial=True)
        return Judged(path, check(spec, wanted, **values), {str(path): text})
    except SpecError as error:
        return Judged(path, error.findings, {str(path): text})


def mend(name: str, wanted: Configuration, *, unsafe: bool, diff: bool) -> tuple[int, Sequence[Finding]]:
    """Print a spec from stdin mended, or what would change; the exit code, and what is left to be told.

    What it includes is left alone: on stdout there is room for one file.
    """
    from cnnplan.cli.fixing import unified  # noqa: PLC0415
    from cnnplan.repairs import mended  # noqa: PLC0415

    path = Path(name or NAME)
    text = _read()
    found = mended(path, texts={str(path): text}, configuration=wanted, unsafe=unsafe, alone=True)
    new = found.texts.get(str(path), text)
    if diff:
        typer.echo(unified(str(path), text, new) if new != text else "", nl=False)
        return (FINDINGS if new != text else CLEAN), ()
    remember(str(path), new)
    typer.echo(new, nl=False)
    return CLEAN, found.left
