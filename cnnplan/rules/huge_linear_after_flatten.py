"""One linear layer behind a flatten holds most of the network.

## What it finds

A linear layer that reads a flattened map and owns at least half of the parameters of the network (`percent`), and at
least a million of them (`params`).

## Why it matters

It learns a weight for every position of every channel. A global pooling before it takes the positions away: ResNet and
all after it do with a hundredth of the parameters, overfit less and take images of any size.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 64, kernel_size: 3, padding: 1}
  - relu
  - flatten
  - linear: {out_features: 100}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 64, kernel_size: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - linear: {out_features: 100}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]


BETWEEN = ("dropout", "identity", "relu")


def check(subject: Subject) -> Iterator[Remark]:
    """The linear layer behind a flatten that weighs most, if it weighs too much."""
    total = subject.number(subject.plan.params)
    for node in subject.plan:
        if node.op.verb != "linear" or not total:
            continue
        flatten = subject.behind(node, *BETWEEN)
        params = subject.number(node.params)
        if flatten is None or flatten.op.verb != "flatten" or params is None:
            continue
        positions = prod(subject.shape(flatten.inputs[0])[2:])
        if positions > 1 and params >= subject.options["params"] and 100 * params >= subject.options["percent"] * total:
            message = (
                f"{params:,} parameters, {params / total:.0%} of the network, for {positions} positions{subject.at}"
            )
            yield subject.remark(node, message, hint="pool the positions away first: global_avg_pool")


RULE = Rule(
    id="CNN218",
    name="huge-linear-after-flatten",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
    options={"percent": 50, "params": 1000000},
)
