"""Channels are no multiple of what tensor cores multiply at once.

## What it finds

A convolution or linear layer whose channels in or out, of each group, are no multiple of 8; layers on the input of the
network, whose channels are given, and depthwise convolutions, which do without tensor cores, are left out. Off unless
it is asked for: it matters on one kind of hardware, in half precision.

## Why it matters

Matrix units work on tiles. In half precision 65 channels cost what 72 do, or the library falls back to slower kernels.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 30, kernel_size: 3}
  - relu
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 32, kernel_size: 3}
  - relu
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


LINEAR = ("conv", "conv_transpose", "linear")


def check(subject: Subject) -> Iterator[Remark]:
    """Layers that leave tiles half empty."""
    tile = subject.options["multiple"]
    for node in subject.plan:
        for what, channels in _channels(subject, node):
            if channels % tile:
                message = f"{channels} {what} are no multiple of {tile}"
                yield subject.remark(node, message, hint=f"{-(-channels // tile) * tile} would cost the same")
                break


def _channels(subject: Subject, node: NodePlan) -> Iterator[tuple[str, int]]:
    """The channels of each group, in and out, where they are known."""
    source, output = (subject.shape(name) for name in (node.inputs[:1] or (node.name,)) + (node.name,))
    if node.op.verb not in LINEAR or len(source) < 2 or len(output) < 2:  # noqa: PLR2004 - batch and channels
        return
    axis = -1 if node.op.verb == "linear" else 1
    groups = subject.number(getattr(node.op, "groups", 1))
    if groups is None or (groups > 1 and groups == source[axis]):
        return
    if node.inputs[0] in subject.plan.nodes:
        yield "input channels" if groups == 1 else "input channels of a group", source[axis] // groups
    yield "output channels" if groups == 1 else "output channels of a group", output[axis] // groups


RULE = Rule(
    id="CNN214",
    name="channels-waste-tensor-cores",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
    default=False,
    options={"multiple": 8},
)
