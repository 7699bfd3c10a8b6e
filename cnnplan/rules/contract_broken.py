"""The network breaks what its spec promises.

## What it finds

An entry of `expect` that does not hold: for some legal value of the letters in it, at the values of the symbols where
it only names amounts, or at its own `at`; for any structure that the choices of the spec make.

## Why it matters

The promise is what others rely on: the size on the device, the stride of the features. The message says by how much it
is broken, and which layers weigh most.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
expect:
  - params <= 400
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 14, kernel_size: 3}
expect:
  - params <= 400
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Remark, Rule
from cnnplan.rules.contracts import Verdict, promises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """The promises that are not kept."""
    for place, outcome in promises(subject):
        if outcome.verdict is Verdict.BROKEN:
            yield Remark(outcome.message, outcome.place or place, hint=outcome.hint)


RULE = Rule(
    id="CNN301",
    name="contract-broken",
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
)
