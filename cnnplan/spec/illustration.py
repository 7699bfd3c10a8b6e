"""How an operator is written, for who left out what it needs: the example of its documentation, as YAML."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any, Final

from cnnplan.lazy import pattern
from cnnplan.ops import OPERATORS

__all__ = ["illustration"]

_EXAMPLE: Final = pattern(r">>> .*?\b([A-Z]\w*\((?:[^()]|\([^()]*\))*\))")
"""The operator as it is made in the first example of a docstring."""


@cache
def illustration(verb: str) -> str:
    """The arguments of the example, such as `roll: {shifts: [-3, -3], dims: [1, 2]}`; "" where there is none."""
    found = _EXAMPLE.search(OPERATORS[verb].__doc__ or "") if verb in OPERATORS else None
    made = ast.parse(found[1], mode="eval").body if found else None
    if not isinstance(made, ast.Call) or not made.keywords:
        return ""
    pairs = (f"{each.arg}: {_written(ast.literal_eval(each.value))}" for each in made.keywords)
    return f"{verb}: {{{', '.join(pairs)}}}"


def _written(value: Any) -> str:
    """A value in YAML."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_written, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f'"{value}"' if isinstance(value, str) and "," in value else str(value)
