"""A weight fixes the size of the input.

## What it finds

A layer with a weight whose shape depends on the height or width that comes in: a linear layer behind a flatten, most
often. The number of its parameters is a formula in H and W.

## Why it matters

A trained weight has one shape. The network takes images of the size it was made for and no other, whatever its
convolutions could do; at any other size it is another network, with other parameters.

## Example

```yaml
cnnplan: 1
symbols: {H: 32, W: 48}
input: [1, 3, H, W]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
  - relu
  - flatten
  - linear: {out_features: 10}
```

## Instead

```yaml
cnnplan: 1
symbols: {H: 32, W: 48}
input: [1, 3, H, W]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
  - relu
  - adaptive_avg_pool: {output_size: 4}
  - flatten
  - linear: {out_features: 10}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import NodePlan
    from cnnplan.rules.base import Remark, Subject

__all__ = ["RULE"]

POOL = "pool to a fixed size first: adaptive_avg_pool, global_avg_pool"
MEANT = (
    "a kernel as long as the axis, of sensors say, is made for their number: write the number where it is always one"
)


def check(subject: Subject) -> Iterator[Remark]:
    """The layers whose parameters depend on what comes in."""
    sizes = frozenset(subject.sizes)
    for node in subject.plan:
        fixed = sizes & getattr(node.params, "symbols", frozenset())
        if fixed:
            names = " and ".join(name for name in subject.sizes if name in fixed)
            message = f"{node.params} parameters depend on {names}: this design fixes {names}"
            meant = fixed <= symbols_of(getattr(node.op, "kernel_size", ()))
            yield subject.remark(node, message, hint=MEANT if meant else _moved(node, fixed) or POOL)


def _moved(node: NodePlan, fixed: frozenset[str]) -> str:
    """Where a window slides along something else than an image or a sequence: what stands where channels do."""
    shapes = node.node.facts.shapes
    if not hasattr(node.op, "kernel_size") or not shapes or not fixed & getattr(shapes[0][1], "symbols", frozenset()):
        return ""
    return f"{shapes[0][1]} stands where {node.op.verb} looks for channels, on axis 1: permute or transpose before it"


def symbols_of(kernel_size: object) -> set[str]:
    """The symbols that a kernel is as long as."""
    extents = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,)
    return set[str]().union(*(getattr(extent, "symbols", ()) for extent in extents))


RULE = Rule(
    id="CNN220",
    name="sizes-fixed-by-weights",
    severity=Severity.NOTE,
    doc=__doc__,
    check=check,
)
