"""`cnnplan export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnplan.cli.exits import CLEAN, exit_codes
from cnnplan.cli.options import Settings, Spec, bound, reads
from cnnplan.cli.output import put
from cnnplan.errors import UsageError

__all__ = ["export"]

SUFFIX = ".py"

Target = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE.py", help="Write to FILE, all or nothing.")
]


@reads
def export(
    spec: Spec,
    output: Target = None,
    settings: Settings = [],  # noqa: B006 - how typer says "none"
) -> None:
    """Write a network as PyTorch source: a class per block, as a person writes it."""
    with exit_codes():
        from cnnplan.plan import load  # noqa: PLC0415
        from cnnplan.translation.torch.source import source  # noqa: PLC0415

        if output is not None and output.suffix != SUFFIX:
            raise UsageError(f"{output}: a network is written to a file that ends in {SUFFIX}")
        put(source(load(Path(spec), **bound(settings))), output)
        raise typer.Exit(CLEAN)
