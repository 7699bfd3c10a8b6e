"""A window sees nothing but padding.

## What it finds

A convolution or pooling with a window that lies in the padding altogether, or whose taps, far apart
by dilation, all do.

## Why it matters

The output there is the bias, whatever the input is: a frame of constants that later layers take for content, and work
done on zeros.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3, padding: 3}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3, padding: 1}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule
from cnnplan.rules.windows import axes, slides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """Layers with a blind window, once for each."""
    for node in subject.plan:
        if not slides(node) or getattr(node.op, "padding_mode", "zeros") != "zeros":
            continue
        for axis in axes(subject, node):
            if axis.blind is not None:
                message = f"window {axis.blind} of {axis.steps} along axis {axis.dim} sees only padding{subject.at}"
                hint = f"less padding: {axis.span // 2} keeps the size at stride 1" if axis.span % 2 else "less padding"
                yield subject.remark(node, message, "padding", hint)
                break


RULE = Rule(
    id="CNN204",
    name="window-sees-only-padding",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
)
