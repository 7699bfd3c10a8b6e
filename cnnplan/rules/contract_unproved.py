"""A promise is neither proved nor refuted.

## What it finds

An entry of `expect` about letters that holds at the values of the symbols, or has none to be tried at, and that the
arithmetic of sizes can neither prove for all values nor find broken at one.

## Why it matters

What is not proved is not promised. Mostly two symbols meet in one comparison; pinned by `at`, it is decided.

## Example

```yaml
cnnplan: 1
symbols: {H: {min: 8}, W: {min: 8}}
input: [1, 3, H, W]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
expect:
  - macs <= 10M
```

## Instead

```yaml
cnnplan: 1
symbols: {H: {min: 8}, W: {min: 8}}
input: [1, 3, H, W]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
expect:
  - {at: {H: 64, W: 96}, that: macs <= 10M}
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
    """The promises of which nobody knows."""
    for place, outcome in promises(subject):
        if outcome.verdict is Verdict.UNPROVED:
            hint = outcome.hint or "give the values it is meant for: {at: {H: 224}, that: ...}"
            yield Remark(outcome.message, outcome.place or place, hint=hint)


RULE = Rule(
    id="CNN303",
    name="contract-unproved",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
)
