"""A window is larger than the map it slides over.

## What it finds

A convolution or pooling whose window, dilation included, spans more than its input has without padding, at the values
of the symbols.

## Why it matters

At every position part of the window lies in the padding. On a 1 x 1 map a 3 x 3 kernel uses one of its nine weights;
the others are stored, multiplied by zero and never trained. Either the map is smaller than was meant, because a layer
before it strides too much, or the kernel is too large.

## Example

```yaml
cnnplan: 1
input: [1, 3, 8, 12]
layers:
  - max_pool: {kernel_size: 4}
  - conv: {out_channels: 16, kernel_size: 5, padding: 2}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 8, 12]
layers:
  - max_pool: {kernel_size: 4}
  - conv: {out_channels: 16, kernel_size: [1, 3], padding: [0, 1]}
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
    """Layers with a window that is too large, once for each."""
    for node in subject.plan:
        if not slides(node):
            continue
        for axis in axes(subject, node):
            if axis.span > axis.n:
                message = f"the window spans {axis.span} of axis {axis.dim}, which has {axis.n}{subject.at}"
                hint = "a smaller kernel_size, less dilation, or less stride before it"
                yield subject.remark(node, message, "kernel_size", hint)
                break


RULE = Rule(
    id="CNN201",
    name="kernel-exceeds-input",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
)
