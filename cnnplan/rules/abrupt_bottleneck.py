"""Activations shrink by a large factor in one step.

## What it finds

A convolution, pooling or upsampling with an output of which the input is 16 times as large, or more; `factor` says how
much. Heads are left out: global pooling, layers that give an output of the network (but for an upsampling, which is
to enlarge), maps of one position; and so is a layer whose input others read too.

## Why it matters

What does not pass through the bottleneck is lost for all layers behind it. Inception's first rule of design is to avoid
it early in a network (Szegedy et al. 2015, arXiv:1512.00567).

## Example

```yaml
cnnplan: 1
input: [1, 3, 64, 96]
layers:
  - conv: {out_channels: 32, kernel_size: 3, padding: 1}
  - relu
  - conv: {out_channels: 16, kernel_size: 8, stride: 4}
  - relu
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 64, 96]
layers:
  - conv: {out_channels: 32, kernel_size: 3, padding: 1}
  - relu
  - conv: {out_channels: 64, kernel_size: 8, stride: 4}
  - relu
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule
from cnnplan.rules.windows import slides
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """Layers that leave little of what came in."""
    factor = subject.options["factor"]
    for node in subject.plan:
        enlarges = node.op.verb == "upsample"
        head = node.name in subject.outputs and not enlarges
        if head or not (slides(node) or enlarges) or subject.before(node) is None:
            continue
        source, output = subject.shape(node.inputs[0]), subject.shape(node.name)
        if not source or not output or prod(output[2:]) == 1:
            continue
        before, after = prod(source[1:]), prod(output[1:])
        if before >= factor * after:
            message = f"{before:,} activations become {after:,} in one step, {_part(before // after)}{subject.at}"
            hint = "a factor is scale_factor" if enlarges else "more out_channels, or the stride in two steps"
            yield subject.remark(node, message, hint=hint)


def _part(n: int) -> str:
    """One of so many equal parts: `a 16th`, `a 22nd`."""
    ending = "th" if n // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{'an' if str(n)[0] == '8' or n in (11, 18) else 'a'} {n:,}{ending}"


RULE = Rule(
    id="CNN215",
    name="abrupt-bottleneck",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
    composing=True,
    options={"factor": 16},
)
