"""`cnnplan convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnplan.cli.exits import exit_codes
from cnnplan.cli.options import Output, reads_whole
from cnnplan.cli.output import put

__all__ = ["convert"]

File = Annotated[Path, typer.Argument(metavar="FILE", help="A network that is no YAML spec: model.onnx.")]
Flat = Annotated[bool, typer.Option("--flat", help="One entry a layer, under its name, and no blocks.")]


@reads_whole
def convert(file: File, output: Output = None, flat: Flat = False) -> None:  # noqa: FBT002 - a flag
    """Write a network of another format as a YAML spec, what repeats in it as blocks."""
    with exit_codes():
        from cnnplan.conversion import convert as converted  # noqa: PLC0415

        put(converted(file, flat=flat), output)
