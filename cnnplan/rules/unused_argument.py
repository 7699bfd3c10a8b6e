"""A block takes an argument and never reads it.

## What it finds

An argument of a block that none of its layers, nor the default of another argument, reads.

## Why it matters

Every call that passes it says something that is not true: `stride: 2` in the call, and no stride in the block.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
blocks:
  unit:
    args: {width: required, stride: 1}
    layers:
      - conv: {out_channels: width, kernel_size: 3}
layers:
  - unit: {width: 16, stride: 2}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
blocks:
  unit:
    args: {width: required, stride: 1}
    layers:
      - conv: {out_channels: width, kernel_size: 3, stride: stride}
layers:
  - unit: {width: 16, stride: 2}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Remark, Rule
from cnnplan.rules.usage import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """Arguments that are read nowhere in their block."""
    own = (block for block in subject.spec.blocks.values() if block.place.file not in subject.spec.lent)
    for block in own:
        used = names(block)
        for name in block.args:
            if name not in used:
                message = f"the argument {name} of {block.name} is never read"
                yield Remark(message, block.place.below("args", name).at_key(), hint="read it, or take it out")


RULE = Rule(
    id="CNN209",
    name="unused-argument",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    once=True,
)
