"""`cnnplan lsp`."""

from __future__ import annotations

from typing import Annotated

import typer

from cnnplan.cli.exits import exit_codes

__all__ = ["lsp"]

Stdio = Annotated[bool, typer.Option("--stdio", help="Speak over stdin and stdout, which is the only way there is.")]


def lsp(stdio: Stdio = False) -> None:  # noqa: FBT002 - a flag that editors give
    """Serve an editor: shapes beside every layer, findings, completion (`cnnplan explain editor`)."""
    del stdio
    with exit_codes():
        from cnnplan.lsp import serve  # noqa: PLC0415

        serve()
