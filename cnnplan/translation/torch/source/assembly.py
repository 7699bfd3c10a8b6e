"""A class as lines: its head, what it makes, what it does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cnnplan.translation.layout import laid
from cnnplan.translation.torch.source.helpers import HELPERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.translation.torch.source.classes import Class

__all__ = ["class_lines", "class_name", "inlined", "remembered", "row_lines", "settled", "together"]

INDENT: Final = "    "
TAKEN: Final = frozenset({*HELPERS, "Tensor", "Any", "F", "DeformConv2d", "None", "True", "False"})


def class_lines(  # noqa: PLR0913, PLR0917 - what a class is made of
    name: str,
    title: str,
    signature: list[str],
    init: list[str],
    variables: list[str],
    forward: list[str],
    result: str,
    kind: str,
    label: list[str] | None = None,
) -> list[str]:
    """The lines of a class."""
    first, *more = title.split("\n")
    lines = [f"class {name}(nn.Module):", f'{INDENT}"""{first}' + ('"""' if not more else "")]
    lines += [f"{INDENT}{line}".rstrip() for line in more[:-1]] + ([f'{INDENT}"""'] if more else []) + [""]
    lines += [INDENT + line for line in label or ()] + ([""] if label else [])
    if init or len(signature) > 1:
        lines += _laid(f"def __init__({', '.join(signature)}) -> None:", INDENT)
        lines += [f"{INDENT * 2}super().__init__()"]
    for line in init:
        lines += laid(INDENT * 2 + line)
    lines += [""] if init or len(signature) > 1 else []
    told = ["self", *(each if ":" in each else f"{each}: Tensor" for each in variables)]
    lines += _laid(f"def forward({', '.join(told)}) -> {kind}:", INDENT)
    body = list(forward)
    if (body and body[-1] == "") or not body:
        body = [line for line in body if line]
    last = body[-1] if body else ""
    if last.startswith(f"{result} = ") and "\n" not in last:
        body[-1] = f"return {last[len(result) + 3 :]}"
    else:
        body.append(f"return {result}")
    for line in body:
        lines += laid(INDENT * 2 + line)
    return lines


def row_lines(name: str, title: str, signature: list[str], modules: list[str]) -> list[str]:
    """The lines of a class that calls its modules one behind the other."""
    first, *more = title.split("\n")
    lines = [f"class {name}(nn.Sequential):", f'{INDENT}"""{first}' + ('"""' if not more else "")]
    lines += [f"{INDENT}{line}".rstrip() for line in more[:-1]] + ([f'{INDENT}"""'] if more else []) + [""]
    lines += _laid(f"def __init__({', '.join(signature)}) -> None:", INDENT)
    return [*lines, *laid(f"{INDENT * 2}super().__init__({', '.join(modules)})")]


def settled(line: str, known: Mapping[str, str]) -> str:
    """A line with the values of arguments that nobody gives in their places."""
    for name, text in known.items():
        line = re.sub(rf"(?<![\w.\"'])\b{name}\b(?!\s*=[^=])", text, line)
    return line


def inlined(body: Class, name: str, text: str) -> bool:
    """Put what nobody gives in its place, where it is a name or an argument that is used once; whether it was."""
    uses = re.findall(rf"(?<![\w.\"']){name}\b(?!\s*=[^=])", "\n".join([*body.init, *body.forward]))
    alone = re.findall(rf"[=(] ?{name}(?=[,)])|, {name}(?=[,)])", "\n".join(body.init))
    if not text.isidentifier() and len(uses) > len(alone[:1]):
        return False
    body.init, body.forward = ([settled(line, {name: text}) for line in lines] for lines in (body.init, body.forward))
    return True


def together(body: Class) -> None:
    """Let a loop run through all modules of a class only where there are no others."""
    made = [line for line in body.init if re.match(r"self\.[\w.]+(: nn\.Module)? = [\w.]+\(", line)]
    if body.beside and made and "for block in self.children():" in body.forward:
        at = body.forward.index("for block in self.children():")
        head, line = body.beside
        length = re.sub(r"^for (\w+) in range\((.*)\):$", r"\2", head)
        if not length.isdigit():
            body.init.append(f"self.depth = {length}")
            head = head.replace(f"range({length})", "range(self.depth)")
        body.forward[at : at + 2] = [head, line]


def remembered(forward: list[str], names: list[str]) -> tuple[list[str], list[str]]:
    """The lines of `forward` with the arguments that they use as attributes, and what keeps these."""
    text = "\n".join(forward)
    kept = []
    for name in names:
        changed = re.sub(rf"(?<![\w.\"'])\b{name}\b(?!\s*=[^=])(?!\w)", f"self.{name}", text)
        if changed != text:
            kept.append(f"self.{name} = {name}")
            text = changed
    return text.split("\n") if text else [], kept


def _laid(text: str, indent: str) -> list[str]:
    """The head of a function, its parameters on lines of their own where it is long."""
    if len(indent) + len(text) <= 88:  # noqa: PLR2004 - the width of a line
        return [indent + text]
    head, _, rest = text.partition("(")
    inside, _, tail = rest.rpartition(")")
    if len(indent) * 2 + len(inside) <= 88:  # noqa: PLR2004 - the same
        return [f"{indent}{head}(", f"{indent * 2}{inside}", f"{indent}){tail}"]
    return [f"{indent}{head}(", *(f"{indent * 2}{part.strip()}," for part in _split(inside)), f"{indent}){tail}"]


def _split(text: str) -> list[str]:
    found, depth, begun = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            found.append(text[begun:at])
            begun = at + 1
    return [*found, text[begun:]]


def class_name(name: str) -> str:
    """`conv_bn` as ConvBn, `resnet50` as ResNet50; what a file calls something else itself as ...Block."""
    parts = (re.sub(r"(?<=[a-z])net(?=\d*$)", "Net", part) for part in name.split("_"))
    called = "".join(part[:1].upper() + part[1:] for part in parts) or "Block"
    return f"{called}Block" if called in TAKEN else called
