"""Layers, blocks and groups by name or pattern: `stem`, `layer1.*.conv1`, `*.batch_norm1`."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = ["is_meant", "unmatched"]


def is_meant(name: str, pattern: str) -> bool:
    """Whether a layer, or a group that it stands in, is called so."""
    return any(fnmatchcase(group, pattern) for group in _groups(name))


def unmatched(patterns: Iterable[str], names: Collection[str]) -> Iterator[tuple[int, str]]:
    """The names and patterns that mean no layer: their number, and what to say."""
    for number, pattern in enumerate(patterns):
        if not any(is_meant(name, pattern) for name in names):
            near = did_you_mean(pattern, {part for name in names for part in _groups(name)})
            yield number, f"{pattern} is no layer, block or group, and no pattern of one{near}"


def _groups(name: str) -> Iterator[str]:
    """A layer, and the blocks and groups that it stands in."""
    while name:
        yield name
        name = name.rpartition(".")[0]
