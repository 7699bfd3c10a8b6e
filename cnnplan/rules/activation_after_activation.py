"""An activation stands right behind another.

## What it finds

An activation whose input is the output of an activation, with nothing but dropout or identity between.

## Why it matters

The second does nothing (`relu` behind `relu`), or bends what was bent already, as `sigmoid` behind `relu`, whose output
is never below one half. Mostly a block ends with the activation that the next one begins with.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
  - relu
  - sigmoid
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
  - sigmoid
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


BETWEEN = ("dropout", "identity")
ACTIVATIONS = (
    *("relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "hard_sigmoid", "hard_swish", "gelu", "silu", "mish"),
    *("sigmoid", "tanh", "softplus", "softmax", "log_softmax"),
)


def check(subject: Subject) -> Iterator[Remark]:
    """Activations of activations."""
    for node in subject.plan:
        if node.op.verb not in ACTIVATIONS:
            continue
        before = subject.behind(node, *BETWEEN)
        if before is not None and before.op.verb in ACTIVATIONS:
            message = f"{node.op.verb} stands right behind {before.op.verb} ({before.name})"
            yield subject.remark(node, message, hint="keep one of them")


RULE = Rule(
    id="CNN211",
    name="activation-after-activation",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    composing=True,
)
