"""`cnnplan overview`."""

from __future__ import annotations

from cnnplan.cli.exits import exit_codes
from cnnplan.cli.files import specs
from cnnplan.cli.options import Output, Paths  # noqa: TC001 - typer reads them
from cnnplan.cli.output import put

__all__ = ["overview"]


def overview(paths: Paths, output: Output = None) -> None:
    """Print a table of these networks: parameters, MACs, receptive field, and where each exists."""
    with exit_codes():
        from cnnplan.report.overview import overview as table  # noqa: PLC0415
        from cnnplan.spec import load_spec  # noqa: PLC0415

        loaded = [load_spec(path) for path in specs(paths)]
        put(table(spec for spec in loaded if not spec.is_library), output)
