"""`cnnplan sweep`."""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnplan.cli.exits import exit_codes
from cnnplan.cli.options import Convention, Output, Spec, Values, pairs, reads
from cnnplan.cli.output import opened
from cnnplan.cli.terminal import width
from cnnplan.cli.workers import cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["sweep"]

Where = Annotated[
    str | None, typer.Option("--where", metavar="QUESTION", help='What to keep: "macs <= 600M and params < 5M".')
]
Sort = Annotated[str | None, typer.Option("--sort", metavar="COLUMN", help="Least first; -COLUMN for greatest first.")]
Pareto = Annotated[
    str | None,
    typer.Option("--pareto", metavar="COLUMN,...", help="Only what nothing beats in these; -COLUMN: more is better."),
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="ROWS", min=1, help="At most so many rows.")]
Format = Annotated[str, typer.Option("--format", "-f", metavar="table|csv|json|parquet", help="How to write it.")]
Dask = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS|N", help="Share the work: a scheduler, or N processes here.")
]


Processes = Annotated[
    int | None, typer.Option("--processes", metavar="N", min=1, help="How many share a large sweep; as many as cores.")
]


@reads
def sweep(  # noqa: PLR0913, PLR0917 - one parameter an option
    spec: Spec,
    values: Values = [],  # noqa: B006 - how typer says "none"
    where: Where = None,
    sort: Sort = None,
    pareto: Pareto = None,
    limit: Limit = None,
    format: Format = "table",  # noqa: A002 - the option's name
    output: Output = None,
    dask: Dask = None,
    processes: Processes = None,
    convention: Convention = "",
) -> None:
    """Compute every combination of a network's choices."""
    with exit_codes():
        from cnnplan.exploration.design import stream, tools_of  # noqa: PLC0415
        from cnnplan.exploration.distribution import client  # noqa: PLC0415
        from cnnplan.exploration.selection import Selection  # noqa: PLC0415
        from cnnplan.exploration.writing import write  # noqa: PLC0415

        selection = Selection(sort, tuple(filter(None, (pareto or "").split(","))), limit)
        asked: dict[str, Any] = {"where": where, "selection": selection, "tools": tools_of(convention)}
        engine = asked["engine"] = client(dask) if dask else None
        asked["processes"] = cores() if processes is None else processes
        with closing(engine) if engine else nullcontext(), _progress() as (total, advance):
            made = stream(Path(spec), pairs(values), **asked, progress=advance)
            total(made.points)
            with opened(output) as file:
                write(made.parts, made.columns, format, file, width() if file.isatty() else None)


@contextmanager
def _progress() -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """How far it is, on stderr where that is a terminal: a function that is told all there is, and one what is done."""
    if not sys.stderr.isatty():
        yield (lambda _: None), (lambda _: None)
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sweep", total=None)
        yield (lambda points: bar.update(task, total=points)), (lambda points: bar.advance(task, points))
