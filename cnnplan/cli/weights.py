"""Files of weights, as several commands take them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnplan.cli.exits import say
from cnnplan.cli.options import bound
from cnnplan.errors import SpecError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.checkpoints import Checkpoint
    from cnnplan.checkpoints.matching import Matching
    from cnnplan.findings import Finding

__all__ = ["Match", "Names", "Weights", "chosen", "held", "matched"]

Weights = Annotated[
    Path | None,
    typer.Option(
        "--weights", metavar="FILE", help="A file of weights: safetensors, .npz, .onnx, a state_dict, a folder of .npy."
    ),
]
Match = Annotated[
    bool, typer.Option("--match", help="Find out which of its tensors is which weight, where names differ.")
]
Names = Annotated[
    Path | None,
    typer.Option("--names", metavar="FILE", help="Which tensor is which weight, as check --match -o FILE.json wrote."),
]

WRITTEN = ".json"


def held(path: Path, weights: Path, settings: Sequence[str], names: Path | None = None) -> list[Finding]:
    """What of a file of weights does not fit a network."""
    from cnnplan.checkpoints import read_checkpoint  # noqa: PLC0415
    from cnnplan.checkpoints.comparing import compare  # noqa: PLC0415
    from cnnplan.checkpoints.matching import match, read_names  # noqa: PLC0415
    from cnnplan.plan import load  # noqa: PLC0415

    checkpoint = read_checkpoint(weights)
    told = read_names(names, checkpoint) if names else None
    try:
        graph = load(path, **bound([*settings])).graph
        findings = list(compare(graph, checkpoint, told, {} if told else match(graph, checkpoint).names))
    except SpecError as error:
        return [*error.findings]
    say(str(checkpoint))
    return findings


def matched(paths: Sequence[Path], weights: Path | None, settings: Sequence[str], output: Path | None = None) -> str:
    """A proposal which tensor is which weight: for people, or in a file as `--names` reads it."""
    if weights is None or len(paths) != 1:
        raise UsageError("--match holds one spec against --weights FILE")
    _, found = _proposal(paths[0], weights, bound([*settings]))
    if output is None or output.suffix != WRITTEN:
        return f"{found}\n"
    say(str(found).rpartition("\n")[2] if found.names else str(found))
    return found.json()


def chosen(
    path: Path, weights: Path | None, values: Mapping[str, Any], *, match: bool, names: Path | None
) -> Path | Checkpoint | None:
    """The file of weights as it is, or with its tensors under the names of the design.

    Raises:
        UsageError: names are told without a file, or some weight has no tensor.
    """
    if weights is None:
        if match or names:
            raise UsageError("--match and --names tell of the tensors of --weights FILE")
        return None
    if names:
        from cnnplan.checkpoints import read_checkpoint  # noqa: PLC0415
        from cnnplan.checkpoints.matching import read_names  # noqa: PLC0415

        checkpoint = read_checkpoint(weights)
        return checkpoint.renamed(read_names(names, checkpoint))
    if not match:
        return weights
    checkpoint, found = _proposal(path, weights, values)
    if found.weights:
        missing = ", ".join(found.weights[:3]) + (", ..." if len(found.weights) > 3 else "")  # noqa: PLR2004
        raise UsageError(f"{weights}: no tensor for {missing}; check --match tells what was found")
    say(f"{weights}: {len(found.names)} weights have a tensor of another name, {found.same} of the same")
    return checkpoint.renamed(found.names)


def _proposal(path: Path, weights: Path, values: Mapping[str, Any]) -> tuple[Checkpoint, Matching]:
    from cnnplan.checkpoints import read_checkpoint  # noqa: PLC0415
    from cnnplan.checkpoints.matching import match  # noqa: PLC0415
    from cnnplan.plan import load  # noqa: PLC0415

    checkpoint = read_checkpoint(weights)
    return checkpoint, match(load(path, **values).graph, checkpoint)
