"""What the layers ask for together holds at no size.

## What it finds

A network each layer of which is legal at some sizes, and that as a whole is legal at none: what one layer needs rules
out what another does. The finding stands at the first layer that leaves no size.

## Why it matters

No input will ever pass. While sizes are letters without a value nobody notices: each condition alone looks harmless.

## Example

```yaml
cnnplan: 1
symbols: {H: {description: no value yet}}
input: [1, 3, H, 48]
layers:
  - branches:
      join: add
      paths:
        - - max_pool: {kernel_size: [8, 1]}
        - - max_pool: {kernel_size: [4, 1]}
```

## Instead

```yaml
cnnplan: 1
symbols: {H: {description: no value yet}}
input: [1, 3, H, 48]
layers:
  - branches:
      join: add
      paths:
        - - max_pool: {kernel_size: [8, 1]}
        - - max_pool: {kernel_size: [8, 1]}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule
from cnnplan.sizes import every

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject
    from cnnplan.sizes import Condition

__all__ = ["RULE"]

LONGEST = 120
"""The characters of a condition that are told."""


def check(subject: Subject) -> Iterator[Remark]:
    """The first layer that leaves no size, where there is one."""
    plan = subject.plan
    letters = {name for node in plan for condition, *_ in node.node.facts.open for name in condition.symbols}
    if letters <= plan.values.keys() or plan.condition.verdict is not False:
        return
    so_far: list[Condition] = []
    for node in plan:
        for condition, requirement, _ in node.node.facts.open:
            needed = every(so_far)
            if every((needed, condition)).verdict is False:
                reason = str(requirement.message).format(**requirement.values)
                message = f"{reason}: needs {_told(condition)}, where the layers before it need {_told(needed)}"
                hint = "no size is legal: what they need rules each other out"
                yield subject.remark(node, message, requirement.argument, hint=hint)
                return
            so_far.append(condition)


def _told(condition: Condition) -> str:
    text = str(condition)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


RULE = Rule(
    id="CNN306",
    name="legal-nowhere",
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
)
