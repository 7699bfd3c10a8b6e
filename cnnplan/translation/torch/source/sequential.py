"""Modules by number, called one behind the other: an `nn.Sequential`, with the functions between them as modules."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from cnnplan.translation.expressions import Unwritable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["in_a_row", "listed"]

MODULES: Final = {
    "torch.relu": "nn.ReLU", "torch.sigmoid": "nn.Sigmoid", "torch.tanh": "nn.Tanh", "F.silu": "nn.SiLU",
    "F.gelu": "nn.GELU", "F.relu6": "nn.ReLU6", "F.hardswish": "nn.Hardswish", "F.hardsigmoid": "nn.Hardsigmoid",
    "F.mish": "nn.Mish", "F.elu": "nn.ELU", "F.leaky_relu": "nn.LeakyReLU", "torch.flatten": "nn.Flatten",
    "F.max_pool1d": "nn.MaxPool1d", "F.max_pool2d": "nn.MaxPool2d", "F.max_pool3d": "nn.MaxPool3d",
    "F.avg_pool1d": "nn.AvgPool1d", "F.avg_pool2d": "nn.AvgPool2d", "F.avg_pool3d": "nn.AvgPool3d",
    "F.adaptive_avg_pool2d": "nn.AdaptiveAvgPool2d",
}  # fmt: skip
"""The modules that do what functions do, with the same arguments behind the first."""

MOST_EMPTY: Final = 3
"""Numbers in a row that no module has."""

Path = tuple[int, ...]
Step = tuple[Path, str]
"""What is called: a module by its numbers, or by () what makes one."""


def in_a_row(modules: Mapping[Path, str], forward: Sequence[str], inputs: Sequence[str], result: str) -> list[str]:
    """What makes each module of a class that has no others, in order; nothing where it does something else.

    Args:
        modules: what makes those with numbers, which are called `self[number]`.
        forward: the lines of `forward`, without the one that returns.
        inputs: its variables.
        result: the variable that it gives.
    """
    if not modules or len(inputs) != 1:
        return []
    steps, end = _steps(forward, "self", inputs[0])
    return _placed(steps, modules) if steps and end == result else []


def listed(head: str, modules: Mapping[Path, str], forward: list[str]) -> tuple[str, list[str]]:
    """What makes a list of modules, and `forward` with one call of it where they are called in a row.

    Args:
        head: the attribute.
        modules: what makes each, by its numbers.
        forward: all lines, with the one that returns.

    Raises:
        Unwritable: too many numbers have no module.
    """
    attribute = f"self.{head}"
    at = [number for number, line in enumerate(forward) if f"{attribute}[" in line]
    first, last = (at[0], at[-1]) if at else (0, -1)
    inner = re.search(rf"{re.escape(attribute)}(?:\[\d+\])+\((\w+)\)", forward[first]) if at else None
    if inner is not None:
        steps, end = _steps(forward[first : last + 1], attribute, inner[1])
        placed = _placed(steps, modules) if steps and _alone(forward, first, last) else []
        if placed:
            call = f"{end} = {attribute}({inner[1]})"
            return f"nn.Sequential({', '.join(placed)})", [*forward[:first], call, *forward[last + 1 :]]
    return _nested(modules), forward


def _alone(forward: Sequence[str], first: int, last: int) -> bool:
    """Whether nothing behind them reads what stands between calls."""
    targets = [line.partition(" = ")[0] for line in forward[first : last + 1]]
    return all(name == targets[-1] or not _is_read(name, forward[last + 1 :]) for name in targets[:-1])


def _is_read(name: str, lines: Sequence[str]) -> bool:
    """Whether a variable is read before it is given anew; by what the function gives as well, where it is not."""
    for line in lines:
        target, _, text = line.partition(" = ")
        if re.search(rf"\b{name}\b", text if target.isidentifier() else line):
            return True
        if target == name:
            return False
    return False


def _nested(modules: Mapping[Path, str]) -> str:
    """Lists in a list."""
    parts = []
    for number in range(max(path[0] for path in modules) + 1):
        inside = {path[1:]: text for path, text in modules.items() if path[0] == number}
        parts.append(inside[()] if () in inside else _nested(inside) if inside else "nn.Identity()")
    if parts.count("nn.Identity()") > MOST_EMPTY * 4:
        raise Unwritable("modules whose numbers are far apart")
    return f"nn.ModuleList([{', '.join(parts)}])"


def _steps(lines: Sequence[str], attribute: str, start: str) -> tuple[list[Step], str]:
    """What is called, in order, and the variable that it gives; nothing where lines do something else."""
    found: list[Step] = []
    before = start
    for line in lines:
        target, _, text = line.partition(" = ")
        steps = _chain(text, attribute, before) if target.isidentifier() else None
        if steps is None:
            return [], ""
        found += steps
        before = target
    return found, before


def _chain(text: str, attribute: str, variable: str) -> list[Step] | None:
    """The calls around a variable, the inner ones first."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
    found: list[Step] = []
    while isinstance(node, ast.Call) and node.args:
        called = ast.unparse(node.func)
        match = re.fullmatch(rf"{re.escape(attribute)}((?:\[\d+\])+)", called)
        more = [*map(ast.unparse, node.args[1:]), *(f"{each.arg}={ast.unparse(each.value)}" for each in node.keywords)]
        if match and not more:
            found.append((tuple(map(int, re.findall(r"\d+", match[1]))), ""))
        elif called in MODULES:
            more = [] if called == "torch.flatten" and more == ["1"] else more
            found.append(((), f"{MODULES[called]}({', '.join(more)})"))
        else:
            return None
        node = node.args[0]
    return found[::-1] if isinstance(node, ast.Name) and node.id == variable else None


def _placed(steps: Sequence[Step], modules: Mapping[Path, str]) -> list[str]:
    """The modules at their numbers, with what passes on where there is none; nothing where they do not fit."""
    placed: list[str] = []
    used = 0
    at = 0
    while at < len(steps):
        path, made = steps[at]
        end = at + 1
        if path:
            if len(path) > 1:
                last = max(n for n in range(at, len(steps)) if steps[n][0][:1] == path[:1])
                end = last + 1
                within = {each[1:]: text for each, text in modules.items() if each[0] == path[0]}
                inside = _placed([(each[1:], text) for each, text in steps[at:end]], within)
                if not inside or any(each and each[0] != path[0] for each, _ in steps[at:end]):
                    return []
                used += len(within)
                made = f"nn.Sequential({', '.join(inside)})"
            else:
                used += 1
                made = modules.get(path, "")
            empty = path[0] - len(placed)
            if not 0 <= empty <= MOST_EMPTY or not made:
                return []
            placed += ["nn.Identity()"] * empty
        placed.append(made)
        at = end
    return placed if used == len(modules) else []
