"""The command line: commands and exit codes, nothing else.

One file a command: it reads options, calls a room, prints the answer and exits. COMMANDS is the table of contents. Exit
codes: 0 clean, 1 findings, 2 could not run. The answer goes to stdout, or to the file of -o; all else to stderr. A room
is imported by the command that needs it, inside the function, since start-up is most of the time that `check` takes.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer

from cnnplan.cli.uses import SUMMARIES, epilog
from cnnplan.cli.words import Command, Group
from cnnplan.collector import seldom, uncollected
from cnnplan.release import version

__all__ = ["COMMANDS", "app", "main"]

COMMANDS = (
    "report", "check", "verify", "overview", "diff", "sweep", "solve", "explain", "examples", "convert", "export",
    "init", "run", "schema", "playground", "lsp",
)  # fmt: skip
"""The commands, in the order of `cnnplan --help`; each is the function of its name in the file of its name."""

STYLE: dict[str, Any] = {"rich_markup_mode": None, "pretty_exceptions_enable": False}


class Commands(Group):
    """The commands by name, each imported when it is called, or listed with all others."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; None where there is none, and then all are there to tell which was meant."""
        del ctx
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.commands[name] = _command(name)
        return self.commands.get(cmd_name)


@uncollected
def _command(name: str) -> Any:
    alone = typer.Typer(add_completion=False, **STYLE)
    function = getattr(import_module(f"cnnplan.cli.{name}"), name)
    alone.command(cls=Command, epilog=epilog(name), short_help=SUMMARIES[name])(function)
    return typer.main.get_command(alone)


app = typer.Typer(
    cls=Commands,
    help="The type checker and cost model of convolutional network designs.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    **STYLE,
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
        from cnnplan.cli.completion import answering_bash  # noqa: PLC0415 - who presses Tab alone

        answering_bash(app)
        return
    seldom()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # or all installed packages are looked through for some
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text streams here
    app()
