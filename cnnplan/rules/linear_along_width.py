"""A linear layer runs along the width of a map.

## What it finds

A linear layer on an input with two spatial axes or more that was not permuted: its weights run along the last axis,
which is the width.

## Why it matters

It is legal, and almost never meant: a `flatten` was forgotten, and the layer mixes the columns of every channel and
row. A linear layer over the channels of every position is a convolution of kernel 1, or stands between two `permute`.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3, padding: 1}
  - relu
  - linear: {out_features: 10}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3, padding: 1}
  - relu
  - flatten
  - linear: {out_features: 10}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import NodePlan
    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]

MAP = 4
"""The axes of a batch of maps."""


def check(subject: Subject) -> Iterator[Remark]:
    """Linear layers on maps."""
    for node in subject.plan:
        if node.op.verb == "linear" and len(node.node.facts.shapes[0]) >= MAP and not _turned(subject, node):
            shape = ", ".join(map(str, node.node.facts.shapes[0]))
            message = f"its weights run along the last axis of ({shape}), which is the width"
            yield subject.remark(node, message, hint="put a flatten before it, or use a conv of kernel_size 1")


def _turned(subject: Subject, node: NodePlan) -> bool:
    """Whether somebody brought the channels to the end on the way here, or another linear layer was told of.

    What begins with a table, such as the places that a network of relative positions reads, never was a map.
    """
    seen = 0
    found: NodePlan | None = node
    while found is not None and found.inputs and seen < len(subject.plan):
        found = subject.plan.nodes.get(found.inputs[0])
        seen += 1
        if found is not None and found.op.verb in ("permute", "reshape", "linear", "matmul"):
            return True
        if found is not None and found.op.verb in ("conv", "conv_transpose"):
            return False
    return found is not None and not found.inputs


RULE = Rule(
    id="CNN222",
    name="linear-along-width",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
)
