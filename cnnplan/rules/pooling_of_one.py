"""A map of one position is pooled.

## What it finds

A pooling, sliding, adaptive or global, of a map whose spatial extents are all 1 at the values of the symbols.

## Why it matters

It does nothing, or it averages padding in. The map is smaller than was meant: some layer before strides too much for
these sizes.

## Example

```yaml
cnnplan: 1
input: [1, 3, 4, 4]
layers:
  - conv: {out_channels: 16, kernel_size: 4}
  - relu
  - global_avg_pool
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 4, 4]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
  - relu
  - global_avg_pool
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]


POOLS = (
    *("max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool"),
    *("global_avg_pool", "global_max_pool"),
)


def check(subject: Subject) -> Iterator[Remark]:
    """Poolings with nothing to pool."""
    for node in subject.plan:
        if node.op.verb not in POOLS:
            continue
        sizes = subject.shape(node.inputs[0])[2:]
        if sizes and all(size == 1 for size in sizes):
            message = f"the map has one position already{subject.at}: there is nothing to pool"
            yield subject.remark(node, message, hint="take it out, or stride less before it")


RULE = Rule(
    id="CNN217",
    name="pooling-of-one",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
)
