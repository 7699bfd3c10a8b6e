"""`cnnplan schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnplan.cli.exits import exit_codes
from cnnplan.cli.output import put

__all__ = ["schema", "text"]

Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, all or nothing.")]


def schema(output: Output = None) -> None:
    """Print the JSON Schema of the spec language, for editors; `explain schema` says how they are told of it."""
    with exit_codes():
        put(text(), output)


def text() -> str:
    """The schema as text."""
    import json  # noqa: PLC0415

    from cnnplan.spec.schema import json_schema  # noqa: PLC0415

    return json.dumps(json_schema(), indent=2) + "\n"
