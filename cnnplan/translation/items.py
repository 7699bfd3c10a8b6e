"""The entries of a spec as items that know by number what they read, so that parts of the list can become blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["HELD", "Block", "Item", "Read", "is_group", "items", "lifted", "remembered"]

DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "conv": {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1, "groups": 1},
    "conv_transpose": {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "output_padding": 0},
    "max_pool": {"padding": 0},
    "avg_pool": {"padding": 0},
    "slice": {"dim": 1, "start": 0},
}
"""What arguments are that are left out, written down while blocks are looked for."""


class Read(NamedTuple):
    """Something that an item reads: an item by its number in the list, or an input by its negative; and which part."""

    item: int
    part: str = ""


@dataclass(slots=True)
class Item:
    """An entry, or the call of a block.

    Args:
        verb: the operator or block.
        args: the arguments.
        reads: what it reads, in order.
        origin: what it is called where it comes from.
        channels: how many channels come in, None where that is no number.
        named: the name it must have, "" where it may be called by its verb and its count.
        repeat: how many copies it stands for.
        told: what the layer is told of its weights, its type and whether they are trained.
        wiring: what else stands beside the verb.
        counter: of the copies, "" where nothing counts them.
        source: its name in the spec that it comes from.
        path: its whole origin, which tells where modules begin and end.
    """

    verb: str
    args: dict[str, Any]
    reads: tuple[Read, ...]
    origin: str = ""
    channels: int | None = None
    named: str = ""
    repeat: int = 1
    counter: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    wiring: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    path: str = ""


@dataclass(slots=True)
class Block:
    """A block that was found: its name, the defaults of its arguments, its inputs, its items."""

    name: str
    args: dict[str, Any]
    items: list[Item]
    inputs: int = 1


def items(data: Mapping[str, Any], channels: Mapping[str, int]) -> list[Item]:
    """The layers of a flat document as items.

    Args:
        data: the document.
        channels: how many channels come into each layer, by name.
    """
    names = {name: -1 - i for i, name in enumerate([*data["inputs"]] if "inputs" in data else ["input"])}
    last = Read(-1)
    made: list[Item] = []
    for number, entry in enumerate(data["layers"]):
        verb = next(key for key in entry if key not in _BESIDE)
        told = entry.get("from")
        reads = (last,) if told is None else tuple(_read(name, names) for name in _several(told))
        if told is None and verb in ("parameter", "constant"):
            reads = ()
        wiring = {key: value for key, value in entry.items() if key in ("share", "ignore", "repeat", "when")}
        args = grouped(entry) if verb == "sequence" else {**DEFAULTS.get(verb, {}), **(entry[verb] or {})}
        told = {key: value for key, value in entry.items() if key in _TOLD}
        origin, fed = entry.get("origin", ""), channels.get(entry["name"])
        item = Item(verb, args, reads, origin, fed, told=told, wiring=wiring)
        item.source, item.path = entry["name"], item.origin
        made.append(item)
        names[entry["name"]] = number
        last = Read(number)
    return made


def grouped(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A group as an item that is alike wherever its layers are: these by their verb and its count, without origins."""
    layers, names, counts = [], dict[str, str](), Counter[str]()
    for each in entry["sequence"]:
        verb = next(key for key in each if key not in _BESIDE)
        counts[verb] += 1
        names[each["name"]] = f"{verb}{counts[verb]}"
        told = {key: value for key, value in each.items() if key not in {"name", "origin", "from"}}
        if "from" in each:
            reads = [names[name] for name in _several(each["from"])]
            told["from"] = reads[0] if len(reads) == 1 else reads
        layers.append(told if told != {verb: {}} else verb)
    return {"layers": layers}


def is_group(entry: Mapping[str, Any]) -> bool:
    """Whether layers of a group read nothing but one another and what comes in, and have no weights."""
    known: set[str] = set()
    for each in entry["sequence"]:
        verb = next(key for key in each if key not in _BESIDE)
        if verb in {*HELD, "branches", "sequence"} or not known.issuperset(_several(each.get("from", []))):
            return False
        known.add(each["name"])
    return True


HELD: Final = frozenset(
    {
        *("conv", "conv_transpose", "linear", "batch_norm", "instance_norm", "layer_norm", "group_norm", "prelu"),
        *("parameter", "embedding", "lstm", "gru", "rnn", "scale", "multi_head_attention"),
    }
)
"""The verbs of layers that have weights which are trained."""


_TOLD: Final = frozenset({"dtype", "trainable"})
_BESIDE: Final = frozenset({"name", "from", "repeat", "when", "share", "ignore", "origin", *_TOLD})


def _several(told: Any) -> Sequence[str]:
    return (told,) if isinstance(told, str) else told


def _read(name: str, names: Mapping[str, int]) -> Read:
    """What a name means: a layer, or a part of one."""
    if name in names:
        return Read(names[name])
    head, _, part = name.rpartition(".")
    return Read(names[head], part)


def remembered(made: list[Item]) -> list[Item]:
    """Concatenations that only add to an earlier one read that: a dense layer has one thing coming in."""
    known: dict[tuple[Any, tuple[Read, ...]], int] = {}
    for number, item in enumerate(made):
        if item.verb != "concat":
            continue
        key = item.args.get("dim", 1)
        reads = item.reads
        known.setdefault((key, reads), number)
        for count in range(len(reads) - 1, 1, -1):
            before = known.get((key, reads[:count]))
            if before is not None and before != number:
                item.reads = (Read(before), *reads[count:])
                for each in (item, made[before]):
                    each.path = made[each.reads[-1].item].path if each.reads[-1].item >= 0 else each.path
                break
        else:
            if len(reads) > 2:  # noqa: PLR2004 - more than a pair
                known.setdefault((key, reads), number)
    return made


def lifted(made: list[Item]) -> list[Item]:
    """Stored constants in front of everything, where one is read more than once: who reads it has it come in."""
    stored = [number for number, item in enumerate(made) if item.verb == "constant" and "shape" in item.args]
    reads = [read.item for item in made for read in item.reads]
    if all(reads.count(number) < 2 for number in stored):  # noqa: PLR2004 - more than once
        return made
    order = [*stored, *(number for number in range(len(made)) if number not in {*stored})]
    where = {number: place for place, number in enumerate(order)}
    return [
        replace(made[number], reads=tuple(Read(where.get(item, item), part) for item, part in made[number].reads))
        for number in order
    ]
