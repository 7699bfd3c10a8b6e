"""Where a program puts a size into words: the text of an assertion, of an error, of a warning decides nothing."""

from __future__ import annotations

import ast
import linecache
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import CodeType, FrameType

__all__ = ["is_message"]

CHECKING: Final = {"_assert", "_check", "trace_assert"}
"""Functions that raise a text; what they check is their first argument."""

TELLING: Final = {*CHECKING, "debug", "error", "info", "print", "warn", "warning", "warning_once"}
"""Functions that do nothing else with a text than to show it."""

Span = tuple[tuple[int, int], tuple[int, int]]


def is_message(frame: FrameType) -> bool:
    """Whether the instruction that a program is at puts a number into a text that is only told.

    Args:
        frame: the line of the program.
    """
    begin, end = _position(frame.f_code, frame.f_lasti)
    return any(start <= begin and end <= stop for start, stop in _messages(frame.f_code.co_filename))


def _position(code: CodeType, instruction: int) -> Span:
    """Where an instruction stands in its file; nowhere where that is not known."""
    found = next(islice(code.co_positions(), instruction // 2, None), (None,) * 4)
    line, last, column, until = (0 if each is None else each for each in found)
    return (line, column), (last, until)


@cache
def _messages(file: str) -> tuple[Span, ...]:
    """The places of all such texts in a file."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return ()
    return tuple(map(_span, (text for node in ast.walk(tree) for text in _texts(node))))


def _texts(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assert):
        return [node.msg] if node.msg else []
    if isinstance(node, ast.Raise):
        return [node.exc] if node.exc else []
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in TELLING:
            return node.args[1:] if name in CHECKING else node.args
    return []


def _span(node: ast.expr) -> Span:
    return (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
