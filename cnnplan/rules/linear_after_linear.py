"""Two linear maps follow each other with nothing between.

## What it finds

A convolution or linear layer whose input is the output of another, with nothing but dropout, flatten, reshape or
identity between. It is silent about factorizations that save work: a depthwise convolution beside a pointwise one, a
kernel split by axes (1 x 3, 3 x 1), and a middle that is narrower than both ends.

## Why it matters

Their product is one linear map: the second adds parameters and time and no function that the first could not have. An
activation was forgotten, or one layer is too many.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
  - conv: {out_channels: 32, kernel_size: 3}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
  - relu
  - conv: {out_channels: 32, kernel_size: 3}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cnnplan.plan import NodePlan
    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]

LINEAR = ("conv", "conv_transpose", "linear")
BETWEEN = ("dropout", "identity", "flatten", "reshape")


def check(subject: Subject) -> Iterator[Remark]:
    """Linear maps of linear maps."""
    for node in subject.plan:
        if node.op.verb not in LINEAR:
            continue
        before = subject.behind(node, *BETWEEN)
        if before is not None and before.op.verb in LINEAR and not _factored(subject, before, node):
            message = f"{node.op.verb} follows {before.op.verb} ({before.name}) with nothing between: one would do"
            yield subject.remark(node, message, hint="put an activation between them, or take one out")


def _factored(subject: Subject, first: NodePlan, second: NodePlan) -> bool:
    """Whether the two are one map on purpose, in less work."""
    if any(getattr(node.op, "groups", 1) != 1 for node in (first, second)):
        return True
    kernels = [getattr(node.op, "kernel_size", None) for node in (first, second)]
    if all(map(_by_axis, kernels)):
        return True
    widths = (_width(subject, first.inputs[0]), _width(subject, first.name), _width(subject, second.name))
    return None not in widths and widths[1] < min(widths[0], widths[2])


def _by_axis(kernel: Any) -> bool:
    """Whether a kernel extends along one axis alone."""
    return isinstance(kernel, tuple) and sum(side != 1 for side in kernel) == 1


def _width(subject: Subject, name: str) -> Any:
    shape = subject.shape(name)
    return shape[1] if len(shape) > 1 else None


RULE = Rule(
    id="CNN212",
    name="linear-after-linear",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    composing=True,
)
