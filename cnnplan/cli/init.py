"""`cnnplan init`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from cnnplan.cli.exits import exit_codes
from cnnplan.errors import UsageError

__all__ = ["init"]

File = Annotated[Path, typer.Argument(metavar="[FILE]", help="The spec to write.")]


def init(file: File = Path("network.yaml")) -> None:
    """Write a first spec to start from, with comments, and never over a file that is there."""
    with exit_codes():
        text = files("cnnplan.cli").joinpath("first.yaml").read_text(encoding="utf-8")
        try:
            with file.open("x", encoding="utf-8") as target:
                target.write(text)
        except FileExistsError:
            raise UsageError(f"{file} is there already: it stays as it is") from None
        except OSError as error:
            raise UsageError(f"{file}: cannot be written: {error.strerror}") from None
        typer.echo(f"{file} is written; see it with: cnnplan report {file}")
