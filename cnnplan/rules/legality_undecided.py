"""Nobody knows whether a layer is legal for all that is declared.

## What it finds

A layer that asks for something of the declared values of several symbols, at which the arithmetic of sizes can neither
prove that it always holds nor find a value at which it fails. It stays a condition of the plan.

## Why it matters

Declared values are a claim: the network is legal at every one of them. This claim is not refuted, and not proved
either; sizes are held against the condition whenever they are given.

## Example

```yaml
cnnplan: 1
symbols: {c: {default: 4, min: 1}, m: {default: 4, min: 1}}
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: (c + m) ** 2 - 4 * c * m + 3, kernel_size: 3}
```

## Instead

```yaml
cnnplan: 1
symbols: {c: {default: 4, choices: [4, 8]}, m: {default: 4, choices: [4, 6]}}
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: (c + m) ** 2 - 4 * c * m + 3, kernel_size: 3}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject
    from cnnplan.sizes import Condition

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """The conditions on declared symbols that stay open, each at the first layer that asks for it."""
    claimed = {name for name, symbol in subject.spec.symbols.items() if symbol.claims}
    told: set[Condition] = set()
    for node in subject.plan:
        for condition, requirement, _ in node.node.facts.open:
            if condition.symbols <= claimed and condition not in told:
                told.add(condition)
                reason = requirement.message.format(**requirement.values)
                message = f"{reason}: undecided for what is declared: needs {condition}"
                hint = "declare fewer values, by max, multiple_of or choices, or write the sizes alike"
                yield subject.remark(node, message, requirement.argument, hint=hint)


RULE = Rule(
    id="CNN305",
    name="legality-undecided",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
)
