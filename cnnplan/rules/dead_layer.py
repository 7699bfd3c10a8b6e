"""A layer has no influence on any output.

## What it finds

A layer whose output nobody reads and that is no output of the network: the end of a piece that was left hanging.

## Why it matters

It costs parameters and time and learns nothing, since no gradient reaches it. Mostly a `from` names the wrong layer, or
`outputs` forgot one.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
    name: stem
  - conv: {out_channels: 8, kernel_size: 3}
    name: side
  - relu:
    from: stem
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
    name: stem
  - conv: {out_channels: 8, kernel_size: 3}
    name: side
    from: stem
  - relu:
    from: stem
    name: main
outputs: [main, side]
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


def check(subject: Subject) -> Iterator[Remark]:
    """The ends of what hangs loose."""
    for node in subject.plan:
        if node.name not in subject.outputs and node.name not in subject.readers:
            message = "nothing reads its output, and it is no output of the network"
            yield subject.remark(node, message, hint="name it in from or in outputs, or take it out")


RULE = Rule(
    id="CNN206",
    name="dead-layer",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    composing=True,
)
