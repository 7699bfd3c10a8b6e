"""Where layers of a flat network stand among the modules that they come from: `layer1.0.conv1`, by their origins."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import TYPE_CHECKING, Final

from cnnplan.graph.fragments import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.graph import Graph
    from cnnplan.graph.parts import Draft

__all__ = ["paths"]

Path = tuple[str, ...]

STRANGE: Final = re.compile(r"\W+", re.ASCII)
OWN: Final = frozenset({
    "add_module", "apply", "bfloat16", "buffers", "call_super_init", "children", "compile", "cpu", "cuda", "double",
    "dump_patches", "eval", "extra_repr", "float", "forward", "get_buffer", "get_parameter", "get_submodule", "half",
    "load_state_dict", "modules", "named_buffers", "named_children", "named_modules", "named_parameters", "parameters",
    "register_buffer", "register_module", "register_parameter", "requires_grad_", "share_memory", "state_dict", "to",
    "train", "training", "type", "zero_grad", "T_destination", "self", "F", "nn", "torch", "math", "label",
})  # fmt: skip
"""What a module calls something of its own."""

FOLLOWING: Final = frozenset({"relu", "relu6", "silu", "gelu", "sigmoid", "tanh", "hardswish", "hardsigmoid", "mish"})
"""Layers that stand with what they read, where nothing tells where they stand."""


def paths(graph: Graph) -> dict[int, Path]:
    """The path of each layer, by its number; nothing where the network has blocks, or no layer tells of modules.

    Layers with weights stand where their weights are called so; what is between them stands in the module around them
    that its own name tells, or that it reads from.
    """
    drafts = graph._fragment.items  # noqa: SLF001 - the graph as it was unrolled
    layers = [item for item in drafts if not isinstance(item, Call)]
    if len(layers) != len(drafts) or not any("." in item.origin for item in layers):
        return {}
    heavy = _heavy(graph, layers)
    scopes = {path[:end] for path in heavy.values() for end in range(1, len(path))} - _lists(heavy)
    found: dict[int, Path] = {}
    for number, item in enumerate(layers):
        found[number] = heavy.get(number) or (*_around(item, scopes, found), _word(item))
    _together(found, heavy)
    return _merged(_told_apart(found), heavy)


def _heavy(graph: Graph, layers: Sequence[Draft]) -> dict[int, Path]:
    """The layers with weights of their own, where these are."""
    found: dict[int, Path] = {}
    taken: set[Path] = set()
    for number, item in enumerate(layers):
        facts = item.facts
        if facts is None or not facts.op.weights(*facts.shapes) or item.name not in graph.nodes:
            continue
        parts = tuple(map(_legal, item.origin.split("."))) if item.origin else (_legal(item.name),)
        parts = parts[:-1] if len(parts) > 1 and parts[-1][:1].isupper() and parts[:-1] not in taken else parts
        while parts in taken or any(each[: len(parts)] == parts or parts[: len(each)] == each for each in taken):
            parts = (*parts[:-1], f"{parts[-1]}_")
        taken.add(parts)
        found[number] = parts
    return found


def _around(item: Draft, scopes: set[Path], known: dict[int, Path]) -> Path:
    """The module that a layer without weights stands in."""
    parts = tuple(map(_legal, item.origin.split(".")))
    if len(parts) > 1:
        ends = (parts[:end] for end in range(len(parts) - 1, 0, -1))
        path = next((each for each in ends if each in scopes), ())
        return _outwards(path, item, scopes, known)
    before = [known[ref][:-1] for ref in item.inputs if ref is not None and ref in known]
    if not before or (len(before) == 1 and not (item.facts and item.facts.op.verb in FOLLOWING)):
        return ()
    path = _common(before)
    while path and path not in scopes:
        path = path[:-1]
    return path


def _outwards(path: Path, item: Draft, scopes: set[Path], known: dict[int, Path]) -> Path:
    """The same, but what gathers things from outside of a module stands in front of it: then one thing comes in."""
    if item.facts is None or item.facts.op.verb != "concat":
        return path
    reads = [known[ref] for ref in item.inputs if ref in known]
    while path and (path not in scopes or not any(each[: len(path)] == path for each in reads)):
        path = path[:-1]
    return path


def _lists(heavy: dict[int, Path]) -> set[Path]:
    """What is no module with layers of its own: modules by number."""
    return {
        path[:end]
        for path in heavy.values()
        for end in range(1, len(path))
        if path[end].isdigit() and not path[end - 1].isdigit()
    }


def _merged(found: dict[int, Path], heavy: dict[int, Path]) -> dict[int, Path]:
    """Numbers of modules in which all are modules by number: `features.2.0` as `features`, `2.0`."""
    children: dict[Path, set[str]] = {}
    for path in heavy.values():
        for end in range(1, len(path)):
            children.setdefault(path[:end], set()).add(path[end])
    leaves = {*heavy.values()}
    pure = {
        scope
        for scope, names in children.items()
        if scope[-1].isdigit() and all(name.isdigit() and (*scope, name) not in leaves for name in names)
    }
    pure -= {path[:-1] for path in found.values()}
    made = {}
    for number, path in found.items():
        parts: list[str] = []
        for end, part in enumerate(path, 1):
            inside = path[: end - 1] in pure and part.isdigit()
            parts = [*parts[:-1], f"{parts[-1]}.{part}"] if inside else [*parts, part]
        made[number] = tuple(parts)
    return made


def _common(several: Sequence[Path]) -> Path:
    """What they begin with."""
    found = []
    for parts in zip(*several, strict=False):
        if len(set(parts)) > 1:
            break
        found.append(parts[0])
    return tuple(found)


def _together(found: dict[int, Path], heavy: dict[int, Path]) -> None:
    """Let a module be in one place: what stands between two parts of it, and has no weights, is in it as well."""
    deepest, lists = max(map(len, found.values()), default=0), _lists(heavy)
    for depth in range(1, deepest):
        last: dict[Path, int] = {}
        for number in sorted(found):
            head = found[number][:depth]
            if len(found[number]) <= depth or head in lists:
                continue
            start = last.get(head, number)
            for between in range(start + 1, number):
                if found[between][:depth] != head and between not in heavy:
                    found[between] = (*head, found[between][-1])
            last[head] = number


def _told_apart(found: dict[int, Path]) -> dict[int, Path]:
    """The paths, each once, and none the beginning of another."""
    taken: set[Path] = set()
    scopes = {path[:end] for path in found.values() for end in range(1, len(path))}
    made: dict[int, Path] = {}
    for number, path in found.items():
        called, count = path, 1
        while called in taken or called in scopes:
            count += 1
            called = (*path[:-1], f"{path[-1]}_{count}")
        taken.add(called)
        made[number] = called
    return made


def _word(item: Draft) -> str:
    """What a layer without weights is called: after its operator; a part of an axis after what splits it."""
    head, _, part = item.name.rpartition(".")
    if head and part.isdigit():
        return f"{_legal((item.origin or head).rpartition('.')[2]).lower()}_{part}"
    return item.facts.op.verb if item.facts is not None else "layer"


def _legal(part: str) -> str:
    """A part of a path as the name of an attribute, or a number."""
    name = STRANGE.sub("_", part) or "layer"
    if name.isdigit():
        return name
    name = f"_{name}" if name[0].isdigit() else name
    return f"{name}_" if iskeyword(name) or name in OWN else name
