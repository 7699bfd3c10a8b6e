"""A block is defined and never called.

## What it finds

A block of the spec itself that no layer calls, directly or by way of other blocks, nor any value names. Blocks of
included files are a library and need not all be used.

## Why it matters

It is not judged: whatever is wrong in it stays unseen until it is called, and who reads the spec reads it in vain.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
blocks:
  unit:
    layers:
      - relu
layers:
  - conv: {out_channels: 16, kernel_size: 3}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
blocks:
  unit:
    layers:
      - relu
layers:
  - conv: {out_channels: 16, kernel_size: 3}
  - unit
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Remark, Rule
from cnnplan.rules.usage import called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """Blocks that no layer leads to."""
    used = called(subject.spec)
    for name, block in subject.spec.blocks.items():
        if name not in used and block.place.file == subject.spec.file:
            yield Remark(f"the block {name} is never called", block.place.at_key(), hint="call it, or take it out")


RULE = Rule(
    id="CNN208",
    name="unused-block",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    once=True,
)
