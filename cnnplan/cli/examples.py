"""`cnnplan examples`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnnplan.cli.exits import exit_codes
from cnnplan.cli.terminal import fitting
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["examples"]

Name = Annotated[str, typer.Argument(metavar="[NAME]", help="Print the YAML of this example; left out: list them all.")]


def examples(name: Name = "") -> None:
    """List the example networks that come along, or print one: example:NAME stands wherever a SPEC is asked for."""
    with exit_codes():
        from cnnplan.spec.examples import PREFIX, resolve  # noqa: PLC0415
        from cnnplan.spec.examples import examples as every  # noqa: PLC0415
        from cnnplan.spec.source import read_text  # noqa: PLC0415

        if name:
            from pathlib import Path  # noqa: PLC0415

            typer.echo(read_text(resolve(Path(PREFIX + name.removeprefix(PREFIX)))), nl=False)
            return
        known = every()
        wide = max(map(len, known), default=0) + len(PREFIX)
        for each, file in known.items():
            line = f"{PREFIX + each:<{wide}}  {printable(_description(file))}".rstrip()
            typer.echo(fitting(line, sys.stdout))


def _description(file: Path) -> str:
    """What a spec says it is, in one line."""
    from cnnplan.spec.source import Source, read_text  # noqa: PLC0415

    return " ".join(str(Source(str(file), read_text(file)).data.get("description", "")).split())
