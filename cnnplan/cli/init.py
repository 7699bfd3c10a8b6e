"""`cnnplan init`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from cnnplan.cli.completion import words_of
from cnnplan.cli.exits import exit_codes
from cnnplan.errors import UsageError

__all__ = ["init"]

KINDS = ("classifier", "unet", "detector", "sequence")
"""What a first network may be; each is a file of the folder `first`."""

Kind = Annotated[
    str,
    typer.Option(
        "--kind", "-k", metavar="|".join(KINDS), help="What the network is to be.", autocompletion=words_of(KINDS)
    ),
]
File = Annotated[Path, typer.Argument(metavar="[FILE]", help="The spec to write.")]


def init(file: File = Path("network.yaml"), kind: Kind = KINDS[0]) -> None:
    """Write a first spec to start from, with comments, and never over a file that is there."""
    with exit_codes():
        if kind not in KINDS:
            raise UsageError(f"--kind {kind}: choose one of {', '.join(KINDS)}")
        text = files("cnnplan.cli").joinpath("first", f"{kind}.yaml").read_text(encoding="utf-8")
        try:
            with file.open("x", encoding="utf-8") as target:
                target.write(text)
        except FileExistsError:
            raise UsageError(f"{file} is there already: it stays as it is") from None
        except OSError as error:
            raise UsageError(f"{file}: cannot be written: {error.strerror}") from None
        typer.echo(f"{file} is written; see it with: cnnplan report {file}")
