"""What a file that cnnplan wrote tells of itself beside its graph: its symbols, and the weights that were left out."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.onnx.wire import Damaged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.spec import Symbol

__all__ = ["BUFFERS", "FROZEN", "SYMBOLS", "WEIGHTS", "declared", "listed", "symbols"]

SYMBOLS: Final = "cnnplan.symbols"
"""The key of what is declared of the extents that may vary, as JSON."""

WEIGHTS: Final = "cnnplan.weights"
"""The key of the names of inputs that are weights which were left out, a line each."""

BUFFERS: Final = "cnnplan.buffers"
"""The key of the names of tensors that nobody trained, a line each."""

FROZEN: Final = "cnnplan.frozen"
"""The key of the names of weights that are trained no more, a line each."""

FIELDS: Final = ("default", "min", "max", "multiple_of")
"""What is told of a symbol: whole numbers."""

LONGEST: Final = 100_000
MOST: Final = 2**53


def symbols(told: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """What a file declares of its symbols; nothing where another program wrote it.

    Raises:
        Damaged: what stands there is none of it.
    """
    text = told.get(SYMBOLS, "{}")
    try:
        found = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(map(_is_declaration, found.values())):
        raise Damaged(f"{SYMBOLS} does not tell of symbols")
    return found


def _is_declaration(value: Any) -> bool:
    return isinstance(value, dict) and all(
        key in FIELDS and type(number) is int and 0 <= number <= MOST and (number or key != "multiple_of")
        for key, number in value.items()
    )


def listed(told: Mapping[str, str], key: str) -> frozenset[str]:
    """The names under a key, of weights that were left out, of buffers, or of what is frozen."""
    return frozenset(told.get(key, "").splitlines())


def declared(given: Mapping[str, Symbol]) -> str:
    """The same of symbols as the text that is stored."""
    return json.dumps({name: found for name, symbol in given.items() if (found := _declaration(symbol))})


def _declaration(symbol: Symbol) -> dict[str, int]:
    if symbol.choices is not None:
        return {}
    values = ((key, getattr(symbol, key)) for key in FIELDS)
    return {key: int(n) for key, n in values if isinstance(n, int | Fraction) and n == int(n) and n >= 0}
