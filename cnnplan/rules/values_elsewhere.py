"""A layer gives other values where the network is to be deployed.

## What it finds

A layer whose output has the right size in a runtime and other values than in PyTorch, at a declared size.
It is followed where somebody asks: `--deploy onnxruntime,openvino`, or `deploy` in the
configuration. `cnnplan explain deploy` has the table.

## Why it matters

Nothing fails. The network is less accurate than it was when it was trained, and nobody knows why.

## Example

```yaml
cnnplan: 1
symbols: {H: {default: 32, min: 8}, W: 48}
input: [1, 3, H, W]
layers:
  - avg_pool: {kernel_size: 3, stride: 2, padding: [[0, 1], [0, 1]]}
```

## Instead

```yaml
cnnplan: 1
symbols: {H: {default: 32, min: 8}, W: 48}
input: [1, 3, H, W]
layers:
  - pad: {padding: [[0, 1], [0, 1]]}
  - avg_pool: {kernel_size: 3, stride: 2}
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
    """Layers of other values, once for each runtime."""
    yield from remarks(subject, Effect.VALUES)


RULE = Rule(
    id="CNN413",
    name="values-elsewhere",
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    default=False,
)
