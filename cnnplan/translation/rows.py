"""Items in a row that are alike as one that is repeated."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnplan.ops import OPERATORS
from cnnplan.translation.items import Item, Read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["moved", "readers", "rows"]


def readers(items: Sequence[Item]) -> list[int]:
    """Of each item the last one that reads it."""
    last = [*range(len(items))]
    for number, item in enumerate(items):
        for read in item.reads:
            if read.item >= 0:
                last[read.item] = max(last[read.item], number)
    return last


def moved(read: Read, where: Mapping[int, int]) -> Read:
    """What is read, where items have other numbers."""
    return read if read.item < 0 else Read(where[read.item], read.part)


def rows(items: list[Item]) -> list[Item]:
    """Items in a row that are alike as one that is repeated."""
    last = readers(items)
    made: list[Item] = []
    where: dict[int, int] = {}
    at = 0
    while at < len(items):
        end = _row(items, at, last)
        item = items[at]
        if end - at > 1:
            origin, counter = _template([each.origin for each in items[at:end]])
            item = replace(item, origin=origin, counter=counter, repeat=end - at, source=items[end - 1].source)
        made.append(item)
        where.update(dict.fromkeys(range(at, end), len(made) - 1))
        at = end
    return [replace(item, reads=tuple(moved(read, where) for read in item.reads)) for item in made]


def _row(items: list[Item], at: int, last: list[int]) -> int:
    """Where a row of items ends that are alike, each reading only the one before."""
    first = items[at]
    end = at + 1
    if first.verb in OPERATORS or first.repeat > 1 or first.wiring:
        return end
    while end < len(items):
        item = items[end]
        alike = item.verb == first.verb and item.args == first.args and item.reads == (Read(end - 1),)
        if not alike or item.repeat > 1 or last[end - 1] != end or item.named:
            break
        if _template([each.origin for each in items[at : end + 1]]) is None:
            break
        end += 1
    return end


def _template(origins: list[str]) -> Any:
    """One text for origins that count on, `layer1.{i + 1}`, and the name of the counter; None where they do not."""
    if len(set(origins)) == 1:
        return origins[0], ""
    pieces = [re.split(r"(\d+)", origin) for origin in origins]
    if len({len(each) for each in pieces}) > 1:
        return None
    differ = [place for place, values in enumerate(zip(*pieces, strict=True)) if len(set(values)) > 1]
    if len(differ) != 1 or not differ[0] % 2:
        return None
    numbers = [int(each[differ[0]]) for each in pieces]
    if numbers != [*range(numbers[0], numbers[0] + len(numbers))]:
        return None
    text = "i" if not numbers[0] else f"i + {numbers[0]}"
    return "".join((*pieces[0][: differ[0]], "{", text, "}", *pieces[0][differ[0] + 1 :])), "i"
