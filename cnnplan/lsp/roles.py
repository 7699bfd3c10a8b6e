"""The path of a value in; what the language wants there out: a verb, an argument, the name of a layer, ..."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from cnnplan.spec.words import STRUCTURES, WIRING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.findings import Path

__all__ = ["EXPRESSIONS", "Role", "role"]

EXPRESSIONS: Final = frozenset({"argument", "truth", "count", "default", "extent", "value", "promise"})
"""The roles of values that may be expressions."""


class Role(NamedTuple):
    """What stands at a path.

    Args:
        kind: what is wanted there: a key of `_BELOW`, or one of EXPRESSIONS.
        block: the block that it is in, "" outside of blocks.
        entry: the path of the innermost entry around it, () where there is none.
        verb: the verb whose arguments it is in, "" where it is in none.
    """

    kind: str
    block: str = ""
    entry: Path = ()
    verb: str = ""


_ANY: Final = "*"

_BELOW: Final[Mapping[str, Mapping[str, str]]] = {
    "spec": {
        "symbols": "symbols",
        "input": "input",
        "inputs": "inputs",
        "include": "includes",
        "blocks": "blocks",
        "layers": "entries",
        "outputs": "names",
        "frozen": "texts",
        "expect": "promises",
        "dtype": "dtype",
        "name": "text",
        "description": "text",
        "cnnplan": "version",
    },
    "symbols": {_ANY: "symbol"},
    "symbol": {
        **dict.fromkeys(("default", "min", "max", "multiple_of"), "value"),
        "choices": "choices",
        "description": "text",
    },
    "choices": {_ANY: "value"},
    "inputs": {_ANY: "input"},
    "input": {"shape": "extents", "dtype": "dtype", "below": "extent", _ANY: "extent"},
    "extents": {_ANY: "extent"},
    "includes": {_ANY: "file"},
    "blocks": {_ANY: "block"},
    "block": {"args": "args", "inputs": "ports", "layers": "entries", "outputs": "names"},
    "args": {_ANY: "default"},
    "ports": {_ANY: "port"},
    "entries": {_ANY: "entry"},
    "entry": {
        "branches": "branches",
        "sequence": "entries",
        "name": "name",
        "from": "names",
        "repeat": "repeat",
        "when": "truth",
        "share": "share",
        "ignore": "rules",
        "origin": "text",
        "trainable": "flag",
        _ANY: "arguments",
    },
    "arguments": {_ANY: "argument"},
    "branches": {"paths": "paths", "join": "join"},
    "paths": {_ANY: "path"},
    "path": {
        "layers": "entries",
        "when": "truth",
        "from": "names",
        "name": "name",
        "repeat": "repeat",
        _ANY: "entry",
    },
    "join": {_ANY: "arguments"},
    "repeat": {_ANY: "count"},
    "names": {_ANY: "names"},
    "texts": {_ANY: "text"},
    "rules": {_ANY: "rules"},
    "promises": {_ANY: "promise"},
    "promise": {"at": "bindings", "that": "promise"},
    "bindings": {_ANY: "value"},
}
"""What stands below what, by the key or, with `*`, whatever the key is."""


@lru_cache(maxsize=65_536)
def role(path: Path) -> Role:
    """What stands at a path of a spec."""
    kind, block, verb = "spec", "", ""
    entry: Path = ()
    for at, step in enumerate(path):
        below = _BELOW.get(kind)
        if below is None:
            kind = kind if kind in EXPRESSIONS else "unknown"
            continue
        before, kind = kind, below.get(step if isinstance(step, str) else _ANY, below.get(_ANY, "unknown"))
        if before == "path" and isinstance(step, str) and kind == "entry":
            kind = "unknown"
        if kind == "block":
            block = str(step)
        elif kind == "entry":
            entry, verb = path[: at + 1], ""
        elif before in ("entry", "join") and kind == "arguments":
            verb = str(step)
    return Role(kind, block, entry, verb)


def is_verb(step: object) -> bool:
    """Whether a key of an entry may be its verb."""
    return isinstance(step, str) and step not in WIRING and step not in STRUCTURES
