"""`cnnplan playground`."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnplan.cli.exits import exit_codes, say
from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.playground.runtime import Runtime

__all__ = ["playground"]

Folder = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="Where the site goes: new, or empty.")
]
Pyodide = Annotated[
    Path,
    typer.Option(metavar="FOLDER", help="Where Pyodide is: the npm package, and the wheel of pydantic-core for it."),
]
Fetch = Annotated[bool, typer.Option("--fetch", help="Get what is missing there from npm and PyPI.")]
Serve = Annotated[bool, typer.Option("--serve", help="Show it to the browsers of this machine, until Ctrl-C.")]
Port = Annotated[int, typer.Option(min=0, max=65535, metavar="NUMBER", help="Of --serve; 0: one that is free.")]


def playground(
    output: Folder = None,
    pyodide: Pyodide = Path("pyodide"),
    fetch: Fetch = False,  # noqa: FBT002 - a flag
    serve: Serve = False,  # noqa: FBT002 - a flag
    port: Port = 8000,
) -> None:
    """Write a web site that runs this cnnplan inside the browser: an editor, findings, the report; nothing is sent."""
    with exit_codes():
        from cnnplan.playground.runtime import fetch as fetched  # noqa: PLC0415
        from cnnplan.playground.runtime import find  # noqa: PLC0415

        if output is None and not serve:
            raise UsageError("say where the site goes, -o FOLDER, or look at it, --serve")
        runtime = fetched(pyodide) if fetch else find(pyodide)
        with _folder(output) as folder:
            _made(folder, runtime, output)
            if serve:
                _served(folder, port)


@contextmanager
def _folder(output: Path | None) -> Iterator[Path]:
    """The folder that was named, or one that goes away again."""
    if output is not None:
        yield output
        return
    with tempfile.TemporaryDirectory(prefix="cnnplan-playground-") as made:
        yield Path(made)


def _made(folder: Path, runtime: Runtime, output: Path | None) -> None:
    from cnnplan.playground import write  # noqa: PLC0415

    write(folder, runtime)
    if output is not None:
        say(f"{folder}: written; any web server can show it")


def _served(folder: Path, port: int) -> None:
    from cnnplan.playground import Server  # noqa: PLC0415

    server = Server(folder, port)
    say(f"{server.address} shows it to this machine; Ctrl-C ends it")
    with suppress(KeyboardInterrupt):
        server.run()
