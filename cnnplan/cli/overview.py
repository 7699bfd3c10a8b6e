"""`cnnplan overview`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnnplan.cli.exits import exit_codes
from cnnplan.cli.files import specs
from cnnplan.cli.options import Output, Paths, reads_whole
from cnnplan.cli.output import put
from cnnplan.cli.terminal import colored, width
from cnnplan.errors import UsageError

__all__ = ["overview"]


FORMATS = ("table", "md")

Format = Annotated[
    str, typer.Option("--format", "-f", metavar="table|md", help="How to write it: a table on a terminal, else md.")
]


@reads_whole
def overview(
    paths: Paths,
    format: Format = "",  # noqa: A002 - the option's name
    output: Output = None,
) -> None:
    """Print a table of these networks: parameters, MACs, receptive field, and where each exists."""
    with exit_codes():
        from cnnplan.report import overview as room  # noqa: PLC0415
        from cnnplan.translation import load_spec  # noqa: PLC0415

        if format and format not in FORMATS:
            raise UsageError(f"no format {format!r}: choose one of {', '.join(FORMATS)}")
        terminal = output is None and sys.stdout.isatty()
        loaded = [spec for spec in map(load_spec, specs(paths)) if not spec.is_library]
        if (format or FORMATS[not terminal]) == "table":
            color = output is None and colored(sys.stdout)
            put(room.table(loaded, width(), color=color), output, color=color)
        else:
            put(room.overview(loaded), output)
