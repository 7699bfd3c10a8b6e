"""`cnnplan solve`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnplan.cli.exits import exit_codes
from cnnplan.cli.options import Values, pairs, reads
from cnnplan.cli.terminal import fitting
from cnnplan.errors import UsageError

__all__ = ["solve"]

Spec = Annotated[str | None, typer.Argument(metavar="[SPEC]", help="The YAML file of a network; not with --map.")]
Where = Annotated[str | None, typer.Option("--where", metavar="QUESTION", help='What must hold: "macs <= 1G".')]
Greatest = Annotated[str | None, typer.Option("--max", metavar="SYMBOL", help="Find the greatest value of a symbol.")]
Least = Annotated[str | None, typer.Option("--min", metavar="SYMBOL", help="Find the least value of a symbol.")]
All = Annotated[str | None, typer.Option("--for", metavar="SYMBOL,...", help="Find all values of these symbols.")]
Map = Annotated[
    str | None,
    typer.Option(
        "--map", metavar="N:M", help="Find the windows that map size N to size M, or H to a formula of H: H:ceil(H/2)."
    ),
]
Layers = Annotated[
    int, typer.Option("--layers", metavar="COUNT", min=1, max=64, help="With --map: chains of so many windows.")
]
Optimizer = Annotated[str | None, typer.Option("--optimizer", metavar="sgd|momentum|adam", help="For training_memory.")]
Mixed = Annotated[bool, typer.Option("--mixed", help="Training in mixed precision.")]
Memory = Annotated[str | None, typer.Option("--memory", metavar="SIZE", help='Short for --where "memory <= SIZE".')]


@reads
def solve(  # noqa: PLR0913, PLR0917 - one parameter an option
    spec: Spec = None,
    where: Where = None,
    greatest: Greatest = None,
    least: Least = None,
    wanted: All = None,
    map: Map = None,  # noqa: A002 - the option's name
    layers: Layers = 1,
    memory: Memory = None,
    optimizer: Optimizer = None,
    mixed: Mixed = False,  # noqa: FBT002 - a flag
    values: Values = [],  # noqa: B006 - how typer says "none"
) -> None:
    """Find the values of symbols that do what is asked, in whole numbers."""
    with exit_codes():
        step = {"optimizer": optimizer, "mixed": mixed}
        asked = (greatest, least, wanted)
        found = _mapped(map, layers, values) if map else _solved(spec, where, asked, memory, values, step)
        typer.echo(fitting(found, sys.stdout))


def _solved(  # noqa: PLR0913, PLR0917 - the options of the command
    spec: str | None,
    where: str | None,
    asked: tuple[str | None, str | None, str | None],
    memory: str | None,
    values: list[str],
    training: dict[str, Any],
) -> str:
    from cnnplan.exploration.solving import solve  # noqa: PLC0415

    parts = [*([f"({where})" if memory else where] if where else []), *([f"memory <= {memory}"] if memory else [])]
    if spec is None or not parts:
        raise UsageError("solve needs a SPEC and a question: --where, or --memory; or --map N:M alone")
    question = " and ".join(parts)
    if any(training.values()) and "training_memory" not in question:
        example = f'--where "training_memory <= {memory or "24GB"}"'
        raise UsageError(f"--optimizer and --mixed are for training_memory, which is not asked for: {example}")
    greatest, least, wanted = asked
    names = tuple(filter(None, (wanted or "").split(",")))
    given: dict[str, Any] = {**training, "optimizer": training["optimizer"] or "sgd", **pairs(values)}
    return str(solve(Path(spec), where=question, max=greatest, min=least, for_=names, **given))


def _mapped(text: str, layers: int, values: list[str]) -> str:
    from cnnplan.exploration.windows import mapped  # noqa: PLC0415

    return mapped(text, layers, pairs(values))
