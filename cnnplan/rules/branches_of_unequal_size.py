"""Branches meet in equal sizes for some inputs only.

## What it finds

A network with joins whose branches are of equal size only where the sizes that come in meet a condition, while the spec
does not say so. It is said once, at the first such join, for the network as a whole.

## Why it matters

At the next image size the network does not exist: `add` and `concat` refuse the shapes, far from the pooling that
rounded. Declared, the condition is checked where a size is given, and every other layer is judged under it.

## Example

```yaml
cnnplan: 1
symbols: {H: 64, W: 96}
input: [1, 3, H, W]
layers:
  - branches:
      paths:
        - []
        - - max_pool: {kernel_size: 2}
          - upsample: {scale_factor: 2}
```

## Instead

```yaml
cnnplan: 1
symbols: {H: {default: 64, multiple_of: 2}, W: {default: 96, multiple_of: 2}}
input: [1, 3, H, W]
layers:
  - branches:
      paths:
        - []
        - - max_pool: {kernel_size: 2}
          - upsample: {scale_factor: 2}
```
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule
from cnnplan.sizes import every

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.graph import Facts
    from cnnplan.rules.base import Remark, Subject
    from cnnplan.sizes import Condition

__all__ = ["RULE"]


JOINS = "CNN103"
CHANNELS = 1
LONGEST = 400
"""The letters that a message spends on conditions."""

WIDTHS = "give both branches the same out_channels, by the same symbol, or declare its choices"
SIZES = "declare it with multiple_of, min or choices of the symbol, or round alike on both branches"


def check(subject: Subject) -> Iterator[Remark]:
    """The first join that is not always legal, with the condition of them all."""
    joins = [(node, condition) for node in subject.plan for condition in _open(node.node.facts)]
    if joins and subject.plan.condition.verdict is not False:
        node, _ = joins[0]
        others = len({joined.name for joined, _ in joins}) - 1
        message = f"the branches are of equal size only where {_told(every(condition for _, condition in joins))}"
        more = f" (with {others} more join{'s' if others > 1 else ''} behind it)" if others else ""
        wide = all(dim == CHANNELS for joined, _ in joins for dim in _axes(joined.node.facts))
        yield subject.remark(node, message + more, hint=WIDTHS if wide else SIZES)


def _told(condition: Condition) -> str:
    """As many of the conditions as people read, and how many there are more."""
    parts = [str(part) for part in getattr(condition, "parts", (condition,))]
    read = [part for part, length in zip(parts, accumulate(map(len, parts)), strict=True) if length <= LONGEST]
    left = len(parts) - len(read)
    if not left:
        return str(condition)
    if not read:
        return f"{left} long conditions on {', '.join(sorted(condition.symbols))} hold, which report prints"
    return f"{' and '.join(read)} and {left} more conditions hold, which report prints"


def _axes(facts: Facts) -> list[int]:
    """The axes on which the inputs of a join may not meet."""
    return [open_.requirement.values.get("dim", -1) for open_ in facts.open if open_.requirement.rule == JOINS]


def _open(facts: Facts) -> list[Condition]:
    """The conditions of a join that stay open."""
    return [open_.condition for open_ in facts.open if open_.requirement.rule == JOINS]


RULE = Rule(
    id="CNN205",
    name="branches-of-unequal-size",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
)
