"""A layer has another size where the network is to be deployed.

## What it finds

A layer whose output has another size in a runtime than in PyTorch, at a declared size. It is told as a formula, there
and here, and at one size. It is followed where somebody asks: `--deploy onnxruntime,openvino`, or `deploy` in the
configuration. `cnnplan explain deploy` has the table.

## Why it matters

A branch that is a row longer than its neighbour does not meet it any more, and a classifier behind a map that has grown
gets other features. Where nothing meets it, nothing is said, and the values are moved.

## Example

```yaml
cnnplan: 1
symbols: {H: {default: 32, min: 8}, W: 48}
input: [1, 3, H, W]
layers:
  - max_pool: {kernel_size: 2, stride: 2, padding: 1, ceil_mode: true}
```

## Instead

```yaml
cnnplan: 1
symbols: {H: {default: 32, min: 8}, W: 48}
input: [1, 3, H, W]
layers:
  - max_pool: {kernel_size: 2, stride: 2, padding: 1}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule
from cnnplan.rules.elsewhere import remarks
from cnnplan.runtimes import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """Layers of another size, once for each runtime."""
    yield from remarks(subject, Effect.SIZE)


RULE = Rule(
    id="CNN412",
    name="size-elsewhere",
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    default=False,
)
