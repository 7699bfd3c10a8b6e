"""A bias is added that the normalization behind it takes away.

## What it finds

A convolution or linear layer with a bias whose only reader is a batch or instance normalization.

## Why it matters

The normalization subtracts the mean of each channel, and with it the bias: its parameters are stored, updated and have
no effect. `bias: false` gives the same network.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
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


NORMALIZATIONS = ("batch_norm", "instance_norm")
LINEAR = ("conv", "conv_transpose", "linear")


def check(subject: Subject) -> Iterator[Remark]:
    """Layers whose bias is taken away at once."""
    for node in subject.plan:
        if node.op.verb not in NORMALIZATIONS:
            continue
        before = subject.before(node)
        if before is not None and before.op.verb in LINEAR and getattr(before.op, "bias", False) is True:
            message = f"its bias is taken away by the {node.op.verb} behind it"
            yield subject.remark(before, message, "bias", "bias: false")


RULE = Rule(
    id="CNN210",
    name="bias-before-normalization",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    composing=True,
)
