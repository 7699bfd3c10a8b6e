"""`cnnplan init`."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from cnnplan.cli.completion import words_of
from cnnplan.cli.exits import exit_codes
from cnnplan.cli.output import put
from cnnplan.errors import UsageError

__all__ = ["init"]

SCHEMA = "cnnplan.schema.json"
"""What the schema is called that a first spec names to editors."""

KINDS = ("classifier", "unet", "detector", "sequence")
"""What a first network may be; each is a file of the folder `first`."""

Kind = Annotated[
    str,
    typer.Option(
        "--kind", "-k", metavar="|".join(KINDS), help="What the network is to be.", autocompletion=words_of(KINDS)
    ),
]
File = Annotated[Path, typer.Argument(metavar="[FILE]", help="The spec to write.")]
Schema = Annotated[bool, typer.Option(help=f"Name the language's schema to editors, and write it to {SCHEMA} once.")]


def init(file: File = Path("network.yaml"), kind: Kind = KINDS[0], schema: Schema = True) -> None:  # noqa: FBT002 - a flag
    """Write a first spec to start from, with comments, and never over a file that is there."""
    with exit_codes():
        if kind not in KINDS:
            raise UsageError(f"--kind {kind}: choose one of {', '.join(KINDS)}")
        text = files("cnnplan.cli").joinpath("first", f"{kind}.yaml").read_text(encoding="utf-8")
        known = _schema(file) if schema else None
        head = (
            f"# yaml-language-server: $schema={Path(os.path.relpath(known, file.parent)).as_posix()}\n" if known else ""
        )
        try:
            with file.open("x", encoding="utf-8") as target:
                target.write(head + text)
        except FileExistsError:
            raise UsageError(f"{file} is there already: it stays as it is") from None
        except OSError as error:
            raise UsageError(f"{file}: cannot be written: {error.strerror}") from None
        if known and not known.exists():
            from cnnplan.cli.schema import text as schema_text  # noqa: PLC0415

            put(schema_text(), known)
        typer.echo(f"{file} is written; see it with: cnnplan report {file}")


def _schema(file: Path) -> Path:
    """The nearest file of the schema that is there, up to the root of the repository; else the one beside the spec."""
    beside = Path(os.path.abspath(file)).parent  # noqa: PTH100 - links stay as they are written
    for folder in (beside, *beside.parents):
        if (folder / SCHEMA).is_file():
            return folder / SCHEMA
        if (folder / ".git").exists():
            break
    return beside / SCHEMA
