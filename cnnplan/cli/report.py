"""`cnnplan report`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnplan.cli.exits import complain, exit_code, exit_codes
from cnnplan.cli.options import Output, Settings, Spec, bound
from cnnplan.cli.output import put

__all__ = ["report"]

Format = Annotated[str, typer.Option("--format", "-f", metavar="table|json", help="How to write it.")]
Memory = Annotated[bool, typer.Option("--memory", help="With the bytes alive at each layer, and receptive fields.")]


def report(
    spec: Spec,
    format: Format = "table",  # noqa: A002 - the option's name
    output: Output = None,
    settings: Settings = [],  # noqa: B006 - how typer says "none"
    memory: Memory = False,  # noqa: FBT002 - a flag
) -> None:
    """Print what every layer of a network is and costs."""
    with exit_codes():
        from cnnplan.plan import plan_spec  # noqa: PLC0415
        from cnnplan.report import Report  # noqa: PLC0415
        from cnnplan.spec import load_spec  # noqa: PLC0415

        made = Report.of(plan_spec(load_spec(Path(spec), partial=True), bound(settings), partial=True))
        put(_rendered(made, format, output, memory=memory), output)
        if output or format != "table":
            complain(made.findings)
        raise typer.Exit(exit_code(made.findings))


def _rendered(made: Any, format: str, output: Path | None, *, memory: bool) -> str:  # noqa: A002 - the option's name
    """The text of a report, a table as wide as the terminal that it goes to."""
    from cnnplan.report import render  # noqa: PLC0415

    if format != "table":
        return render(made, format)
    color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return render(made, format, width=shutil.get_terminal_size((80, 24)).columns, color=color, memory=memory)
