"""Files of blocks: what others include. On their own they are judged as far as blocks are before they are called."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from cnnplan.errors import SpecError, UsageError
from cnnplan.spec import load_spec
from cnnplan.spec.source import read_text

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.findings import Finding

__all__ = ["faults", "is_library", "is_spec"]

_KEY = r"""^\{?[ ]*["']?(%s)["']?[ ]*:"""
_OURS = re.compile(_KEY % "cnnplan", re.MULTILINE)
_BLOCKS = re.compile(_KEY % "blocks", re.MULTILINE)
_NETWORK = re.compile(_KEY % "input|inputs|layers", re.MULTILINE)


def is_spec(file: Path) -> bool:
    """Whether a file that was found in a folder is written in the language, and not for another program."""
    return _OURS.search(_text(file)) is not None


def is_library(file: Path) -> bool:
    """Whether a file holds blocks and no network."""
    text = _text(file)
    return _BLOCKS.search(text) is not None and _NETWORK.search(text) is None


def faults(file: Path) -> list[Finding]:
    """What is wrong with the blocks of a library, whoever calls them."""
    spec = f"cnnplan: 1\ninclude: [{json.dumps(file.name)}]\ninput: [1]\nlayers: [identity]\n"
    try:
        load_spec(spec, root=file.parent)
    except SpecError as error:
        return list(error.findings)
    return []


def _text(file: Path) -> str:
    try:
        return read_text(file)
    except UsageError:
        return ""
