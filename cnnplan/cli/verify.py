"""`cnnplan verify`."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnplan.cli.exits import CLEAN, FINDINGS, exit_codes
from cnnplan.cli.files import specs
from cnnplan.cli.options import Output, Paths, Settings, bound, reads
from cnnplan.cli.output import put
from cnnplan.cli.terminal import colored, width
from cnnplan.cli.weights import Match, Names, Weights, chosen
from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["verify"]

FORMATS = ("table", "json")
UNITS = {
    "": 1,
    "k": 10**3,
    "m": 10**6,
    "g": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
}

Format = Annotated[str, typer.Option("--format", "-f", metavar="table|json", help="How to write it.")]
Seed = Annotated[int, typer.Option("--seed", metavar="NUMBER", help="Of inputs and weights.")]
Limit = Annotated[
    str, typer.Option("--memory", metavar="SIZE", help="What a run may take, 4GiB; left out, half of what is free.")
]

Seconds = Annotated[
    float, typer.Option("--seconds", metavar="NUMBER", min=0, help="After which no further run is begun.")
]


@reads
def verify(  # noqa: PLR0913, PLR0917 - the options of the command
    paths: Paths,
    format: Format = "table",  # noqa: A002 - the option's name
    output: Output = None,
    settings: Settings = [],  # noqa: B006 - how typer says "none"
    seed: Seed = 0,
    memory: Limit = "",
    weights: Weights = None,
    match: Match = False,  # noqa: FBT002 - a flag
    names: Names = None,
    seconds: Seconds = 45.0,
) -> None:
    """Run these networks and hold every prediction against what happens."""
    # the products of small runs are small: threads of the linear algebra cost more there than they give
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with exit_codes():
        from cnnplan.report import verified  # noqa: PLC0415
        from cnnplan.translation import load_spec  # noqa: PLC0415
        from cnnplan.verification import verify as run  # noqa: PLC0415

        if format not in FORMATS:
            raise UsageError(f"no format {format!r}: choose one of {', '.join(FORMATS)}")
        limit = _bytes(memory) if memory else None
        found = []
        for path in specs(paths):
            spec = load_spec(path)
            if spec.is_library and path not in paths:
                continue
            given = chosen(path, weights, bound(settings), match=match, names=names)
            with _progress(path.name) as progress:
                options: dict[str, Any] = {"seed": seed, "limit": limit, "seconds": seconds, "weights": given}
                found.append(run(spec, progress=progress, **options, **bound(settings)))
        if format == "json":
            put(verified.render_json(found), output)
        else:
            color = output is None and colored(sys.stdout)
            put("\n".join(verified.render(one, width=width(), color=color) for one in found), output, color=color)
        raise typer.Exit(CLEAN if all(one.ok for one in found) else FINDINGS)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """A bar on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task: Any = bar.add_task(name, total=None)

        def show(done: int, total: int, text: str) -> None:
            bar.update(task, completed=done, total=total, description=f"{name}: {text}"[:60])

        yield show


def _bytes(text: str) -> int:
    """`4GiB` as a number."""
    digits = text.rstrip("kKmMgGiIbB")
    unit = text[len(digits) :].lower()
    factor = UNITS.get(unit, UNITS.get(unit.removesuffix("b")))
    if factor is None or not digits.strip().isdigit():
        raise UsageError(f"--memory {text}: write a size, as in --memory 4GiB")
    return int(digits) * factor
