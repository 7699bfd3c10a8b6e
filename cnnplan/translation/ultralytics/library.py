"""The modules as blocks of our language: those that a file names, and those that they are made of."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cnnplan.spec.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FOLDER", "known", "library"]

FOLDER: Final = Path(__file__).parent / "blocks"
"""One file a family."""

_BLOCK: Final = re.compile(r"^  (\w+):.*\n(?:(?:    .*)?\n)*", re.MULTILINE)
_WORD: Final = re.compile(r"\b_?[A-Z]\w+")


@cache
def _texts() -> dict[str, str]:
    """The text of every block by name."""
    files = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))]
    return {match[1]: match[0] for text in files for match in _BLOCK.finditer(text.partition("\nblocks:\n")[2])}


def known() -> frozenset[str]:
    """The names of all blocks."""
    return frozenset(_texts())


def library(wanted: Iterable[str], activation: str) -> tuple[Source, ...]:
    """The blocks of these names, and those that they call, each as a file of blocks.

    Args:
        wanted: names; those of no block are passed over.
        activation: the verb that stands for a file's own activation.
    """
    texts = _texts()
    chosen: dict[str, None] = {}
    waiting = sorted(set(wanted) & set(texts), reverse=True)
    while waiting:
        name = waiting.pop()
        if name not in chosen:
            chosen[name] = None
            waiting.extend(sorted(_called(name) - set(chosen), reverse=True))
    return tuple(_read(name, activation) for name in chosen)


@cache
def _called(name: str) -> frozenset[str]:
    """The blocks that a block calls."""
    return frozenset(_WORD.findall(_texts()[name])) & known()


@cache
def _read(name: str, activation: str) -> Source:
    text = _texts()[name].replace("act: activation", f"act: {activation}")
    return Source(str(FOLDER / name), f"cnnplan: 1\nblocks:\n{text}")
