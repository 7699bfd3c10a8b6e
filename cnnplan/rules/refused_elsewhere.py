"""A layer does not run where the network is to be deployed.

## What it finds

A layer that a runtime refuses at a declared size, in the version that was measured, though PyTorch runs it.
It is followed where somebody asks: `--deploy onnxruntime,openvino`, or `deploy` in the
configuration. `cnnplan explain deploy` has the table.

## Why it matters

The export succeeds and the program that is to run it does not, or it runs at the size it was tried at and fails at
another one. Some words of a format are no more than a wish: auto_pad with dilations is legal ONNX, and onnxruntime has
no convolution for it.

## Example

```yaml
cnnplan: 1
symbols: {H: {default: 32, min: 8}, W: 48}
input: [1, 3, H, W]
layers:
  - conv: {out_channels: 16, kernel_size: 3, dilation: 2, padding: same}
```

## Instead

```yaml
cnnplan: 1
symbols: {H: {default: 32, min: 8}, W: 48}
input: [1, 3, H, W]
layers:
  - conv: {out_channels: 16, kernel_size: 3, dilation: 2, padding: 2}
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
    """Layers that are refused, once for each runtime."""
    yield from remarks(subject, Effect.REFUSED)


RULE = Rule(
    id="CNN411",
    name="refused-elsewhere",
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
    default=False,
)
