"""A spec as people write it: a line for each entry, what stands by itself left out."""

from __future__ import annotations

import re
from fractions import Fraction
from math import isinf
from typing import TYPE_CHECKING, Any, Final

from cnnplan.spec.scalars import resolve
from cnnplan.translation.items import DEFAULTS, Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnnplan.translation.items import Block, Item

__all__ = ["document", "flow", "written"]

WIDTH: Final = 112

GROUP: Final = "group"
"""What a group is called, with its count: its layers are not counted with those around it then."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9_(/.][A-Za-z0-9_ .+*/()%<>=$@-]*")
"""Texts that need no quotes, even within brackets."""


def written(head: Mapping[str, Any], items: Sequence[Item], blocks: Sequence[Block], expect: Sequence[str] = ()) -> str:
    """The text of a spec.

    Args:
        head: all keys but blocks, layers, outputs and expect.
        items: its layers.
        blocks: the blocks that they call.
        expect: what is promised of it.
    """
    inputs = [*head.get("inputs", {})] or ["input"]
    body = [*_entries(items, inputs)]
    lines = [line for key, value in head.items() for line in _key(key, value)]
    if blocks:
        lines += ["", "blocks:"]
        for block in blocks:
            lines += _block(block)
    lines += ["", "layers:", *(f"  {line}" for line in body), *_expected(expect)]
    return "\n".join(lines) + "\n"


def _key(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict) and key in ("symbols", "inputs") and any(value.values()):
        yield f"{key}:"
        yield from (f"  {name}:" if each is None else f"  {name}: {flow(each)}" for name, each in value.items())
    else:
        yield f"{key}: {flow(value)}"


def _block(block: Block) -> Iterator[str]:
    yield f"  {block.name}:"
    if block.args:
        yield f"    args: {flow(block.args)}"
    inputs = [f"x{number + 1}" for number in range(block.inputs)] if block.inputs > 1 else ["input"]
    if block.inputs > 1:
        yield f"    inputs: {flow(inputs)}"
    yield "    layers:"
    yield from (f"      {line}" for line in _entries(block.items, inputs))


def _entries(items: Sequence[Item], inputs: list[str]) -> Iterator[str]:
    """The entries of a list, each called by its verb and its count unless it has a name."""
    counts: dict[str, int] = {}
    names: list[str] = []
    for number, item in enumerate(items):
        counts[item.verb] = counts.get(item.verb, 0) + item.repeat
        names.append(item.named or f"{GROUP if item.verb == 'sequence' else item.verb}{counts[item.verb]}")
        before = Read(number - 1) if number else Read(-1) if len(inputs) == 1 else None
        beside = dict(_beside(item, before, names, inputs))
        default = DEFAULTS.get(item.verb, {})
        args = {key: value for key, value in item.args.items() if key not in default or value != default[key]}
        if item.verb in ("conv", "conv_transpose"):
            args.setdefault("kernel_size", item.args["kernel_size"])
        if item.verb == "sequence":
            yield from _group(args["layers"], {"name": names[-1], **beside})
        else:
            yield from _entry(item.verb, args, beside)


def _beside(item: Item, before: Read | None, names: list[str], inputs: list[str]) -> Iterator[tuple[str, Any]]:
    """The wiring keys of an entry."""
    if item.named:
        yield "name", item.named
    if item.reads and item.reads != (before,):
        reads = [_name(read, names, inputs) for read in item.reads]
        yield "from", reads[0] if len(reads) == 1 else reads
    if item.repeat > 1:
        yield "repeat", {item.counter: item.repeat} if item.counter else item.repeat
    for key in ("when", "share"):
        if key in item.wiring:
            yield key, item.wiring[key]
    yield from item.told.items()
    if item.origin:
        yield "origin", item.origin


def _name(read: Read, names: list[str], inputs: list[str]) -> str:
    name = names[read.item] if read.item >= 0 else inputs[-1 - read.item]
    return f"{name}.{read.part}" if read.part else name


def _entry(verb: str, args: Mapping[str, Any], beside: Mapping[str, Any]) -> Iterator[str]:
    """An entry on one line, where it is not too long for that."""
    if not beside:
        yield f"- {verb}: {flow(args)}" if args else f"- {verb}"
        return
    told = ", ".join(f"{key}: {flow(value)}" for key, value in beside.items())
    line = f"- {{{verb}: {flow(args)}, {told}}}"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"- {verb}: {flow(args)}" if args else f"- {verb}:"
    yield from (f"  {key}: {flow(value)}" for key, value in beside.items())


def _group(layers: Sequence[Any], beside: Mapping[str, Any]) -> Iterator[str]:
    """A group with its layers below each other."""
    yield "- sequence:"
    for each in layers:
        (verb, args), *more = each.items() if isinstance(each, dict) else [(each, {})]
        yield from (f"    {line}" for line in _entry(verb, args, dict(more)))
    yield from (f"  {key}: {flow(value)}" for key, value in beside.items())


def document(data: Mapping[str, Any], expect: Sequence[str] = ()) -> str:
    """The text of a document with its blocks and groups; what is short stands on one line."""
    inputs = [*data.get("inputs", {})] or ["input"]
    blocks = {name: {**block, "layers": _plain(block["layers"])} for name, block in data["blocks"].items()}
    layers = _plain(data["layers"], inputs[0] if len(inputs) == 1 else None)
    head = _tree({key: value for key, value in data.items() if key not in ("blocks", "layers")}, 0)
    body = ["", *_tree({"blocks": blocks}, 0)] if blocks else []
    text = "\n".join([*head, *body, "", *_tree({"layers": layers}, 0), *_expected(expect)])
    return f"{text}\n"


def _expected(promises: Sequence[str]) -> list[str]:
    return ["", "expect:", *(f"  - {each}" for each in promises)] if promises else []


def _plain(entries: Sequence[Any], before: str | None = None) -> list[Any]:
    """Entries without a `from` that names the one before, and without arguments that are none."""
    found: list[Any] = []
    for entry in entries:
        if not isinstance(entry, dict):
            found.append(entry)
            before = None
            continue
        verb, *_ = entry
        told = {key: value for key, value in entry.items() if (key, value) != ("from", before)}
        told[verb] = _inside(verb, told[verb])
        before = entry.get("name")
        found.append(verb if told == {verb: {}} else told)
    return found


def _inside(verb: str, told: Any) -> Any:
    """What an entry says of itself: its arguments, its entries or its paths."""
    if verb == "sequence":
        return _plain(told)
    if verb == "branches":
        return {**told, "paths": [_path(path) for path in told["paths"]]}
    return {} if told is None else told


def _path(path: Any) -> Any:
    return _plain(path) if isinstance(path, list | tuple) else {**path, "layers": _plain(path["layers"])}


def _tree(value: Any, depth: int) -> Iterator[str]:
    """The lines of a value, below each other where it is too long for one."""
    pad = "  " * depth
    pairs = value.items() if isinstance(value, dict) else (("-", item) for item in value)
    for key, item in pairs:
        head = f"{pad}- " if isinstance(value, list | tuple) else f"{pad}{key}: "
        line = head + flow(item)
        if not item or not isinstance(item, dict | list | tuple) or (_is_short(item, depth) and len(line) <= WIDTH):
            yield line
        elif isinstance(value, list | tuple):
            first, *rest = _tree(item, depth + 1)
            yield f"{pad}- {first.lstrip()}"
            yield from rest
        else:
            yield head.rstrip()
            yield from _tree(item, depth + 1)


def _is_short(value: Any, depth: int) -> bool:
    """Whether a value may stand on one line: at the left margin only a list of words."""
    return depth > 0 or (isinstance(value, list | tuple) and not any(isinstance(each, dict) for each in value))


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return _decimal(value)
    if isinstance(value, float) and isinf(value):
        return ".inf" if value > 0 else "-.inf"
    return _text(value) if isinstance(value, str) else str(value)


def _decimal(value: Fraction) -> str:
    """A fraction as a decimal, or as a quotient where it has none."""
    digits = f"{float(value):.17g}"
    short = f"{float(value):.9g}"
    exact = next((text for text in (short, digits) if Fraction(text) == value), "")
    return exact or f"{value.numerator} / {value.denominator}"


def _text(text: str) -> str:
    """A text, in quotes where it needs them."""
    plain = _PLAIN.fullmatch(text) and ": " not in text and not text.endswith((" ", ":")) and resolve(text) == text
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
