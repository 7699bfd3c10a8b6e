"""A name hides another that is known around it.

## What it finds

An argument or counter that is called like a symbol or an argument known around it, and a layer of a named group that is
called like a layer outside the group.

## Why it matters

An expression means the nearest one. Who reads `H` in a block and looks at the symbols of the spec reads another number
than the one that counts.

## Example

```yaml
cnnplan: 1
symbols: {width: 16}
input: [1, 3, 32, 48]
blocks:
  unit:
    args: {width: 8}
    layers:
      - conv: {out_channels: width, kernel_size: 3}
      - relu
layers:
  - unit
  - conv: {out_channels: width, kernel_size: 1}
```

## Instead

```yaml
cnnplan: 1
symbols: {width: 16}
input: [1, 3, 32, 48]
blocks:
  unit:
    args: {features: 8}
    layers:
      - conv: {out_channels: features, kernel_size: 3}
      - relu
layers:
  - unit
  - conv: {out_channels: width, kernel_size: 1}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Remark, Rule
from cnnplan.rules.usage import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.rules.base import Subject
    from cnnplan.spec import Block, Entry

__all__ = ["RULE"]

HINT = "give one of them another name"


def check(subject: Subject) -> Iterator[Remark]:
    """Arguments, counters and layers that hide something."""
    symbols = dict.fromkeys(subject.spec.symbols, "symbol")
    for block in subject.spec.blocks.values():
        known = symbols if block.sees_symbols else {}
        yield from _arguments(block, known)
        yield from _entries(block.layers, {**known, **dict.fromkeys(block.args, "argument")}, frozenset())
    yield from _entries(subject.spec.layers, symbols, frozenset())


def _arguments(block: Block, known: Mapping[str, str]) -> Iterator[Remark]:
    for name in block.args:
        if name in known:
            message = f"the argument {name} of {block.name} hides the {known[name]} {name}"
            yield Remark(message, block.place.below("args", name).at_key(), hint=HINT)


def _entries(entries: Iterable[Entry], known: Mapping[str, str], outside: frozenset[str]) -> Iterator[Remark]:
    """The same in a list of entries; `outside` are the layers around the group that holds it."""
    named = {entry.name for entry in entries if entry.name}
    for entry in entries:
        here = dict(known)
        counter = entry.repeat.counter if entry.repeat else None
        if counter:
            if counter in known:
                message = f"the counter {counter} hides the {known[counter]} {counter}"
                yield Remark(message, entry.place.below("repeat", counter).at_key(), entry.label, HINT)
            here[counter] = "counter"
        if entry.name and entry.name in outside:
            message = f"the name {entry.name} hides the layer {entry.name} outside its group"
            yield Remark(message, entry.place.below("name"), entry.label, HINT)
        for inner, name in within(entry):
            yield from _entries(inner, here, outside | named if name else outside)


RULE = Rule(
    id="CNN219",
    name="name-shadows",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
    once=True,
)
