"""An axis of an output is the batch and something else.

## What it finds

An output of which one axis depends on the batch and is not the batch alone: a `reshape` or `flatten` on the way counted
samples together with something else. A batch that was only moved to another axis is left in peace.

## Why it matters

A `reshape: {shape: [-1, 576]}` that fits at one size takes pieces of several samples together at another, and nothing
fails. Where it is meant, as for boxes of all samples in one list, this may be ignored.

## Example

```yaml
cnnplan: 1
symbols: {N: 4, H: 8, W: 8}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
  - relu
  - reshape: {shape: [-1, 576]}
  - linear: {out_features: 3}
```

## Instead

```yaml
cnnplan: 1
symbols: {N: 4, H: 8, W: 8}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
  - relu
  - global_avg_pool
  - flatten
  - linear: {out_features: 3}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule
from cnnplan.sizes import Count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject
    from cnnplan.sizes import Extent

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """Outputs with a batch that was merged."""
    for name, shape in subject.plan.outputs.items():
        node = subject.plan.nodes.get(name)
        if node is None or not shape or not subject.batch:
            continue
        hint = "keep the batch in front: write its symbol first in reshape, and merge from axis 1 on"
        for axis, extent in enumerate(shape):
            if _merged(extent, subject.batch):
                message = f"axis {axis} of this output is {extent}: samples are counted together with something else"
                yield subject.remark(node, message, hint=hint)
                break


def _merged(extent: Extent, batch: frozenset[str]) -> bool:
    """Whether an extent depends on the batch and is not the batch alone."""
    return isinstance(extent, Count) and bool(extent.symbols & batch) and str(extent) not in batch


RULE = Rule(
    id="CNN224",
    name="batch-merged",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
)
