"""Samples see each other: weights depend on the size of the batch, or steps are taken along it.

## What it finds

A layer whose weights have the batch as one of their extents: a `permute`, `flatten` or `reshape` before it brought the
batch among the features. Attention or recurrence that goes from sample to sample, since the batch stands where they
look for steps: what is handed over as (T, N, C) elsewhere is (N, T, C) here.

## Why it matters

With such weights a network can only ever run with that batch; and samples see each other.

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

from typing import TYPE_CHECKING, Final

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import NodePlan
    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]

STEPS: Final = ("gru", "lstm", "multi_head_attention", "rnn", "scaled_dot_product_attention")
"""What goes from step to step along the last axis but one."""


def check(subject: Subject) -> Iterator[Remark]:
    """Layers with weights of the batch."""
    for node in subject.plan:
        extents = [extent for weight in node.weights.values() if weight.trainable for extent in weight.shape]
        names = sorted({name for extent in extents for name in getattr(extent, "symbols", ())} & subject.batch)
        if names:
            message = f"its weights depend on {' and '.join(names)}, the batch: samples are mixed into features"
            hint = "look for the permute, flatten or reshape before it that moves or merges the first axis"
            yield subject.remark(node, message, hint=hint)
        elif node.op.verb in STEPS:
            yield from _steps(subject, node)


def _steps(subject: Subject, node: NodePlan) -> Iterator[Remark]:
    """A layer that goes along the batch."""
    for shape in node.node.facts.shapes:
        dim = len(shape) - 2
        if dim > 0 and str(shape[dim]) in subject.batch:
            message = f"it goes along axis {dim}, which is {shape[dim]}, the batch: samples see each other"
            yield subject.remark(node, message, hint="the batch is always first: leave out the permute before it")
            return


RULE = Rule(
    id="CNN223",
    name="batch-in-weights",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
)
