"""Dropout stands in front of a batch normalization.

## What it finds

A batch normalization that reads a dropout, directly or by way of convolutions, linear layers, activations and pooling.

## Why it matters

Dropout changes the variance of what comes out, in training and not in evaluation. The running variance is learnt with
it and used without it: accuracy falls when the network is put to work (Li et al. 2018, arXiv:1801.05134).

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3, bias: false}
  - dropout
  - batch_norm
  - relu
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3, bias: false}
  - batch_norm
  - relu
  - dropout
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


BETWEEN = (
    *("conv", "linear", "max_pool", "avg_pool", "flatten", "identity"),
    *("relu", "relu6", "leaky_relu", "prelu", "elu", "hard_swish", "gelu", "silu", "mish", "sigmoid", "tanh"),
)


def check(subject: Subject) -> Iterator[Remark]:
    """Batch normalizations of what was dropped out."""
    for node in subject.plan:
        if node.op.verb != "batch_norm":
            continue
        before = subject.behind(node, *BETWEEN)
        if before is not None and before.op.verb == "dropout" and getattr(before.op, "p", 0.5) != 0:
            message = f"its variance is another in training, and {node.name} behind it learns that one"
            yield subject.remark(before, message, hint="drop out behind the last normalization")


RULE = Rule(
    id="CNN213",
    name="dropout-before-normalization",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    composing=True,
)
