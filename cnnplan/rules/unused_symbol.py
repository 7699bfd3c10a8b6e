"""A symbol is declared and never used.

## What it finds

A symbol that no input, layer, block or promise of the spec reads.

## Why it matters

Binding it with `--set` changes nothing, which looks like a result. Mostly a number was written where the symbol was
meant.

## Example

```yaml
cnnplan: 1
symbols: {H: 32, W: 48, width: 16}
input: [1, 3, H, W]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
```

## Instead

```yaml
cnnplan: 1
symbols: {H: 32, W: 48, width: 16}
input: [1, 3, H, W]
layers:
  - conv: {out_channels: width, kernel_size: 3}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Remark, Rule
from cnnplan.rules.usage import symbols

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """Symbols that are read nowhere."""
    used = symbols(subject.spec)
    for name, symbol in subject.spec.symbols.items():
        if name not in used:
            yield Remark(f"the symbol {name} is never used", symbol.place.at_key(), hint="use it, or take it out")


RULE = Rule(
    id="CNN207",
    name="unused-symbol",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    once=True,
)
