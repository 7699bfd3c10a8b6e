"""Lines of Python as a formatter lays them out."""

from __future__ import annotations

import ast
import builtins
import re
from typing import Final

__all__ = ["WIDTH", "laid", "sound", "unknown"]

WIDTH: Final = 88


def laid(line: str, room: int = 0) -> list[str]:
    """A line, or, where it is too long, the arguments of its call on lines of their own.

    Args:
        line: with its indentation.
        room: how many characters come behind it.
    """
    indent = line[: len(line) - len(line.lstrip())]
    text = _quoted(line.strip())
    if len(indent) + len(text) <= WIDTH - room:
        return [indent + text]
    if not text.endswith(")"):
        target, is_given, value = text.partition(" = ")
        fits = is_given and target.isidentifier() and len(indent) + 4 + len(value) <= WIDTH and " + " in value
        return [f"{indent}{target} = (", f"{indent}    {value}", f"{indent})"] if fits else [indent + text]
    middle = _called_again(text)
    if middle:
        *begun, last = _broken(indent, text[:middle])
        return [*begun, last + text[middle:]]
    return _broken(indent, text)


def _called_again(text: str) -> int:
    """Where the second bracket opens of `x = f(a)(b)`; 0 where it is something else."""
    begun = text.find("(")
    if " = " not in text[:begun] and not text.startswith("return "):
        return 0
    depth = 0
    for at in range(begun, len(text)):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth == 0:
            return at + 1 if text[at + 1 : at + 2] == "(" else 0
    return 0


def _broken(indent: str, text: str) -> list[str]:
    """A call with its arguments on lines of their own."""
    opened = _opening(text)
    head, inside = text[: opened + 1], text[opened + 1 : -1]
    is_tuple = head.endswith(" (") and len(_parts(inside)) > 1
    if len(indent) + 4 + len(inside) <= WIDTH and not inside.endswith(",") and not is_tuple:
        return [indent + head, f"{indent}    {inside}", f"{indent})"]
    parts = [f"{indent}    {part}," for part in _parts(inside)]
    return [indent + head, *(piece for part in parts for piece in _nested(part)), f"{indent})"]


def _nested(line: str) -> list[str]:
    """A part that is itself too long."""
    if len(line) <= WIDTH:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    either = _either(line.strip().removesuffix(","))
    if either:
        yes, on, no = either
        return [*laid(indent + yes), f"{indent}if {on}", f"{indent}else {no},"]
    if line.startswith(f"{indent}[") and line.endswith("],") and _is_list(line.strip()[:-1]):
        parts = _parts(line.strip()[1:-2])
        return [f"{indent}[", *(piece for part in parts for piece in _nested(f"{indent}    {part},")), f"{indent}],"]
    if not line.endswith("),"):
        return [line]
    *rest, last = laid(line[:-1], 1)
    return [*rest, f"{last},"]


def _is_list(text: str) -> bool:
    """Whether it is a list of elements, and no comprehension."""
    return isinstance(ast.parse(text, mode="eval").body, ast.List)


def _either(text: str) -> tuple[str, str, str] | None:
    """`a if b else c` as its parts."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(node, ast.IfExp):
        return None
    spans = [(each.col_offset, each.end_col_offset) for each in (node.body, node.test, node.orelse)]
    yes, on, no = (text[begin:end] for begin, end in spans)
    return yes, on, no


def _quoted(text: str) -> str:
    text = re.sub(r"(?<![\w.)\]]\*)\b([\w.]+) \*\* ([\w.]+)\b", r"\1**\2", text)
    return text if 'f"' in text else re.sub(r"'([^'\"]*)'", r'"\1"', text)


def _opening(text: str) -> int:
    """Where the bracket opens that the text ends with."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] in ")]}") - (text[at] in "([{")
        if depth == 0:
            return at
    return 0


def _parts(inside: str) -> list[str]:
    """The arguments of a call."""
    found, depth, begun, quoted = [], 0, 0, False
    for at, letter in enumerate(inside):
        depth += (letter in "([{") - (letter in ")]}")
        quoted ^= letter == '"'
        if letter == "," and depth == 0 and not quoted:
            found.append(inside[begun:at].strip())
            begun = at + 1
    return [*found, inside[begun:].strip()] if inside[begun:].strip() else found


def sound(text: str) -> bool:
    """Whether a text is Python."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def unknown(text: str) -> list[str]:
    """The names of a module that nothing in it gives a meaning, in alphabetical order."""
    given, read = set(dir(builtins)), set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(name, ast.Load()):
                read.add(name)
            case ast.Name(name):
                given.add(name)
            case ast.arg(name) | ast.ClassDef(name) | ast.FunctionDef(name):
                given.add(name)
            case ast.alias(name, asname):
                given.add(asname or name.partition(".")[0])
    return sorted(read - given)
