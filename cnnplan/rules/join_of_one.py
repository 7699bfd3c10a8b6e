"""A join reads one thing.

## What it finds

A `concat` or `stack` without `from` that reads the output of one layer.

## Why it matters

It gives back what came in. Mostly `from` was forgotten: without it an entry reads the entry before and nothing else.

## Example

```yaml
cnnplan: 1
input: [1, 8, 32, 48]
layers:
  - conv: {out_channels: 12, kernel_size: 3, padding: 1}
  - relu
  - concat
```

## Instead

```yaml
cnnplan: 1
input: [1, 8, 32, 48]
layers:
  - conv: {out_channels: 12, kernel_size: 3, padding: 1}
  - relu
  - concat:
    from: [input, prev]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule
from cnnplan.rules.usage import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]

JOINS: Final = ("concat", "stack")


def check(subject: Subject) -> Iterator[Remark]:
    """The joins of one input of which nobody says what they read."""
    alone = [node for node in subject.plan if node.op.verb in JOINS and len(node.inputs) == 1]
    if not alone:
        return
    blocks = (block.layers for block in subject.spec.blocks.values())
    silent = {entry.place for listed in (subject.spec.layers, *blocks) for entry in entries(listed) if not entry.from_}
    for node in alone:
        if node.place in silent:
            message = f"{node.op.verb} reads one input, and gives it back"
            yield subject.remark(node, message, hint="say what it joins: from: [input, prev]")


RULE = Rule(
    id="CNN226",
    name="join-of-one",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
)
