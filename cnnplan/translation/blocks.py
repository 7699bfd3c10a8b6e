"""Repetition found and named: parts of a list of layers that do the same become blocks with arguments."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.spec.words import refusal
from cnnplan.translation.block_names import called, prefix
from cnnplan.translation.items import Block, Item, Read
from cnnplan.translation.rows import moved, readers, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Limits", "found"]

ROUNDS: Final = 24
"""How often blocks are looked for."""

WHOLE: Final = 2
"""How much more a block is worth that is a module of the network."""

SHORT: Final = {"out_channels": "width", "out_features": "width", "kernel_size": "kernel", "origin": "of"}
"""What arguments of blocks are called after those of layers."""

FIXED: Final = (
    "mode", "padding_mode", "approximate", "equation", "align_corners", "bias", "dims", "affine", "dtype", "because",
    "layers",
)  # fmt: skip
"""Arguments that say what a layer is: they are never those of a block."""

Segment = tuple[int, int]


class Limits(NamedTuple):
    """How many things may come into a block, and how many items it may have."""

    inputs: int = 1
    items: int = 80


ANY: Final = Limits()


def found(
    items: list[Item], classes: Mapping[str, str] | None = None, most: Limits = ANY
) -> tuple[list[Item], list[Block]]:
    """The items with calls of blocks in them, and the blocks, those that others call first.

    Args:
        items: the layers, flat.
        classes: the classes of modules by path: a block that is a whole module is called after its class.
        most: how large a block may be.
    """
    blocks: list[Block] = []
    for _ in range(ROUNDS):
        items = rows(items)
        best = _best(items, most)
        if best is None:
            break
        block, items = _replaced(items, best, {block.name for block in blocks}, classes or {})
        blocks.append(block)
    return rows(items), blocks


def _best(items: list[Item], most: Limits) -> list[Segment] | None:
    """Where the part stands that saves the most lines as a block."""
    places: dict[Any, list[Segment]] = defaultdict(list)
    last = readers(items)
    for start in range(len(items)):
        for end, key in _segments(items, start, last, most):
            places[key, end - start].append((start, end))
    best, least = None, 2
    for segments in places.values():
        apart = _apart(segments)
        if len(apart) < 2:  # noqa: PLR2004 - once is no repetition
            continue
        lines = apart[0][1] - apart[0][0]
        saved = (len(apart) - 1) * lines - len(apart) - 3
        if all(_whole(items, segment) for segment in apart):
            saved *= WHOLE
        if saved > least:
            best, least = apart, saved
    return best


def _whole(items: list[Item], segment: Segment) -> bool:
    """Whether a part is all of a module."""
    start, end = segment
    path = prefix(_paths(items, segment))
    before = next(
        (item for item in reversed(items[:start]) if item.verb != "require"), None
    )  # it asks, and does nothing
    beside = [*([before] if before else ()), *items[end : end + 1]]
    return bool(path) and not any(item.path == path or item.path.startswith(f"{path}.") for item in beside)


def _paths(items: list[Item], segment: Segment) -> list[str]:
    return [item.path for item in items[slice(*segment)] if item.path]


def _segments(items: list[Item], start: int, last: list[int], most: Limits) -> Iterator[tuple[int, Any]]:
    """The parts that begin here, with what each does: one thing goes out, and no more come in than may."""
    key: Any = ()
    outside: list[Read] = []
    latest = -1
    for end in range(start, min(start + most.items, len(items))):
        item = items[end]
        if item.named or item.wiring.keys() - {"when"}:
            return
        labels = []
        for read in item.reads:
            if read.item >= start:
                labels.append((read.item - start, read.part))
                continue
            if read not in outside:
                outside.append(read)
            labels.append((outside.index(read), "in"))
        if len(outside) > most.inputs:
            return
        key = hash((key, item.verb, _kind(item), repr(item.told), repr(item.wiring), tuple(labels), item.repeat))
        latest = max([latest, *last[start:end]]) if end == start else max(latest, last[end - 1])
        if end > start and latest <= end and outside:
            yield end + 1, key


def _kind(item: Item) -> tuple[Any, ...]:
    """What must be the same of two items for them to be one of a block."""
    return tuple(sorted((name, _form(name, value)) for name, value in item.args.items()))


def _form(name: str, value: Any) -> str:
    """What must be the same of a value; nothing of a number."""
    if isinstance(value, list | tuple) and name not in FIXED:
        return f"[{' '.join(_form(name, item) for item in value)}]"
    return str(value) if name in FIXED or _own(value) else ""


def _own(value: Any) -> bool:
    """Whether a value means something else, or nothing, where a block is called: words, and the layer's own input."""
    if isinstance(value, str):
        return "in_shape" in value or "in_channels" in value or value.replace("_", "").isalpha()
    return isinstance(value, bool) or value is None


def _apart(segments: list[Segment]) -> list[Segment]:
    """Those that do not overlap, from the front."""
    kept: list[Segment] = []
    for start, end in segments:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _replaced(
    items: list[Item], segments: list[Segment], taken: set[str], classes: Mapping[str, str]
) -> tuple[Block, list[Item]]:
    """A block of these parts, and the items with calls of it."""
    copies = [items[start:end] for start, end in segments]
    prefixes = [prefix([item.origin for item in copy if item.origin]) for copy in copies]
    inner, calls, args = _abstracted(copies, prefixes)
    start = segments[0][0]
    outside = _outside(copies[0], start)
    body = [replace(item, reads=tuple(_inside(read, start, outside) for read in item.reads)) for item in inner]
    wholes = [prefix(_paths(items, segment)) if _whole(items, segment) else "" for segment in segments]
    name = called(wholes, [each for each in prefixes if each], copies[0], taken, classes)
    block = Block(name, args, body, len(outside))
    return block, _spliced(items, segments, name, calls, prefixes)


def _outside(copy: Sequence[Item], start: int) -> tuple[Read, ...]:
    """What comes in, in the order in which it is read."""
    return tuple(dict.fromkeys(read for item in copy for read in item.reads if read.item < start))


def _inside(read: Read, start: int, outside: tuple[Read, ...]) -> Read:
    return Read(-1 - outside.index(read)) if read in outside else Read(read.item - start, read.part)


def _abstracted(
    copies: list[list[Item]], prefixes: list[str]
) -> tuple[list[Item], list[dict[str, Any]], dict[str, Any]]:
    """The items of the block, the arguments of each call, and the defaults."""
    calls: list[dict[str, Any]] = [{} for _ in copies]
    known: dict[str, str] = {}
    taken: list[str] = []

    def argument(name: str, values: list[Any]) -> str:
        key = repr(values)
        if key not in known:
            known[key] = _free(SHORT.get(name, name), taken)
            for call, value in zip(calls, values, strict=True):
                call[known[key]] = value
        return known[key]

    inner = []
    for position, first in enumerate(copies[0]):
        every = [copy[position] for copy in copies]
        args = {name: _shared(name, every, [item.args[name] for item in every], argument) for name in first.args}
        behind = [item.origin.removeprefix(p).lstrip(".") for item, p in zip(every, prefixes, strict=True)]
        origin = _shared("origin", every, [_quoted(text) for text in behind], argument)
        inner.append(replace(first, args=args, origin=behind[0] if origin[0] == '"' else f"{{{origin}}}"))
    return inner, calls, dict.fromkeys(taken, "required")


def _quoted(text: str) -> str:
    return f'"{text}"'


def _shared(name: str, every: list[Item], values: list[Any], argument: Any) -> Any:
    """A value that all have alike, or what it is of the block's arguments."""
    if all(repr(value) == repr(values[0]) for value in values):
        return values[0]
    if name in ("groups", "out_channels") and all(
        item.channels == value for item, value in zip(every, values, strict=True)
    ):
        return "in_channels"
    if isinstance(values[0], list | tuple):
        return [_shared(name, every, [*each], argument) for each in zip(*values, strict=True)]
    return argument(name, values)


def _free(name: str, taken: list[str]) -> str:
    called, number = name, 1
    while called in taken or refusal(called, spoken=True):
        number += 1
        called = f"{name}{number}"
    taken.append(called)
    return called


def _spliced(
    items: list[Item], segments: list[Segment], name: str, calls: list[dict[str, Any]], prefixes: list[str]
) -> list[Item]:
    """The items with a call in the place of each part, what they read counted anew."""
    where: dict[int, int] = {}
    made: list[Item] = []
    starts = {start: (end, number) for number, (start, end) in enumerate(segments)}
    at = 0
    while at < len(items):
        if at in starts:
            end, number = starts[at]
            outside = _outside(items[at:end], at)
            channels = next((item.channels for item in items[at:end] if outside[0] in item.reads), None)
            call = Item(name, calls[number], outside, prefixes[number], channels)
            call.source = items[end - 1].source
            call.path = prefix([item.path for item in items[at:end] if item.path])
            made.append(call)
            where.update(dict.fromkeys(range(at, end), len(made) - 1))
            at = end
        else:
            made.append(items[at])
            where[at] = len(made) - 1
            at += 1
    return [replace(item, reads=tuple(moved(read, where) for read in item.reads)) for item in made]
