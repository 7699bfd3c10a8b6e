"""`cnnplan export`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnplan.cli.exits import CLEAN, exit_codes
from cnnplan.cli.options import Settings, Spec, bound, reads
from cnnplan.cli.output import put
from cnnplan.cli.weights import Match, Names, chosen
from cnnplan.errors import CnnplanError, Unwritten, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["export"]

PYTHON, ONNX = ".py", ".onnx"
NONE = Path("none")

Target = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to FILE.py or FILE.onnx, all or nothing."),
]
Given = Annotated[
    Path | None,
    typer.Option("--weights", metavar="FILE|none", help="Of an ONNX file: its weights, or none to leave them out."),
]
Keras = Annotated[bool, typer.Option("--keras", help="Keras 3 code, channels first, in the place of PyTorch's.")]
Seed = Annotated[int, typer.Option("--seed", metavar="NUMBER", help="Of weights that are drawn.")]


@reads
def export(  # noqa: PLR0913, PLR0917 - options
    spec: Spec,
    output: Target = None,
    settings: Settings = [],  # noqa: B006 - how typer says "none"
    weights: Given = None,
    match: Match = False,  # noqa: FBT002 - a flag
    names: Names = None,
    seed: Seed = 0,
    keras: Keras = False,  # noqa: FBT002 - a flag
) -> None:
    """Write a network as PyTorch or Keras source, a class or function per block, or as an ONNX file."""
    with exit_codes():
        suffix = PYTHON if output is None else output.suffix.lower()
        if suffix not in (PYTHON, ONNX):
            raise UsageError(f"{output}: a network is written to a file that ends in {PYTHON} or {ONNX}")
        if suffix == PYTHON:
            if weights or match or names:
                raise UsageError("--weights is for FILE.onnx: source has none, load them with load_state_dict")
            put(_source(Path(spec), bound(settings), keras=keras), output)
            raise typer.Exit(CLEAN)
        if keras:
            raise UsageError(f"--keras writes source, to a file that ends in {PYTHON}")
        from cnnplan.exporting import onnx  # noqa: PLC0415

        values = bound(settings)
        given = "none" if weights == NONE else chosen(Path(spec), weights, values, match=match, names=names)
        put(onnx(Path(spec), weights=given, seed=seed, **values), output)
        raise typer.Exit(CLEAN)


def _source(spec: Path, values: Mapping[str, Any], *, keras: bool) -> str:
    """PyTorch or Keras source; where it cannot be written, the other ways that there are are told."""
    from cnnplan import exporting  # noqa: PLC0415

    try:
        return (exporting.keras if keras else exporting.torch)(spec, **values)
    except Unwritten as error:
        raise UsageError(f"{error}; {_others(spec, values, keras=keras)}") from None


def _others(spec: Path, values: Mapping[str, Any], *, keras: bool) -> str:
    """The other ways in which it can be written."""
    from cnnplan import exporting  # noqa: PLC0415

    ways = []
    with suppress(CnnplanError):
        if keras:
            exporting.torch(spec, **values)
            ways.append("as PyTorch source (without --keras)")
    with suppress(CnnplanError):
        exporting.onnx(spec, weights="none", **values)
        ways.append(f"as an ONNX file (-o FILE{ONNX})")
    return f"it is written {' and '.join(ways)}" if ways else "nor is it written as anything else"
