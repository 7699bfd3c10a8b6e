"""The classifier averages views that are narrower than the image.

## What it finds

A global pooling, or an adaptive one to a single position, of a map whose elements each look at less than the whole
input along some axis, at the values of the symbols.

## Why it matters

What the network says of the image is a mean of what it says of pieces, none of which it can see in connection:
textures, not shapes. Where that is meant, as in a bag of local features, the rule is for ignoring.

## Example

```yaml
cnnplan: 1
input: [1, 3, 64, 96]
layers:
  - conv: {out_channels: 16, kernel_size: 7, stride: 2, padding: 3}
  - relu
  - conv: {out_channels: 32, kernel_size: 3, stride: 2, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: {out_features: 10}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 64, 96]
layers:
  - conv: {out_channels: 16, kernel_size: 7, stride: 2, padding: 3}
  - relu
  - conv: {out_channels: 32, kernel_size: 3, stride: 2, padding: 1}
  - relu
  - conv: {out_channels: 32, kernel_size: 3, padding: 8, dilation: 8}
  - relu
  - conv: {out_channels: 32, kernel_size: 3, padding: 4, dilation: 4}
  - relu
  - global_avg_pool
  - flatten
  - linear: {out_features: 10}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import NodePlan
    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]

GLOBAL = ("global_avg_pool", "global_max_pool")
ADAPTIVE = ("adaptive_avg_pool", "adaptive_max_pool")


def check(subject: Subject) -> Iterator[Remark]:
    """The poolings of everything that see only pieces."""
    for node in subject.plan:
        if not _pools_all(subject, node) or node.inputs[0] not in subject.plan.nodes:
            continue
        for axis, size, extent in _narrow(subject, node):
            message = f"it averages views of {size} along axis {axis} of an input of {extent}{subject.at}"
            hint = "more layers, stride or dilation before it"
            yield subject.remark(node, message, hint=hint)
            break


def _pools_all(subject: Subject, node: NodePlan) -> bool:
    """Whether a layer makes one position of a map of several, at the end of a network and not within a gate."""
    if node.op.verb not in (*GLOBAL, *ADAPTIVE) or len(subject.readers[node.inputs[0]]) > 1:
        return False
    sizes, pooled = subject.shape(node.inputs[0])[2:], subject.shape(node.name)[2:]
    return any(size > 1 for size in sizes) and all(size == 1 for size in pooled)


def _narrow(subject: Subject, node: NodePlan) -> Iterator[tuple[int, Any, int]]:
    """The axes along which the view is narrower than the input."""
    for source, field in subject.plan.nodes[node.inputs[0]].receptive_fields.items():
        extents = subject.shape(source)[2:]
        for axis, (size, extent) in enumerate(zip(map(subject.number, field.size), extents, strict=bool(extents)), 2):
            if size is not None and size < extent:
                yield axis, size, extent


RULE = Rule(
    id="CNN216",
    name="narrow-receptive-field",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
)
