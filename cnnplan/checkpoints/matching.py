"""Which tensor of a file is which weight of a design, where names differ: shapes and order tell."""

from __future__ import annotations

import json
import re
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.checkpoints.comparing import IGNORED, paired
from cnnplan.errors import UsageError
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from cnnplan.checkpoints.base import Checkpoint, Stored
    from cnnplan.checkpoints.comparing import Wanted
    from cnnplan.graph import Graph

__all__ = ["Matching", "match", "read_names"]

LARGEST: Final = 100_000_000
"""The most bytes of a file of names."""

MOST_LAYERS: Final = 5_000
"""Beyond so many layers on either side only kinds that occur equally often are matched."""


ORDERED: Final = "state_dict"
"""The format that keeps the order in which layers were made; others sort by name."""


class Matching(NamedTuple):
    """A proposal.

    Args:
        names: the tensor of each weight by the weight's name, those of the same name left out.
        same: how many weights have the same name in both.
        weights: the weights for which none was found.
        tensors: the tensors that are left.
    """

    names: Mapping[str, str]
    same: int
    weights: tuple[str, ...]
    tensors: tuple[str, ...]

    def __str__(self) -> str:
        """A line for each pair, then what is left."""
        total = self.same + len(self.names) + len(self.weights)
        lines = [f"{called} -> {name}" for name, called in self.names.items()]
        lines.append(f"{self.same + len(self.names)} of {total} weights have a tensor, {self.same} of the same name")
        lines += [f"no tensor for {name}" for name in self.weights]
        lines += [f"no weight for {name}" for name in self.tensors]
        return "\n".join(lines)

    def json(self) -> str:
        """The proposal as a file that `read_names` takes."""
        return json.dumps(dict(self.names), indent=2) + "\n"


def read_names(path: Path, checkpoint: Checkpoint) -> dict[str, str]:
    """The tensor of each weight as a file tells it: what `Matching.json` gives, corrected by whoever knows better.

    Raises:
        UsageError: it cannot be read, is of another form, or names a tensor that there is not, or one twice.
    """
    try:
        found = json.loads(path.read_text("utf-8")) if path.stat().st_size <= LARGEST else None
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: names cannot be read: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found.values()):
        raise UsageError(f'{path}: names are {{"layer1.conv1.weight": "features.0.weight", ...}}')
    unknown = [name for name in found.values() if name not in checkpoint.tensors]
    if unknown:
        near = did_you_mean(unknown[0], checkpoint.tensors)
        raise UsageError(f"{path}: {checkpoint.file} has no tensor {unknown[0]}{near}")
    twice = next((name for name, count in Counter(found.values()).items() if count > 1), None)
    if twice:
        raise UsageError(f"{path}: {twice} stands for several weights; write share where they are one")
    return found


class _Layer(NamedTuple):
    """The weights of one layer, in a file or in a design: their kinds and shapes, and their names."""

    signature: frozenset[tuple[str, tuple[int, ...] | None]]
    names: Mapping[str, str]


def match(graph: Graph, checkpoint: Checkpoint) -> Matching:
    """Propose which tensor is which weight: layers with weights of the same kinds and shapes, in the same order.

    Args:
        graph: the design.
        checkpoint: the file.
    """
    pairs = paired(graph, checkpoint.tensors)
    ours = _ours(pairs.missing)
    ordered = checkpoint.format == ORDERED
    theirs = _theirs(pairs.unexpected if ordered else sorted(pairs.unexpected, key=_natural), checkpoint.tensors)
    names: dict[str, str] = {}
    for mine, other in _aligned(ours, theirs):
        names |= {mine.names[kind]: other.names[kind] for kind in mine.names}
    taken = set(names.values())
    weights = tuple(weight.names[-1] for weight in pairs.missing if weight.names[-1] not in names)
    left = tuple(name for name in pairs.unexpected if name not in taken and name.rpartition(".")[2] not in IGNORED)
    return Matching(names, len(pairs.found), weights, left)


def _natural(name: str) -> list[tuple[int, str]]:
    """A name with its numbers as numbers: `layer.10` comes after `layer.2`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]{1,9})", name)]


def _ours(missing: Iterable[Wanted]) -> list[_Layer]:
    layers: dict[str, list[tuple[str, tuple[int, ...] | None, str]]] = {}
    for weight in missing:
        layers.setdefault(weight.node.name, []).append((weight.weight, weight.shape, weight.names[-1]))
    return [*map(_layer, layers.values())]


def _theirs(unexpected: Iterable[str], tensors: Mapping[str, Stored]) -> list[_Layer]:
    layers: dict[str, list[tuple[str, tuple[int, ...] | None, str]]] = {}
    for name in unexpected:
        layer, _, kind = name.rpartition(".")
        layers.setdefault(layer, []).append((kind, tensors[name].shape, name))
    return [*map(_layer, layers.values())]


def _layer(weights: Sequence[tuple[str, tuple[int, ...] | None, str]]) -> _Layer:
    return _Layer(frozenset((k, shape) for k, shape, _ in weights), {kind: name for kind, _, name in weights})


def _aligned(ours: list[_Layer], theirs: list[_Layer]) -> list[tuple[_Layer, _Layer]]:
    """Kinds of layers that occur equally often, in order; of what is left, runs of the same layers."""
    kinds = [_kinds(layers) for layers in (ours, theirs)]
    alike = [(mine, kinds[1].get(signature, [])) for signature, mine in kinds[0].items()]
    found = [pair for mine, other in alike if len(mine) == len(other) for pair in zip(mine, other, strict=True)]
    known = {id(layer) for pair in found for layer in pair}
    ours, theirs = ([layer for layer in layers if id(layer) not in known] for layers in (ours, theirs))
    if max(len(ours), len(theirs)) <= MOST_LAYERS:
        first, second = ([layer.signature for layer in layers] for layers in (ours, theirs))
        blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
        found += [pair for a, b, n in blocks for pair in zip(ours[a : a + n], theirs[b : b + n], strict=True)]
    return found


def _kinds(layers: Iterable[_Layer]) -> dict[Any, list[_Layer]]:
    kinds: dict[Any, list[_Layer]] = {}
    for layer in layers:
        kinds.setdefault(layer.signature, []).append(layer)
    return kinds
