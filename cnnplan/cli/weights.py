"""Files of weights, as several commands take them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnplan.cli.exits import say
from cnnplan.cli.options import bound
from cnnplan.errors import SpecError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.findings import Finding

__all__ = ["Match", "Weights", "held", "matched"]

Weights = Annotated[
    Path | None,
    typer.Option(
        "--weights", metavar="FILE", help="A file of weights: safetensors, .npz, a state_dict, a folder of .npy."
    ),
]
Match = Annotated[
    bool, typer.Option("--match", help="Propose which of its tensors is which weight, where names differ.")
]


def held(path: Path, weights: Path, settings: Sequence[str]) -> list[Finding]:
    """What of a file of weights does not fit a network."""
    from cnnplan.checkpoints import read_checkpoint  # noqa: PLC0415
    from cnnplan.checkpoints.comparing import compare  # noqa: PLC0415
    from cnnplan.plan import load  # noqa: PLC0415

    checkpoint = read_checkpoint(weights)
    try:
        findings = list(compare(load(path, **bound([*settings])).graph, checkpoint))
    except SpecError as error:
        return [*error.findings]
    say(str(checkpoint))
    return findings


def matched(paths: Sequence[Path], weights: Path | None, settings: Sequence[str]) -> str:
    """A proposal which tensor is which weight."""
    from cnnplan.checkpoints import read_checkpoint  # noqa: PLC0415
    from cnnplan.checkpoints.matching import match  # noqa: PLC0415
    from cnnplan.plan import load  # noqa: PLC0415

    if weights is None or len(paths) != 1:
        raise UsageError("--match holds one spec against --weights FILE")
    return f"{match(load(paths[0], **bound([*settings])).graph, read_checkpoint(weights))}\n"
