"""`cnnplan schema`."""

from __future__ import annotations

import typer

from cnnplan.cli.exits import exit_codes

__all__ = ["schema"]


def schema() -> None:
    """Print the JSON Schema of the spec language, for editors."""
    with exit_codes():
        import json  # noqa: PLC0415

        from cnnplan.spec.schema import json_schema  # noqa: PLC0415

        typer.echo(json.dumps(json_schema(), indent=2))
