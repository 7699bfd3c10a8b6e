"""`cnnplan run`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnplan.cli.exits import CLEAN, exit_codes, say
from cnnplan.cli.options import Settings, Spec, bound, reads
from cnnplan.cli.output import put
from cnnplan.cli.weights import Match, Names, Weights, chosen
from cnnplan.errors import UsageError

__all__ = ["run"]

Image = Annotated[Path, typer.Option("--input", "-i", metavar="IMAGE", help="The image: PNG, JPEG, ...")]
Filters = Annotated[
    str, typer.Option(metavar="NAME,...", help="Filters for the first convolution: edge, sharpen, blur, gauss, ...")
]
Layers = Annotated[str, typer.Option(metavar="NAME,...", help="The layers to show; left out, a choice of them.")]
Folder = Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the pictures go.")]
Seed = Annotated[int, typer.Option("--seed", metavar="NUMBER", help="Of the weights that are drawn.")]


@reads
def run(  # noqa: PLR0913, PLR0917 - the options of a command
    spec: Spec,
    image: Image,
    output: Folder,
    weights: Weights = None,
    match: Match = False,  # noqa: FBT002 - a flag
    names: Names = None,
    filters: Filters = "",
    layers: Layers = "",
    settings: Settings = [],  # noqa: B006 - how typer says "none"
    seed: Seed = 0,
) -> None:
    """Run a network on an image and show what its layers give, as pictures and in a report."""
    with exit_codes():
        from cnnplan.images import feature_maps  # noqa: PLC0415
        from cnnplan.plan import load  # noqa: PLC0415
        from cnnplan.report import render  # noqa: PLC0415

        values = bound(settings)
        plan = load(Path(spec), **values)
        at, maps = feature_maps(
            plan,
            image,
            given=values,
            weights=chosen(Path(spec), weights, values, match=match, names=names),
            filters=_names(filters),
            layers=_names(layers),
            seed=seed,
        )
        _folder(output)
        for number, each in enumerate(maps):
            file = output / f"{number:02}-{each.name}.png"
            put(each.picture, file)
            typer.echo(f"{file}: {each.caption}")
        put(render(at, "html", maps=[each.data for each in maps]), output / "report.html")
        say(f"{output / 'report.html'} shows them beside the network")
        raise typer.Exit(CLEAN)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be made: {error.strerror}") from error
