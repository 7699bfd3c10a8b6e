"""A stride jumps over elements of the input.

## What it finds

A layer whose stride is larger than its window, so that elements between two windows are read by nobody. It is silent
where another layer reads the same input without gaps, as beside the 1 x 1 stride-2 shortcut of a residual block.

## Why it matters

What is skipped was computed for nothing: a 1 x 1 convolution of stride 2 throws away three quarters of its input.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3, padding: 1}
  - relu
  - conv: {out_channels: 32, kernel_size: 1, stride: 2}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3, stride: 2, padding: 1}
  - relu
  - conv: {out_channels: 32, kernel_size: 1}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule
from cnnplan.rules.windows import axes, slides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import NodePlan
    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """Layers that skip, where no other reader makes up for it."""
    for node in subject.plan:
        if not slides(node) or not _skips(subject, node):
            continue
        if all(_skips(subject, other) for other in subject.readers[node.inputs[0]]):
            axis = next(axis for axis in axes(subject, node) if axis.skips)
            gap = axis.stride - axis.span
            message = (
                f"stride (={axis.stride}) is more than the window's {axis.span}: {gap} of {axis.stride} are never read"
            )
            yield subject.remark(node, message, "stride", "stride in a layer whose window is at least as large")


def _skips(subject: Subject, node: NodePlan) -> bool:
    return slides(node) and any(axis.skips for axis in axes(subject, node))


RULE = Rule(
    id="CNN202",
    name="stride-skips-input",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
)
