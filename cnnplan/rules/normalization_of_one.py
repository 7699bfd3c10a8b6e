"""A batch norm has one value per channel, of which training takes no variance.

## What it finds

A `batch_norm` behind a global pooling, or on maps of one element, at a batch of 1.

## Why it matters

In inference it has statistics at hand and is legal. In training it takes mean and variance of one value: frameworks
refuse it, or give 0 whatever came in. It needs a batch of 2 at least, in the last batch of an epoch too.

## Example

```yaml
cnnplan: 1
symbols: {N: 1, H: 32, W: 32}
input: [N, 3, H, W]
layers:
  - global_avg_pool
  - conv: {out_channels: 8, kernel_size: 1, bias: false}
  - batch_norm
```

## Instead

```yaml
cnnplan: 1
symbols: {N: 2, H: 32, W: 32}
input: [N, 3, H, W]
layers:
  - global_avg_pool
  - conv: {out_channels: 8, kernel_size: 1, bias: false}
  - batch_norm
```
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """Batch norms on one element per channel."""
    for node in subject.plan:
        shape = subject.shape(node.inputs[0]) if node.op.verb == "batch_norm" else ()
        if shape and prod((shape[0], *shape[2:])) == 1:
            names = sorted(subject.batch & subject.values.keys())
            at = "".join(f" at {name} = {subject.values[name]}" for name in names)
            message = f"it has one value per channel{at}: it cannot be trained so"
            yield subject.remark(
                node, message, hint="train with a batch of 2 or more, or take it out behind the pooling"
            )


RULE = Rule(
    id="CNN225",
    name="normalization-of-one",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
)
