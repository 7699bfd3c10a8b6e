"""What is really wrong where YAML's own words are of little help."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cnnplan.lazy import pattern
from cnnplan.spec.scalars import UNITS
from cnnplan.spec.words import WIRING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import yaml

__all__ = ["QUOTED", "as_list", "balance", "glued", "repair", "syntax", "unreadable"]

QUOTED: Final = "in { } or [ ] an expression with a comma or a bracket is quoted"

_GLUED: Final = pattern(r"([A-Za-z_][A-Za-z0-9_.]*):([^\s:].*)")
_BARE: Final = pattern(r"\s*-\s+([A-Za-z_][A-Za-z0-9_.]*)\s*(#.*)?")
_ITEM: Final = pattern(r"( *)- ")
_DASH: Final = pattern(r"(\s*)-([A-Za-z_][A-Za-z0-9_.]*)(\s*$|:\s)")
_TEMPLATE: Final = pattern(r"\s*(?:\$\{?|\{\{|\{%|%\()\s*([A-Za-z_]\w*)\s*(?:\}\}?|%\}|\)s?)?\s*")
_TUPLE: Final = pattern(r"\([^()\[\]{}]*,[^()\[\]{}]*\)")
_KEY: Final = pattern(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*:(\s|$)")


def balance(text: str) -> int:
    """How many brackets of a text stay open."""
    return sum((char in "([") - (char in ")]") for char in text)


def repair(pieces: Sequence[tuple[str, Any]], *, mapping: bool) -> tuple[list[tuple[str, Any]], list[tuple[int, str]]]:
    """Put together again what commas tore apart: the pieces as they were meant; where an expression began, and it."""
    whole: list[tuple[str, Any]] = []
    torn: list[tuple[int, str]] = []
    start = 0
    for at, (key, value) in enumerate(pieces):
        meant = whole[-1][1] if whole else None
        if isinstance(meant, str) and balance(meant) > 0 and (value is None or not mapping):
            whole[-1] = (whole[-1][0], f"{meant}, {key if mapping else value}")
            if balance(whole[-1][1]) <= 0:
                torn.append((start, whole[-1][1]))
        else:
            start = at
            whole.append((key, value))
    return whole, torn


def glued(text: str) -> str:
    """What to write for `stride:2`, "" where the text is nothing of that kind."""
    match = _GLUED.fullmatch(text)
    if match is None:
        return ""
    whole = match[2].isalnum()
    return f"a space is missing after the colon of {match[1]}" + (f": write {match[1]}: {match[2]}" if whole else "")


def as_list(text: str) -> str:
    """`[3, 3]` for `(3, 3)`, "" for a text that is no list of Python's."""
    return f"[{text[1:-1].rstrip(', ')}]" if _TUPLE.fullmatch(text) else ""


def unreadable(text: str) -> str:
    """What to say of a text that is no expression."""
    if match := _TEMPLATE.fullmatch(text):
        return f"{text} is no template: a name stands by itself, write {match[1]}"
    shown = repr(text if len(text) <= 60 else f"{text[:57]}...")  # noqa: PLR2004
    return f"cannot read the expression {shown}{_meant(text)}"


def _meant(text: str) -> str:
    for wrong, right in (("&&", "and"), ("||", "or"), ("?", "a if c else b"), ("^", "**")):
        if wrong in text:
            return f": write {right} for {wrong}"
    if re.search(r"\bif\b", text) and not re.search(r"\belse\b", text):
        return ": an if has an else, a if c else b"
    if re.search(r"(?<![=!<>])=(?!=)", text):
        return ": write == to compare"
    if apart := re.search(r"\b(\d[\d_.]*)\s+([kKMGT][A-Za-z]*)\b", text):
        close = f"write {apart[1]}{apart[2]}" if apart[2] in UNITS else f"units are {' '.join(UNITS)}"
        return f": a unit stands right behind its number: {close}"
    open_ = balance(re.sub(r"\"[^\"]*\"|'[^']*'", "", text))
    return ": a bracket is not closed" if open_ > 0 else ": a bracket is not opened" if open_ < 0 else ""


def syntax(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> tuple[str, str, int, int]:
    """Message, hint, line and column (from 0) of a text that is no YAML."""
    mark: Any = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    special = (
        _under_bare_verb(error, lines, line)
        or _too_deep(error, lines, line)
        or _no_space(error, lines)
        or _tab(lines, line, column)
        or _glued_dash(lines, line)
        or _open_end(error, lines)
        or _behind_bracket(error, lines, line, column)
    )
    if special:
        return special
    problem = str(error.problem)
    context = f" {error.context}" if error.context else ""
    advice = _advice(problem, lines, line, column)
    if advice == QUOTED:
        return "this bracket tears the expression before it apart", advice, line, column
    return f"not readable as YAML: {problem}{context}", advice, line, column


def _text(lines: Sequence[str], line: int) -> str:
    return lines[line] if 0 <= line < len(lines) else ""


def _under_bare_verb(error: yaml.MarkedYAMLError, lines: Sequence[str], line: int) -> tuple[str, str, int, int] | None:
    """`name: act` under `- relu`, which has no colon."""
    key, verb = _KEY.match(_text(lines, line)), _BARE.fullmatch(_text(lines, line - 1))
    if "mapping values are not allowed" not in str(error.problem) or not key or not verb:
        return None
    what = "the wiring key " if key[1] in WIRING else ""
    message = f"{what}{key[1]} stands under a bare verb: write `- {verb[1]}:` with a colon"
    return message, "", line, key.start(1)


def _too_deep(error: yaml.MarkedYAMLError, lines: Sequence[str], line: int) -> tuple[str, str, int, int] | None:
    """`- max_pool: ...` further to the right than the `- relu` above it."""
    here, above = _ITEM.match(_text(lines, line)), _ITEM.match(_text(lines, line - 1))
    if "mapping values are not allowed" not in str(error.problem) or not here or not above:
        return None
    if len(here[1]) <= len(above[1]):
        return None
    hint = "layers that follow each other begin in one column; those inside a sequence stand below `- sequence:`"
    return "this `-` stands further to the right than the one above it", hint, line, len(here[1])


def _no_space(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> tuple[str, str, int, int] | None:
    """`stride:2` on a line of its own."""
    marks: list[Any] = [mark for mark in (error.context_mark, error.problem_mark) if mark]
    for line in [line for mark in marks for line in (mark.line, mark.line - 1)]:
        text = _text(lines, line)
        if message := glued(text.strip().removeprefix("- ")):
            return message, "", line, len(text) - len(text.lstrip())
    return None


def _tab(lines: Sequence[str], line: int, column: int) -> tuple[str, str, int, int] | None:
    text = _text(lines, line)
    if "\t" not in text[: len(text) - len(text.lstrip())]:
        return None
    return "a tab indents this line: YAML indents with spaces", "", line, column


def _glued_dash(lines: Sequence[str], line: int) -> tuple[str, str, int, int] | None:
    """`-relu` on the line at fault, or on one that YAML reads together with it."""
    while line > 0 and not _text(lines, line).strip():
        line -= 1
    for at in (line - 1, line):
        if match := _DASH.match(_text(lines, at)):
            return f"a space is missing after the dash: write - {match[2]}", "", at, len(match[1])
    return None


def _open_end(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> tuple[str, str, int, int] | None:
    """A bracket or a key that goes on where the next line begins something else."""
    start, end = error.context_mark, error.problem_mark
    if not start or not end or start.line >= end.line:
        return None
    if "could not find expected ':'" in str(error.problem):
        return "a colon is missing here", "a key stands before its value as in `name: stem`", start.line, start.column
    indents = [len(text) - len(text.lstrip()) for text in (_text(lines, start.line), _text(lines, start.line + 1))]
    if "while parsing a flow" in str(error.context) and indents[1] <= indents[0]:
        return "this bracket is not closed", "", start.line, start.column
    return None


def _behind_bracket(
    error: yaml.MarkedYAMLError, lines: Sequence[str], line: int, column: int
) -> tuple[str, str, int, int] | None:
    """`- conv: {...},` or `- conv: {...} relu`."""
    before, behind = _text(lines, line)[:column].rstrip(), _text(lines, line)[column:].strip()
    if "did not find expected key" not in str(error.problem) or before[-1:] not in ("}", "]") or not behind:
        return None
    return f"nothing may stand behind this bracket: here is {behind[:40]}", "", line, column


def _advice(problem: str, lines: Sequence[str], line: int, column: int) -> str:
    if "expected ',' or" in problem and _text(lines, line)[column : column + 1] in ("[", "{"):
        return QUOTED
    if "mapping values are not allowed" in problem:
        return "a text that holds ': ' is quoted"
    if "expected '-' indicator" in problem or "expected <block end>" in problem:
        return "what belongs together begins in the same column: wiring keys exactly below their verb"
    if "cannot start any token" in problem:
        return "a text that begins with @ ` or % is quoted"
    return ""
