"""Weights depend on the size of the batch.

## What it finds

A layer whose weights have the batch as one of their extents: a `permute`, `flatten` or `reshape` before it brought the
batch among the features.

## Why it matters

The network can only ever run with that batch, and samples see each other.

## Example

```yaml
cnnplan: 1
symbols: {N: 4}
input: [N, 16]
layers:
  - permute: {dims: [1, 0]}
  - linear: {out_features: 3}
```

## Instead

```yaml
cnnplan: 1
symbols: {N: 4}
input: [N, 16]
layers:
  - linear: {out_features: 3}
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


def check(subject: Subject) -> Iterator[Remark]:
    """Layers with weights of the batch."""
    for node in subject.plan:
        extents = [extent for weight in node.weights.values() for extent in weight.shape]
        names = sorted({name for extent in extents for name in getattr(extent, "symbols", ())} & subject.batch)
        if names:
            message = f"its weights depend on {' and '.join(names)}, the batch: samples are mixed into features"
            hint = "look for the permute, flatten or reshape before it that moves or merges the first axis"
            yield subject.remark(node, message, hint=hint)


RULE = Rule(
    id="CNN223",
    name="batch-in-weights",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
)
