"""The last rows or columns of the input are read by no window.

## What it finds

A layer whose windows, at the values of the symbols, end before the input does. It is silent where another layer reads
the same input to its end.

## Why it matters

The floor in the output size cuts off what does not fill a window. What the layers before computed there is lost, and an
object at the right or lower border is seen less well than one at the left.

## Example

```yaml
cnnplan: 1
input: [1, 3, 33, 48]
layers:
  - max_pool: {kernel_size: 2}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 33, 48]
layers:
  - max_pool: {kernel_size: 2, ceil_mode: true}
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
    """Layers that stop early, where no other reader goes on."""
    for node in subject.plan:
        if not slides(node) or not _stops(subject, node):
            continue
        if all(_stops(subject, other) for other in subject.readers[node.inputs[0]]):
            axis = next(axis for axis in axes(subject, node) if axis.unread)
            what = "element" if axis.unread == 1 else f"{axis.unread} elements"
            message = f"no window reads the last {what} of axis {axis.dim}, which has {axis.n}{subject.at}"
            yield subject.remark(node, message, hint="more padding, ceil_mode, or a size that divides")


def _stops(subject: Subject, node: NodePlan) -> bool:
    return slides(node) and any(axis.unread and not axis.skips for axis in axes(subject, node))


RULE = Rule(
    id="CNN203",
    name="border-never-read",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
)
