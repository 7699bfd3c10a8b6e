"""Nobody knows whether a layer is the same where the network is to be deployed.

## What it finds

A layer that a runtime makes another of at some sizes, of which it can neither be proved that none of them is declared,
nor one be found that is. It is followed where somebody asks: `--deploy onnxruntime,openvino`, or `deploy` in the
configuration. `cnnplan explain deploy` has the table.

## Why it matters

Declared values are a claim. This one is not refuted, and not proved either.

## Example

```yaml
cnnplan: 1
symbols: {c: {default: 4, min: 1}, m: {default: 4, min: 1}}
input: [1, 3, c * (c + 1) + 2 * m, 48]
layers:
  - max_pool: {kernel_size: 2, padding: 1, ceil_mode: true}
```

## Instead

```yaml
cnnplan: 1
symbols: {c: {default: 4, min: 1}, m: {default: 4, min: 1}}
input: [1, 3, c * (c + 1) + 2 * m, 48]
layers:
  - max_pool: {kernel_size: 2, padding: 1}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule
from cnnplan.rules.elsewhere import undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """Layers of which it is open, once for each runtime."""
    yield from undecided(subject)


RULE = Rule(
    id="CNN414",
    name="elsewhere-undecided",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    default=False,
)
