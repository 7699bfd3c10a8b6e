"""The command line: commands and exit codes, nothing else.

One file a command: it reads options, calls a room, prints the answer and exits. COMMANDS is the table of contents. Exit
codes: 0 clean, 1 findings, 2 could not run. The answer goes to stdout, or to the file of -o; all else to stderr. A room
is imported by the command that needs it, inside the function, since start-up is most of the time that `check` takes.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cnnplan.cli.check import check
from cnnplan.cli.completion import answering_bash
from cnnplan.cli.convert import convert
from cnnplan.cli.diff import diff
from cnnplan.cli.examples import examples
from cnnplan.cli.explain import explain
from cnnplan.cli.export import export
from cnnplan.cli.init import init
from cnnplan.cli.lsp import lsp
from cnnplan.cli.overview import overview
from cnnplan.cli.playground import playground
from cnnplan.cli.report import report
from cnnplan.cli.run import run
from cnnplan.cli.schema import schema
from cnnplan.cli.solve import solve
from cnnplan.cli.sweep import sweep
from cnnplan.cli.uses import SUMMARIES, epilog
from cnnplan.cli.verify import verify
from cnnplan.release import version

__all__ = ["COMMANDS", "app", "main"]

COMMANDS = (
    report, check, verify, overview, diff, sweep, solve, explain, examples, convert, export, init, run, schema,
    playground, lsp,
)  # fmt: skip
"""The commands, in the order of `cnnplan --help`."""

app = typer.Typer(
    help="The type checker and cost model of convolutional network designs.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _told(wanted: bool) -> None:  # noqa: FBT001 - the value of a flag
    if wanted:
        typer.echo(f"cnnplan {version()}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_told, is_eager=True, help="Print the version, and exit.")]


@app.callback()
def _options(version: Version = False) -> None:  # noqa: FBT002 - a flag
    """The type checker and cost model of convolutional network designs."""
    del version


for command in COMMANDS:
    app.command(epilog=epilog(command.__name__), short_help=SUMMARIES[command.__name__])(command)


def closed() -> int:
    """Say that there is nowhere to write to, if there is somewhere to say it."""
    if sys.stderr is not None:
        sys.stderr.write("cnnplan: the standard output is closed: there is nowhere to write to\n")
    return 2


def main() -> None:
    """Run the command line."""
    if sys.stdout is None or sys.stderr is None:
        raise SystemExit(closed())
    if os.environ.get("_CNNPLAN_COMPLETE") == "complete_bash":
        answering_bash(app)
        return
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text streams here
    app()
